// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: from levels to the bytes that kernels work on.

#include "core/integer/requantize.h"

#include <limits>

namespace qs::integer {

/// Kernels know bytes only: an int8 code is stored as code + 128. Nothing else changes, as only
/// differences to zero_point enter the arithmetic.
inline std::int32_t lowestCode(const IntegerQuant& q)
{
    return q.quantMin < 0 ? -128 : 0;
}
inline IntegerQuant asBytes(const IntegerQuant& q)
{
    const std::int32_t lowest = lowestCode(q);
    return {q.scale, q.zeroPoint - lowest, q.quantMin - lowest, q.quantMax - lowest};
}

/// How often output codes were clamped.
struct Saturation {
    std::int64_t low = 0;
    std::int64_t high = 0;
};

/// The clamp of levels (code - zero_point) to the codes in use, which an activation narrows.
struct CodeClamp {
    int zeroPoint = 0; ///< of bytes
    int low = 0;       ///< levels
    int high = 255;
    /// Levels beyond these are saturated; what an activation cuts off is not.
    double saturatedBelow = -std::numeric_limits<double>::infinity();
    double saturatedAbove = std::numeric_limits<double>::infinity();

    CodeClamp() = default;
    CodeClamp(const IntegerQuant& bytes, IntegerActivation activation)
        : zeroPoint(bytes.zeroPoint),
          low(bytes.quantMin - bytes.zeroPoint),
          high(bytes.quantMax - bytes.zeroPoint)
    {
        saturatedAbove = high;
        if (activation == IntegerActivation::None)
            saturatedBelow = low;
        else
            low = 0; // zero_point is one of the codes
        if (activation == IntegerActivation::ReLU6) {
            if (std::nearbyint(6.0F * (1.0F / bytes.scale)) <= static_cast<float>(high))
                saturatedAbove = std::numeric_limits<double>::infinity();
            high = quantizeCode(6.0F, bytes) - zeroPoint;
        }
    }

    std::uint8_t byte(double level) const
    {
        return static_cast<std::uint8_t>(
            zeroPoint + static_cast<int>(std::clamp(level, static_cast<double>(low),
                                                    static_cast<double>(high))));
    }
    void count(double level, Saturation& saturation) const
    {
        saturation.low += level < saturatedBelow ? 1 : 0;
        saturation.high += level > saturatedAbove ? 1 : 0;
    }
};

} // namespace qs::integer
