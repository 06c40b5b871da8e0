// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/integer/integer_spec.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace qs {

/// A real multiplier M > 0 as M = m0 * 2^(shift - 31), m0 in [2^30, 2^31), or m0 = 0 where M is
/// below 2^-32.
struct FixedMultiplier {
    std::int32_t m0 = 0;
    int shift = 0; ///< negative: to the right
    bool operator==(const FixedMultiplier&) const = default;
};

/// m0 = round(M's fraction * 2^31), half away from zero. Rule: TFLite's QuantizeMultiplier
/// (tensorflow/lite/kernels/internal/quantization_util.cc). Above 2^31 it is 2^31 - 2^0.
FixedMultiplier fixedMultiplier(double multiplier);

/// round(a * b / 2^31), half up; INT32_MAX where both are INT32_MIN. Rule: gemmlowp's
/// SaturatingRoundingDoublingHighMul (fixedpoint/fixedpoint.h).
constexpr std::int32_t saturatingRoundingDoublingHighMul(std::int32_t a, std::int32_t b)
{
    constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
    if (a == lowest && b == lowest)
        return std::numeric_limits<std::int32_t>::max();
    const std::int64_t product = std::int64_t{a} * b;
    return static_cast<std::int32_t>((product + (std::int64_t{1} << 30)) >> 31);
}

/// round(x / 2^exponent), half away from zero; 0 <= exponent <= 31. Rule: gemmlowp's
/// RoundingDivideByPOT.
constexpr std::int32_t roundingDivideByPot(std::int32_t x, int exponent)
{
    const auto mask = static_cast<std::int32_t>((std::int64_t{1} << exponent) - 1);
    const std::int32_t remainder = x & mask;
    const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/// x * M: RoundingDivideByPOT(SaturatingRoundingDoublingHighMul(x * 2^left, m0), right). Rule:
/// TFLite's MultiplyByQuantizedMultiplier (kernels/internal/common.h, double rounding); where
/// x * 2^left leaves int32, which is undefined there, it saturates here.
constexpr std::int32_t multiplyByFixed(std::int32_t x, FixedMultiplier m)
{
    const int left = std::max(m.shift, 0);
    const int right = std::max(-m.shift, 0);
    const std::int64_t shifted = std::int64_t{x} * (std::int64_t{1} << left);
    const auto saturated = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(shifted, std::numeric_limits<std::int32_t>::min(),
                                 std::numeric_limits<std::int32_t>::max()));
    return roundingDivideByPot(saturatingRoundingDoublingHighMul(saturated, m.m0), right);
}

/// One multiplier M in both forms. float: (s_x * s_w) / s_y, each step in float32, as PyTorch
/// computes it (aten/src/ATen/native/quantized/cpu/qlinear.cpp). Fixed point: of
/// M = double(s_x) * double(s_w) / double(s_y), as TFLite computes it.
struct Multiplier {
    float real = 0;
    FixedMultiplier fixed;
};
Multiplier makeMultiplier(float inputScale, float weightScale, float outputScale);

/// What a real value of an accumulator becomes, before zero_point is added and the code is
/// clamped. Both are monotone in acc, so that the largest accumulator has the largest code.
///
/// Float, as FBGEMM and PyTorch's QNNPACK do on x86: nearbyint(float(acc) * M), in float32, half to
/// even. FixedPoint, as gemmlowp and TFLite do: multiplyByFixed.
inline double requantizedLevel(RequantizeMode mode, const Multiplier& m, std::int32_t acc)
{
    if (mode == RequantizeMode::FixedPoint)
        return multiplyByFixed(acc, m.fixed);
    return static_cast<double>(std::nearbyint(static_cast<float>(acc) * m.real));
}

/// nearbyint(bias / (s_x * s_w)) in double, half to even, clamped to int32; *saturated tells
/// whether it had to be.
std::int32_t biasCode(float bias, float inputScale, float weightScale, bool* saturated);

/// clamp(nearbyint(x * (1 / scale)) + zero_point), in float32, as PyTorch; NaN has the code of 0.
std::int32_t quantizeCode(float x, const IntegerQuant& q);

/// (code - zero_point) * scale in float32.
inline float dequantizeCode(std::int32_t code, const IntegerQuant& q)
{
    return static_cast<float>(code - q.zeroPoint) * q.scale;
}

} // namespace qs
