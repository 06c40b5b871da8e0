// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/requantize.h"

namespace qs {

FixedMultiplier fixedMultiplier(double multiplier)
{
    FixedMultiplier fixed;
    if (!(multiplier > 0))
        return fixed;
    const double fraction = std::frexp(multiplier, &fixed.shift);
    auto m0 = static_cast<std::int64_t>(std::round(fraction * 0x1p31));
    if (m0 == std::int64_t{1} << 31) {
        m0 /= 2;
        ++fixed.shift;
    }
    if (fixed.shift < -31)
        return {};
    if (fixed.shift > 30) {
        fixed.shift = 30;
        m0 = (std::int64_t{1} << 31) - 1;
    }
    fixed.m0 = static_cast<std::int32_t>(m0);
    return fixed;
}

Multiplier makeMultiplier(float inputScale, float weightScale, float outputScale)
{
    return {inputScale * weightScale / outputScale,
            fixedMultiplier(static_cast<double>(inputScale) * static_cast<double>(weightScale) /
                            static_cast<double>(outputScale))};
}

std::int32_t biasCode(float bias, float inputScale, float weightScale, bool* saturated)
{
    constexpr double lowest = std::numeric_limits<std::int32_t>::min();
    constexpr double highest = std::numeric_limits<std::int32_t>::max();
    const double code =
        std::nearbyint(static_cast<double>(bias) /
                       (static_cast<double>(inputScale) * static_cast<double>(weightScale)));
    *saturated = code < lowest || code > highest;
    return static_cast<std::int32_t>(std::clamp(code, lowest, highest));
}

std::int32_t quantizeCode(float x, const IntegerQuant& q)
{
    if (std::isnan(x))
        return q.zeroPoint;
    const float level = std::nearbyint(x * (1.0F / q.scale));
    const auto low = static_cast<float>(q.quantMin - q.zeroPoint);
    const auto high = static_cast<float>(q.quantMax - q.zeroPoint);
    return static_cast<std::int32_t>(std::clamp(level, low, high)) + q.zeroPoint;
}

} // namespace qs
