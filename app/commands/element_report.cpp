// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/element_report.h"

#include "core/base/text.h"

#include <charconv>
#include <cmath>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Result<std::int64_t> flatIndex(const std::string& text, const Shape& shape)
{
    std::vector<std::int64_t> places;
    for (const auto& part : split(text, ',')) {
        std::int64_t place = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), place);
        if (error != std::errc() || end != part.data() + part.size())
            return Error::usage("--element: expected a place such as 5 or 1,0,3, found '" + text +
                                "'");
        places.push_back(place);
    }
    const Error outside =
        Error::usage("--element: " + text + " is not in shape " + shape.toString());
    if (places.size() == 1) {
        const std::int64_t flat = places[0] < 0 ? places[0] + shape.numel() : places[0];
        if (flat < 0 || flat >= shape.numel())
            return outside;
        return flat;
    }
    if (static_cast<int>(places.size()) != shape.rank())
        return outside;
    std::int64_t flat = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        std::int64_t place = places[static_cast<std::size_t>(axis)];
        place += place < 0 ? shape[axis] : 0;
        if (place < 0 || place >= shape[axis])
            return outside;
        flat = flat * shape[axis] + place;
    }
    return flat;
}

/// A float32 or double with its shortest digits; JSON has no NaN and no infinity.
template <typename T>
Json number(T value)
{
    if (!std::isfinite(value))
        return formatExact(value);
    return std::stod(formatExact(value));
}

Json bitsJson(const NumberBits& n)
{
    Json json;
    json["type"] = n.type;
    std::string text;
    Json fields = Json::object();
    int from = n.width;
    for (const auto& field : n.fields) {
        from -= field.width;
        if (!text.empty())
            text += ' ';
        for (int bit = field.width - 1; bit >= 0; --bit)
            text += (n.bits >> (from + bit) & 1) != 0 ? '1' : '0';
        fields[field.name] = field.meaning;
    }
    json["bits"] = text;
    json["fields"] = std::move(fields);
    json["value"] = number(n.value);
    return json;
}

Json neighbourJson(const std::optional<Neighbour>& level)
{
    if (!level)
        return nullptr;
    return {{"code", level->code}, {"value", number(level->value)}};
}

} // namespace

Result<std::vector<std::int64_t>> elementIndices(const std::string& text, const Shape& shape)
{
    std::vector<std::int64_t> indices;
    for (const auto& part : split(text, ';')) {
        const auto index = flatIndex(part, shape);
        if (!index)
            return index.error();
        indices.push_back(*index);
    }
    return indices;
}

Json elementJson(const ElementInspection& e, const Shape& shape)
{
    Json json;
    Json place = Json::array();
    std::int64_t rest = e.index;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        place.insert(place.begin(), rest % shape[axis]);
        rest /= shape[axis];
    }
    json["index"] = e.index;
    json["place"] = std::move(place);
    json["parameter_set"] = e.set;
    json["source"] = bitsJson(e.source);
    json["source_ulp"] = number(e.sourceUlp);
    json["x"] = number(e.x);
    json["scales"] = Json::array();
    for (const auto& step : e.scales) {
        Json one{{"name", step.name}};
        one.update(bitsJson(step.number));
        json["scales"].push_back(std::move(one));
    }
    json["x_in_steps"] = number(e.t);
    json["code"] = e.code;
    json["target"] = bitsJson(e.target);
    json["dequantized"] = number(e.y);
    json["formula"] = e.formula;
    json["error"] = number(e.error);
    json["step"] = number(e.step);
    json["error_lsb"] = e.step > 0 ? number(e.error / e.step) : Json(nullptr);
    json["error_source_ulp"] = e.sourceUlp > 0 ? number(e.error / e.sourceUlp) : Json(nullptr);
    json["clipped"] = e.clipped;
    json["below"] = neighbourJson(e.below);
    json["above"] = neighbourJson(e.above);
    return json;
}

} // namespace qs
