// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/edit_spec.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

void makeFixed(QuantSpec& spec, const QuantParams& params)
{
    spec.observer = "fixed";
    spec.scale = params.scale();
    spec.zeroPoint = params.zeroPoint();
}

std::int32_t nearestCode(double code, QuantRange range)
{
    return static_cast<std::int32_t>(std::clamp(std::nearbyint(code),
                                                static_cast<double>(range.quantMin),
                                                static_cast<double>(range.quantMax)));
}

/// Every channel's real range under `params`, refitted to `spec`'s dtype, codes and symmetry.
void refit(QuantSpec& spec, const QuantParams& params)
{
    const auto range = spec.range();
    if (!range)
        return; // an impossible range is reported when the spec is used
    spec.scale.clear();
    spec.zeroPoint.clear();
    for (std::size_t c = 0; c < params.channels(); ++c) {
        const auto p = calculateQParams(params.level(params.range().quantMin, c),
                                        params.level(params.range().quantMax, c), spec.dtype,
                                        *range, info(spec.qscheme).symmetric);
        spec.scale.push_back(p.scale);
        spec.zeroPoint.push_back(p.zeroPoint);
    }
}

} // namespace

QuantSpec withScale(QuantSpec spec, const QuantParams& params, std::size_t channel, float scale)
{
    makeFixed(spec, params);
    if (channel < spec.scale.size())
        spec.scale[channel] = scale;
    return spec;
}

QuantSpec withZeroPoint(QuantSpec spec, const QuantParams& params, std::size_t channel,
                        std::int32_t zeroPoint)
{
    makeFixed(spec, params);
    if (channel < spec.zeroPoint.size())
        spec.zeroPoint[channel] = zeroPoint;
    return spec;
}

QuantSpec withRangeEnd(QuantSpec spec, const QuantParams& params, std::size_t channel, RangeEnd end,
                       double x)
{
    if (channel >= params.channels())
        return spec;
    const auto range = params.range();
    makeFixed(spec, params);
    double scale = 0;
    std::int32_t zero = params.zeroPointAt(channel);
    const std::int32_t edge = end == RangeEnd::Min ? range.quantMin : range.quantMax;
    if (info(spec.qscheme).symmetric) {
        if (edge == zero)
            return spec; // this end is real 0, whatever the scale
        scale = x / static_cast<double>(edge - zero);
    } else {
        double lo = static_cast<double>(params.level(range.quantMin, channel));
        double hi = static_cast<double>(params.level(range.quantMax, channel));
        (end == RangeEnd::Min ? lo : hi) = x;
        scale = (hi - lo) / static_cast<double>(range.quantMax - range.quantMin);
        if (scale >= static_cast<double>(kScaleEps))
            zero = nearestCode(range.quantMin - lo / scale, range);
    }
    spec.scale[channel] = static_cast<float>(
        std::clamp(scale, static_cast<double>(kScaleEps), static_cast<double>(1e30F)));
    spec.zeroPoint[channel] = zero;
    return spec;
}

QuantSpec withDType(QuantSpec spec, const QuantParams& params, DType dtype)
{
    spec.dtype = dtype;
    spec.quantMin.reset();
    spec.quantMax.reset();
    if (spec.isFixed())
        refit(spec, params);
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
    const bool samePerChannel = info(spec.qscheme).perChannel == info(qscheme).perChannel;
    spec.qscheme = qscheme;
    if (!spec.isFixed())
        return spec;
    if (samePerChannel) {
        refit(spec, params);
    } else {
        spec.observer = "minmax";
        spec.scale.clear();
        spec.zeroPoint.clear();
    }
    return spec;
}

} // namespace qs
