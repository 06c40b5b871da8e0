// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tensor_view.h"

#include "core/base/json_reader.h"

#include <algorithm>
#include <span>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHistogramOf[] = {"float", "dequantized", "code"};
constexpr std::string_view kCounts[] = {"linear", "log", "density"};
constexpr std::string_view kErrorUnits[] = {"LSB", "value"};
constexpr std::string_view kChannelOrders[] = {"index", "range", "sqnr"};
constexpr std::string_view kSliceOf[] = {"float", "code", "dequantized", "error"};
constexpr std::string_view kMapColors[] = {"viridis", "cividis"};

/// Reads one of `names` as the enumerator at its place.
template <typename E>
void choose(JsonReader& in, const char* key, E& to, std::span<const std::string_view> names)
{
    std::string all;
    for (const auto n : names)
        all += (all.empty() ? "" : ", ") + std::string(n);
    in.choice(
        key, to,
        [&](const std::string& text) -> std::optional<E> {
            const auto it = std::find(names.begin(), names.end(), text);
            return it == names.end() ? std::nullopt
                                     : std::optional(static_cast<E>(it - names.begin()));
        },
        all);
}

void readStretch(JsonReader& in, const char* key, std::optional<std::array<double, 2>>& to,
                 bool mayBeOnePoint)
{
    std::vector<double> ends;
    in.numbers(key, ends);
    if (ends.size() == 2 && (ends[0] < ends[1] || (mayBeOnePoint && ends[0] == ends[1])))
        to = {ends[0], ends[1]};
    else if (!ends.empty())
        in.fail("two numbers, the smaller one first", Json(ends), key);
}

/// [lo, hi] are values; {"code": [lo, hi]}; {"error": [lo, hi], "unit": "LSB"}.
Json brushJson(const Selection& brush)
{
    const Json ends = {brush.from, brush.to};
    switch (brush.by) {
    case SelectedBy::Value:
        return ends;
    case SelectedBy::Code:
        return {{"code", ends}};
    case SelectedBy::Error:
        break;
    }
    return {{"error", ends}, {"unit", name(brush.unit)}};
}

Result<Selection> brushFromJson(const Json& json, const std::string& where)
{
    Selection brush;
    std::optional<std::array<double, 2>> ends;
    JsonReader in(json, where);
    const bool errors = in.member("error") != nullptr;
    brush.by = errors ? SelectedBy::Error : SelectedBy::Code;
    readStretch(in, errors ? "error" : "code", ends, true);
    choose(in, "unit", brush.unit, kErrorUnits);
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    if (!ends)
        return Error::data(where + "expected \"code\" or \"error\" with two numbers");
    brush.from = (*ends)[0];
    brush.to = (*ends)[1];
    return brush;
}

} // namespace

std::string_view name(HistogramOf value)
{
    return kHistogramOf[static_cast<std::size_t>(value)];
}

std::string_view name(CountScale value)
{
    return kCounts[static_cast<std::size_t>(value)];
}

std::string_view name(ErrorUnit value)
{
    return kErrorUnits[static_cast<std::size_t>(value)];
}

std::string_view name(ChannelOrder value)
{
    return kChannelOrders[static_cast<std::size_t>(value)];
}

std::string_view name(SliceOf value)
{
    return kSliceOf[static_cast<std::size_t>(value)];
}

std::string_view name(MapColors value)
{
    return kMapColors[static_cast<std::size_t>(value)];
}

Json toJson(const TensorView& view)
{
    const TensorView fresh;
    Json json;
    json["panels"] = view.panels;
    const auto put = [&](const char* key, const auto& value, const auto& usual) {
        if (value != usual)
            json[key] = name(value);
    };
    put("histogram_of", view.histogramOf, fresh.histogramOf);
    put("counts", view.counts, fresh.counts);
    put("error_unit", view.errorUnit, fresh.errorUnit);
    put("channel_order", view.channelOrder, fresh.channelOrder);
    put("slice_of", view.sliceOf, fresh.sliceOf);
    put("map_colors", view.mapColors, fresh.mapColors);
    if (view.bins != 0)
        json["bins"] = view.bins;
    if (!view.sliceAt.empty())
        json["slice_at"] = view.sliceAt;
    if (view.x)
        json["x"] = *view.x;
    if (view.picked)
        json["picked"] = *view.picked;
    if (view.brush)
        json["brush"] = brushJson(*view.brush);
    if (view.overlay)
        json["overlay"] = true;
    return json;
}

Result<TensorView> tensorViewFromJson(const Json& json, const std::string& where)
{
    TensorView view;
    JsonReader in(json, where);
    if (const Json* panels = in.member("panels")) {
        const bool texts = panels->is_array() && !panels->empty() && panels->size() <= 32 &&
                           std::all_of(panels->begin(), panels->end(),
                                       [](const Json& id) { return id.is_string(); });
        if (texts)
            view.panels = panels->get<std::vector<std::string>>();
        else
            in.fail("1 to 32 names of panels", *panels, "panels");
    }
    choose(in, "histogram_of", view.histogramOf, kHistogramOf);
    choose(in, "counts", view.counts, kCounts);
    choose(in, "error_unit", view.errorUnit, kErrorUnits);
    choose(in, "channel_order", view.channelOrder, kChannelOrders);
    choose(in, "slice_of", view.sliceOf, kSliceOf);
    choose(in, "map_colors", view.mapColors, kMapColors);
    in.integer("bins", view.bins, 0, 4096);
    if (view.bins != 0 && view.bins < 32)
        in.fail("0, or 32 to 4096", Json(view.bins), "bins");
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    std::vector<double> at;
    in.numbers("slice_at", at);
    for (const double place : at) {
        if (!(place >= 0 && place <= static_cast<double>(kMost)) || place != std::floor(place))
            in.fail("whole numbers of at least 0", Json(at), "slice_at");
        else
            view.sliceAt.push_back(static_cast<std::int64_t>(place));
    }
    readStretch(in, "x", view.x, false);
    if (const Json* brush = in.member("brush"); brush != nullptr && brush->is_object()) {
        auto read = brushFromJson(*brush, where + "brush.");
        if (!read)
            return read.error();
        view.brush = *read;
    } else if (brush != nullptr) {
        std::optional<std::array<double, 2>> values;
        readStretch(in, "brush", values, true);
        if (values)
            view.brush = Selection{SelectedBy::Value, (*values)[0], (*values)[1]};
    }
    if (in.member("picked") != nullptr) {
        std::int64_t picked = 0;
        in.integer("picked", picked, std::int64_t{0}, kMost);
        view.picked = picked;
    }
    in.flag("overlay", view.overlay);
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    return view;
}

} // namespace qs
