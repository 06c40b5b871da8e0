// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/report_json.h"

#include "core/analysis/metrics.h"
#include "core/base/text.h"
#include "core/calib/dialect_params.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinity.
Json number(std::optional<double> value)
{
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

/// A float32 with its own shortest digits: 0.1, not 0.10000000149011612.
Json shortest(float value)
{
    return std::stod(formatExact(value));
}

Json shortest(std::int32_t value)
{
    return value;
}

/// The lists of a report, one value for each scale; of long ones the first values and a summary.
class Lists {
public:
    Lists(Json& json, std::size_t most) : m_json(json), m_most(most) {}

    template <typename T>
    void add(const char* key, std::vector<T> values)
    {
        Json list = Json::array();
        for (std::size_t i = 0; i < std::min(values.size(), m_most); ++i)
            list.push_back(shortest(values[i]));
        m_json[key] = std::move(list);
        if (values.size() <= m_most)
            return;
        const auto [min, max] = std::minmax_element(values.begin(), values.end());
        Json summary{{"count", values.size()}, {"min", shortest(*min)}, {"max", shortest(*max)}};
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
        std::nth_element(values.begin(), middle, values.end());
        summary["median"] = shortest(*middle);
        m_cut[key] = std::move(summary);
    }
    const Json& cut() const { return m_cut; }

private:
    Json& m_json;
    std::size_t m_most;
    Json m_cut = Json::object();
};

/// What TensorFlow's Nudge was asked for and what it did, for each scale.
void addNudges(const QuantParams& params, Lists& lists)
{
    const std::pair<const char*, float Nudged::*> columns[] = {
        {"requested_min", &Nudged::requestedMin}, {"requested_max", &Nudged::requestedMax},
        {"nudged_min", &Nudged::nudgedMin},       {"nudged_max", &Nudged::nudgedMax},
        {"residual_zero", &Nudged::atZero},       {"residual_min", &Nudged::atMin},
        {"residual_max", &Nudged::atMax},
    };
    const auto nudged = nudgedRanges(params);
    for (const auto& [name, field] : columns) {
        if (nudged.empty())
            return;
        std::vector<float> values;
        for (const auto& n : nudged)
            values.push_back(n.*field);
        lists.add(name, std::move(values));
    }
}

} // namespace

Json reportHead(const std::string& file, const std::string& tensor, const Shape& shape,
                const QuantSpec& spec)
{
    const auto& scheme = info(spec.qschemeInUse());
    Json json;
    json["file"] = file;
    json["tensor"] = tensor;
    json["shape"] = shape.sizes();
    json["numel"] = shape.numel();
    json["dtype"] = info(spec.dtype).name;
    json["qscheme"] = scheme.name;
    json["dialect"] = info(spec.dialect).name;
    const auto own = info(spec.dialect).ownRounding;
    json["rounding"] = info(spec.dtype).isInteger() && !own.empty()
                           ? own
                           : roundings()[static_cast<std::size_t>(spec.rounding)].name;
    json["observer"] = spec.observer;
    json["axis"] = scheme.granularity == Granularity::Tensor ? Json(nullptr) : Json(spec.axis);
    json["group_size"] = scheme.perGroup() ? Json(spec.groupSizeInUse()) : Json(nullptr);
    return json;
}

Json reportJson(const std::string& file, const Tensor& tensor, const Report& report,
                const std::vector<ChannelRange>& observed, std::size_t mostListed)
{
    const auto& params = report.params;
    const auto& scheme = info(params.qscheme());
    const bool inBlocks = info(params.dtype()).family == Family::Ggml;
    Json json = reportHead(file, tensor.name(), tensor.shape(), report.spec);
    Lists lists(json, mostListed);
    // ggml's scales are in its blocks.
    lists.add("scale", inBlocks ? std::vector<float>() : params.scale());
    if (params.parts().globalScale != 1.0F)
        json["global_scale"] = shortest(params.parts().globalScale);
    if (scheme.floatZeroPoint)
        lists.add("zero_point", params.parts().floatZeroPoint);
    else
        lists.add("zero_point", inBlocks ? std::vector<std::int32_t>() : params.zeroPoint());
    json["quant_min"] = params.range().quantMin;
    json["quant_max"] = params.range().quantMax;
    // What was observed; for fixed parameters, what the codes cover.
    std::vector<float> low;
    std::vector<float> high;
    if (!observed.empty()) {
        for (const auto& r : observed) {
            low.push_back(r.min);
            high.push_back(r.max);
        }
    } else {
        for (std::size_t c = 0; c < params.channels(); ++c) {
            const auto covered = params.coveredRange(c).value_or(std::array<float, 2>{});
            low.push_back(covered[0]);
            high.push_back(covered[1]);
        }
    }
    lists.add("range_min", std::move(low));
    lists.add("range_max", std::move(high));
    addNudges(params, lists);
    for (const auto& metric : metrics()) {
        if (metric.id == "levels_used" || metric.id == "levels_total")
            json[std::string(metric.id)] = static_cast<std::int64_t>(*metric.value(report));
        else
            json[std::string(metric.id)] = number(metric.value(report));
    }
    json["nonfinite_count"] = report.stats.nonfiniteCount();
    if (!lists.cut().empty())
        json["cut"] = lists.cut();
    return json;
}

} // namespace qs
