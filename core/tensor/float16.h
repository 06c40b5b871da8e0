// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>

namespace qs {

/// IEEE 754 binary16 to float32, exactly. Subnormals are scaled by a float multiplication, which is
/// exact; a NaN keeps its payload.
inline float float16ToFloat32(std::uint16_t half)
{
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
    const std::uint32_t exponent = (half >> 10) & 0x1fU;
    const std::uint32_t mantissa = half & 0x3ffU;
    if (exponent == 0) {
        const float value = static_cast<float>(mantissa) * 0x1p-24F;
        return sign != 0 ? -value : value;
    }
    const std::uint32_t biased = exponent == 31 ? 255U : exponent + 112U;
    return std::bit_cast<float>(sign | (biased << 23) | (mantissa << 13));
}

/// float32 to IEEE 754 binary16, to nearest, ties to even. |value| >= 65520 becomes infinity, a NaN
/// becomes the quiet NaN 0x7e00 with its sign.
inline std::uint16_t float32ToFloat16(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    std::uint32_t half = 0;
    if (magnitude > 0x7f800000U) {
        half = 0x7e00U;
    } else if (magnitude >= 0x47800000U) { // 65536 and more
        half = 0x7c00U;
    } else if (magnitude >= 0x38800000U) { // a normal binary16; a carry may make it infinity
        const std::uint32_t rebased = magnitude - (112U << 23);
        half = (rebased + 0xfffU + ((rebased >> 13) & 1U)) >> 13;
    } else { // adding 0.5 leaves the multiples of 2^-24 in the low bits: the adder rounds
        const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
        half = std::bit_cast<std::uint32_t>(shifted) - 0x3f000000U;
    }
    return static_cast<std::uint16_t>(sign | half);
}

} // namespace qs
