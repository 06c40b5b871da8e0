// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_params.h"

#include "core/base/text.h"

#include <cmath>
#include <limits>

namespace qs {
namespace {

using Limits = std::numeric_limits<float>;

Result<void> checkRange(DType dtype, QuantRange range)
{
    const auto& row = info(dtype);
    if (range.quantMin >= range.quantMax)
        return Error::usage("quant_min " + std::to_string(range.quantMin) +
                            " must be less than quant_max " + std::to_string(range.quantMax));
    if (range.quantMin < row.quantMin || range.quantMax > row.quantMax)
        return Error::usage("quant_min " + std::to_string(range.quantMin) + ", quant_max " +
                            std::to_string(range.quantMax) + ": " + std::string(row.name) +
                            " has the codes " + std::to_string(row.quantMin) + " to " +
                            std::to_string(row.quantMax));
    return {};
}

std::int32_t floorHalf(std::int32_t v)
{
    return v >= 0 ? v / 2 : -((-v + 1) / 2);
}

} // namespace

Result<float> checkScale(double scale)
{
    const std::string found = formatExact(scale);
    if (!std::isfinite(scale))
        return Error::usage("scale must be a finite number above 0, found " + found);
    if (scale <= 0)
        return Error::usage("scale must be above 0, found " + found);
    if (static_cast<float>(scale) < Limits::min())
        return Error::usage("scale " + found +
                            " is below float32's smallest normal number 1.1755e-38");
    if (scale > static_cast<double>(Limits::max()))
        return Error::usage("scale " + found + " is above float32's largest number 3.4028e+38");
    return static_cast<float>(scale);
}

Result<QuantParams> QuantParams::make(DType dtype, QScheme qscheme, QuantRange range,
                                      std::vector<float> scale, std::vector<std::int32_t> zeroPoint,
                                      int axis)
{
    if (auto ok = checkRange(dtype, range); !ok)
        return ok.error();
    if (scale.empty())
        return Error::usage("scale: at least one is needed, found none");
    if (!info(qscheme).perChannel && scale.size() != 1)
        return Error::usage("scale: " + std::string(info(qscheme).name) + " has one, found " +
                            std::to_string(scale.size()));
    if (zeroPoint.size() == 1 && scale.size() > 1)
        zeroPoint.assign(scale.size(), zeroPoint[0]);
    if (zeroPoint.size() != scale.size())
        return Error::usage("zero_point: expected " + std::to_string(scale.size()) +
                            ", one per scale, found " + std::to_string(zeroPoint.size()));
    for (const float s : scale) {
        if (auto checked = checkScale(static_cast<double>(s)); !checked)
            return checked.error();
    }
    for (const auto z : zeroPoint) {
        if (z < range.quantMin || z > range.quantMax)
            return Error::usage("zero_point " + std::to_string(z) + " is not a code in [" +
                                std::to_string(range.quantMin) + ", " +
                                std::to_string(range.quantMax) + "]");
    }
    QuantParams params;
    params.m_dtype = dtype;
    params.m_qscheme = qscheme;
    params.m_range = range;
    params.m_axis = axis;
    params.m_scale = std::move(scale);
    params.m_zeroPoint = std::move(zeroPoint);
    return params;
}

float QuantParams::level(std::int32_t code, std::size_t channel) const
{
    return static_cast<float>(code - m_zeroPoint[channel]) * m_scale[channel];
}

QuantParams QuantParams::forChannel(std::size_t channel) const
{
    QuantParams one = *this;
    one.m_qscheme = ::qs::qscheme(false, info(m_qscheme).symmetric);
    one.m_axis = 0;
    one.m_scale = {m_scale[channel]};
    one.m_zeroPoint = {m_zeroPoint[channel]};
    return one;
}

Result<QuantRange> chooseRange(DType dtype, std::optional<std::int32_t> quantMin,
                               std::optional<std::int32_t> quantMax, bool narrowRange,
                               bool reduceRange)
{
    QuantRange range{quantMin.value_or(info(dtype).quantMin),
                     quantMax.value_or(info(dtype).quantMax)};
    if (auto ok = checkRange(dtype, range); !ok)
        return ok.error();
    if (reduceRange)
        range = {floorHalf(range.quantMin), floorHalf(range.quantMax)};
    if (narrowRange)
        ++range.quantMin;
    if (auto ok = checkRange(dtype, range); !ok)
        return ok.error();
    return range;
}

} // namespace qs
