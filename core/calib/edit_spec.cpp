// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/edit_spec.h"

#include "core/calib/params_from_ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

/// A scale that the dtype can store, nearest to the wanted one.
float storable(DType dtype, double scale)
{
    const auto wanted = static_cast<float>(
        std::clamp(scale, static_cast<double>(std::numeric_limits<float>::min()), 1e30));
    if (info(dtype).scaleFormat == ScaleFormat::E8m0)
        return powerOfTwo(wanted, ScaleRule::Even);
    if (info(dtype).scaleFormat == ScaleFormat::E4m3) {
        const auto& format = info(DType::Float8E4m3fn).format;
        return format.decode(format.encode(std::max(wanted, format.minSubnormal())));
    }
    return wanted;
}

void takeValues(QuantSpec& spec, const QuantParams& params)
{
    spec.scale = params.scale();
    if (params.parts().globalScale != 1.0F) {
        // A fixed spec has one level of scales.
        for (std::size_t c = 0; c < spec.scale.size(); ++c)
            spec.scale[c] = storable(spec.dtype, static_cast<double>(params.stepAt(c)));
    }
    spec.zeroPoint = params.zeroPoint();
    spec.floatZeroPoint = params.parts().floatZeroPoint;
}

void makeFixed(QuantSpec& spec, const QuantParams& params)
{
    spec.observer = "fixed";
    takeValues(spec, params);
}

std::int32_t nearestCode(double code, QuantRange range)
{
    return static_cast<std::int32_t>(std::clamp(std::nearbyint(code),
                                                static_cast<double>(range.quantMin),
                                                static_cast<double>(range.quantMax)));
}

void observeAgain(QuantSpec& spec)
{
    spec.observer = "minmax";
    spec.scale.clear();
    spec.zeroPoint.clear();
    spec.floatZeroPoint.clear();
}

/// Every channel's real range under `params`, refitted to `spec`'s dtype, codes and symmetry.
void refit(QuantSpec& spec, const QuantParams& params)
{
    std::vector<ChannelRange> ranges;
    for (std::size_t c = 0; c < params.channels(); ++c) {
        const auto covered = params.coveredRange(c);
        if (!covered)
            return observeAgain(spec);
        ranges.push_back({(*covered)[0], (*covered)[1], true});
    }
    // An impossible range is reported when the spec is used.
    if (const auto fitted = paramsFromRanges(spec, ranges))
        takeValues(spec, *fitted);
}

} // namespace

QuantSpec withScale(QuantSpec spec, const QuantParams& params, std::size_t channel, float scale)
{
    makeFixed(spec, params);
    if (channel < spec.scale.size())
        spec.scale[channel] = storable(spec.dtype, static_cast<double>(scale));
    return spec;
}

QuantSpec withZeroPoint(QuantSpec spec, const QuantParams& params, std::size_t channel,
                        std::int32_t zeroPoint)
{
    makeFixed(spec, params);
    if (channel < spec.floatZeroPoint.size())
        spec.floatZeroPoint[channel] = static_cast<float>(zeroPoint);
    else if (channel < spec.zeroPoint.size())
        spec.zeroPoint[channel] = zeroPoint;
    return spec;
}

QuantSpec withRangeEnd(QuantSpec spec, const QuantParams& params, std::size_t channel, RangeEnd end,
                       double x)
{
    const auto covered = params.coveredRange(channel);
    if (channel >= params.channels() || !covered)
        return spec;
    const auto range = params.range();
    makeFixed(spec, params);
    const auto& row = info(spec.dtype);
    if (!row.isInteger()) {
        // The grid is about 0: its end is at x.
        const double end0 = static_cast<double>((*covered)[end == RangeEnd::Min ? 0 : 1]);
        if (end0 != 0 && x / end0 > 0)
            spec.scale[channel] =
                storable(spec.dtype, static_cast<double>(spec.scale[channel]) * (x / end0));
        return spec;
    }
    double scale = 0;
    std::int32_t zero = params.zeroPointAt(channel);
    const std::int32_t edge = end == RangeEnd::Min ? range.quantMin : range.quantMax;
    if (info(spec.qscheme).symmetric) {
        if (edge == zero)
            return spec; // this end is real 0, whatever the scale
        scale = x / static_cast<double>(edge - zero);
    } else {
        double lo = static_cast<double>((*covered)[0]);
        double hi = static_cast<double>((*covered)[1]);
        (end == RangeEnd::Min ? lo : hi) = x;
        scale = (hi - lo) / static_cast<double>(range.levels() - 1);
        if (scale >= static_cast<double>(kScaleEps)) {
            zero = nearestCode(range.quantMin - lo / scale, range);
            if (!spec.floatZeroPoint.empty())
                spec.floatZeroPoint[channel] = static_cast<float>(range.quantMin - lo / scale);
        }
    }
    spec.scale[channel] = storable(spec.dtype, std::max(scale, static_cast<double>(kScaleEps)));
    spec.zeroPoint[channel] = zero;
    return spec;
}

QuantSpec withDType(QuantSpec spec, const QuantParams& params, DType dtype)
{
    const auto before = spec;
    spec.dtype = dtype;
    spec.quantMin.reset();
    spec.quantMax.reset();
    spec.scaleRule = ScaleRule::Default;
    const auto& row = info(dtype);
    if (!row.isInteger()) {
        spec.narrowRange = false;
        spec.reduceRange = false;
        if (info(spec.qscheme).floatZeroPoint)
            spec.qscheme = ::qs::qscheme(info(spec.qscheme).granularity, false);
    }
    if (dtype == DType::Codebook && spec.codebook.empty())
        spec.codebook = {-1.0F, -0.5F, -0.25F, 0.0F, 0.25F, 0.5F, 1.0F};
    else if (dtype != DType::Codebook)
        spec.codebook.clear();
    if (row.isBlock() && !info(before.dtype).isBlock())
        spec.axis = -1;
    else if (!row.isBlock() && info(before.dtype).isBlock())
        spec.axis = defaultAxis(spec);
    if (row.isBlock() || info(before.dtype).isBlock())
        spec.groupSize = 0;
    if (!spec.isFixed())
        return spec;
    // Values of other groups mean nothing here.
    const bool samePlaces = !row.isBlock() && !info(before.dtype).isBlock();
    if (samePlaces)
        refit(spec, params);
    else
        observeAgain(spec);
    return spec;
}

QuantSpec withQuantRange(QuantSpec spec, std::optional<std::int32_t> quantMin,
                         std::optional<std::int32_t> quantMax)
{
    spec.quantMin = quantMin;
    spec.quantMax = quantMax;
    if (const auto range = spec.range(); range && spec.isFixed()) {
        for (auto& z : spec.zeroPoint)
            z = std::clamp(z, range->quantMin, range->quantMax);
    }
    return spec;
}

QuantSpec withQScheme(QuantSpec spec, const QuantParams& params, QScheme qscheme)
{
    const auto& from = info(spec.qscheme);
    const auto& to = info(qscheme);
    spec.qscheme = qscheme;
    if (to.perGroup() && !from.perGroup())
        spec.axis = -1;
    if (!spec.isFixed())
        return spec;
    if (from.granularity == to.granularity)
        refit(spec, params);
    else
        observeAgain(spec);
    return spec;
}

} // namespace qs
