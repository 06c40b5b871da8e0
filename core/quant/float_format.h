// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>

namespace qs {

/// How the highest codes of a floating-point format are used.
enum class Specials : std::uint8_t {
    None, ///< all codes are finite: OCP MX float6 and float4, any eXmY
    Ieee, ///< exponent all ones: Inf (mantissa 0) and NaN: float16, bfloat16, float8_e5m2
    Fn,   ///< all ones is NaN, no Inf: float8_e4m3fn
    Fnuz, ///< the code of -0 is the only NaN, no Inf, no -0: float8_*fnuz
};

/// A binary floating-point format of at most 16 bits: sign, exponentBits, mantissaBits.
///
///     exponent field E > 0: (-1)^sign * 2^(E - bias) * (1 + mantissa / 2^mantissaBits)
///     exponent field 0:     (-1)^sign * 2^(1 - bias) * mantissa / 2^mantissaBits
///
/// Sources: IEEE 754; OCP 8-bit Floating Point Specification 1.0 (e4m3, e5m2); OCP Microscaling
/// Formats 1.0 (float6, float4); Noune et al. 2022, arXiv:2206.02915 (fnuz).
struct FloatFormat {
    int exponentBits = 0;
    int mantissaBits = 0;
    int bias = 0;
    Specials specials = Specials::None;

    constexpr int bits() const { return 1 + exponentBits + mantissaBits; }
    constexpr std::uint32_t codes() const { return 1U << bits(); }
    constexpr std::uint32_t signBit() const { return 1U << (bits() - 1); }
    /// The code of the largest finite value.
    constexpr std::uint32_t maxCode() const
    {
        const std::uint32_t all = signBit() - 1;
        if (specials == Specials::Ieee)
            return all - (1U << mantissaBits);
        return specials == Specials::Fn ? all - 1 : all;
    }
    /// The code of NaN; a format without one gives the code of 0.
    constexpr std::uint32_t nanCode() const
    {
        switch (specials) {
        case Specials::Ieee:
            // Quiet, as IEEE 754 wants it.
            return hasNan() ? maxCode() + 1 + (1U << (mantissaBits - 1)) : 0;
        case Specials::Fn:
            return signBit() - 1;
        case Specials::Fnuz:
            return signBit();
        case Specials::None:
            break;
        }
        return 0;
    }
    constexpr bool hasInfinity() const { return specials == Specials::Ieee; }
    /// Without mantissa bits the exponent of all ones is Inf alone.
    constexpr bool hasNan() const
    {
        return specials == Specials::Ieee ? mantissaBits > 0 : specials != Specials::None;
    }

    /// The value of a code in [0, codes()), exactly; Inf and NaN where the format has them.
    float decode(std::uint32_t code) const;
    bool isFinite(std::uint32_t code) const;
    float max() const { return decode(maxCode()); }
    float minNormal() const;
    float minSubnormal() const;
    /// floor(log2(max())): the exponent of the largest power of two, emax of OCP MX.
    int maxExponent() const;

    /// The code of the value nearest to x, ties to the even significand, which is the even code;
    /// without mantissa bits, where normal values have none, to the larger value (IEEE 754-2019,
    /// 4.3.1, on one-digit precision). What lies beyond the largest
    /// value after rounding becomes that value (saturate), or else Inf, NaN where there is no Inf,
    /// the largest value where there is neither. ±Inf likewise. NaN gives nanCode().
    std::uint32_t encode(float x, bool saturate = true) const;

    bool operator==(const FloatFormat&) const = default;
};

/// OCP MX's shared scale and PyTorch's float8_e8m0fnu: 2^(code - 127), 255 is NaN; no sign, no 0.
/// decode(0) = 2^-127 is a float32 subnormal.
float decodeE8m0(std::uint8_t code);
/// The nearest power of two, ties to the upper one as PyTorch's float8_e8m0fnu does (an implied
/// mantissa bit of 1 makes them "even"); below 2^-127 and 0 give 2^-127; negative values, too
/// (there is no sign); beyond 2^127 gives 2^127 (PyTorch: NaN from 1.5 * 2^127); NaN gives 255.
std::uint8_t encodeE8m0(float x);

} // namespace qs
