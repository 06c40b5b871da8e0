// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_spec_json.h"

#include "core/base/json_reader.h"
#include "core/base/text.h"

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

template <typename Row>
std::string namesOf(std::span<const Row> rows)
{
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return join(names);
}

template <typename Row>
auto byName(std::span<const Row> rows)
{
    return [rows](const std::string& name) -> std::optional<decltype(Row::id)> {
        for (const auto& row : rows) {
            if (row.name == name)
                return row.id;
        }
        return std::nullopt;
    };
}

} // namespace

Json toJson(const QuantSpec& spec)
{
    const QuantSpec defaults;
    Json json;
    json["dtype"] = info(spec.dtype).name;
    json["qscheme"] = info(spec.qscheme).name;
    if (info(spec.qscheme).perChannel)
        json["axis"] = spec.axis;
    json["observer"] = spec.observer;
    if (spec.averagingConstant != defaults.averagingConstant)
        json["averaging_constant"] = spec.averagingConstant;
    if (spec.isFixed()) {
        // Shortest texts of the float32 values, not of their doubles: 0.1, not 0.10000000149.
        Json scales = Json::array();
        for (const float s : spec.scale)
            scales.push_back(std::stod(formatExact(s)));
        json["scale"] = std::move(scales);
        json["zero_point"] = spec.zeroPoint;
    }
    if (spec.quantMin)
        json["quant_min"] = *spec.quantMin;
    if (spec.quantMax)
        json["quant_max"] = *spec.quantMax;
    if (spec.narrowRange)
        json["narrow_range"] = true;
    if (spec.reduceRange)
        json["reduce_range"] = true;
    json["rounding"] = roundings()[static_cast<std::size_t>(spec.rounding)].name;
    json["dialect"] = dialects()[static_cast<std::size_t>(spec.dialect)].name;
    return json;
}

Result<QuantSpec> quantSpecFromJson(const Json& json, const std::string& where,
                                    const QuantSpec& base)
{
    constexpr std::int32_t kMost = 1 << 20;
    QuantSpec spec = base;
    JsonReader in(json, where);
    in.choice("dtype", spec.dtype, byName(dtypes()), namesOf(dtypes()));
    in.choice("qscheme", spec.qscheme, byName(qschemes()), namesOf(qschemes()));
    in.integer("axis", spec.axis, -32, 31);
    in.text("observer", spec.observer);
    in.number("averaging_constant", spec.averagingConstant);
    std::vector<double> scale;
    std::vector<double> zeroPoint;
    in.numbers("scale", scale);
    in.numbers("zero_point", zeroPoint);
    if (!scale.empty()) {
        spec.scale.clear();
        for (const double s : scale) {
            const auto checked = checkScale(s);
            if (checked)
                spec.scale.push_back(*checked);
            else
                in.fail(Error::data(where + checked.error().message));
        }
    }
    if (!zeroPoint.empty()) {
        spec.zeroPoint.clear();
        for (const double z : zeroPoint) {
            if (z != std::floor(z) || std::fabs(z) > kMost)
                in.fail("whole numbers", Json(z), "zero_point");
            else
                spec.zeroPoint.push_back(static_cast<std::int32_t>(z));
        }
    }
    const auto code = [&](const char* key, std::optional<std::int32_t>& to) {
        if (in.member(key) != nullptr) {
            std::int32_t value = 0;
            in.integer(key, value, -kMost, kMost);
            to = value;
        }
    };
    code("quant_min", spec.quantMin);
    code("quant_max", spec.quantMax);
    in.flag("narrow_range", spec.narrowRange);
    in.flag("reduce_range", spec.reduceRange);
    in.choice("rounding", spec.rounding, byName(roundings()), namesOf(roundings()));
    in.choice("dialect", spec.dialect, byName(dialects()), namesOf(dialects()));
    if (auto ok = in.finish(); !ok)
        return ok.error();
    return spec;
}

} // namespace qs
