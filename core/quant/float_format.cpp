// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/float_format.h"

#include <bit>
#include <cmath>

namespace qs {

float FloatFormat::decode(std::uint32_t code) const
{
    const std::uint32_t magnitude = code & (signBit() - 1);
    const bool negative = (code & signBit()) != 0;
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    if (specials == Specials::Fnuz && code == signBit())
        return kNan;
    float value = 0;
    if (magnitude > maxCode()) {
        const bool infinite = hasInfinity() && magnitude == maxCode() + 1;
        value = infinite ? std::numeric_limits<float>::infinity() : kNan;
    } else {
        const auto field = static_cast<int>(magnitude >> mantissaBits);
        const std::uint32_t mantissa = magnitude & ((1U << mantissaBits) - 1);
        const std::uint32_t digits = field > 0 ? mantissa | (1U << mantissaBits) : mantissa;
        value =
            std::ldexp(static_cast<float>(digits), (field > 0 ? field : 1) - bias - mantissaBits);
    }
    return negative ? -value : value;
}

bool FloatFormat::isFinite(std::uint32_t code) const
{
    return std::isfinite(decode(code));
}

float FloatFormat::minNormal() const
{
    return std::ldexp(1.0F, 1 - bias);
}

float FloatFormat::minSubnormal() const
{
    return std::ldexp(1.0F, 1 - bias - mantissaBits);
}

int FloatFormat::maxExponent() const
{
    return std::ilogb(max());
}

std::uint32_t FloatFormat::encode(float x, bool saturate) const
{
    if (std::isnan(x))
        return nanCode();
    const std::uint32_t sign = std::signbit(x) ? signBit() : 0U;
    const double a = std::fabs(static_cast<double>(x));
    const double step =
        std::ldexp(1.0, std::max(a > 0 && std::isfinite(a) ? std::ilogb(a) : 1 - bias, 1 - bias) -
                            mantissaBits);
    const double rounded = std::isinf(a) ? a : std::nearbyint(a / step) * step;
    if (rounded > static_cast<double>(max())) {
        if (saturate || specials == Specials::None)
            return sign | maxCode();
        return hasInfinity() ? sign | (maxCode() + 1) : nanCode() | (sign & signBit());
    }
    std::uint32_t magnitude = 0;
    if (rounded < static_cast<double>(minNormal())) {
        magnitude = static_cast<std::uint32_t>(rounded / static_cast<double>(minSubnormal()));
    } else {
        const int exponent = std::ilogb(rounded);
        const auto digits =
            static_cast<std::uint32_t>(std::ldexp(rounded, mantissaBits - exponent));
        magnitude = (static_cast<std::uint32_t>(exponent + bias) << mantissaBits) +
                    (digits - (1U << mantissaBits));
    }
    if (magnitude == 0 && specials == Specials::Fnuz)
        return 0;
    return sign | magnitude;
}

float decodeE8m0(std::uint8_t code)
{
    if (code == 255)
        return std::numeric_limits<float>::quiet_NaN();
    // 2^-127 is half of the smallest normal number.
    return std::bit_cast<float>(code == 0 ? 0x00400000U : static_cast<std::uint32_t>(code) << 23);
}

std::uint8_t encodeE8m0(float x)
{
    if (std::isnan(x))
        return 255;
    if (!(x > 0x1p-127F))
        return 0;
    if (x >= 0x1p127F)
        return 254;
    int exponent = 0;
    const float fraction = std::frexp(x, &exponent); // x = fraction * 2^exponent, 0.5 <= fraction
    return static_cast<std::uint8_t>(exponent - 1 + (fraction >= 0.75F ? 1 : 0) + 127);
}

} // namespace qs
