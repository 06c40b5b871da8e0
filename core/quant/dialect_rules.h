// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer_kernel.h"

#include <cstdint>

namespace qs {

/// From x to steps.
enum class Scaling : std::uint8_t {
    Reciprocal, ///< u * (1.0f / scale)
    Divide,     ///< u / scale
    Inverse,    ///< u * inv_scale, TensorFlow's own (quant_max - quant_min) / (max - min)
    Span,       ///< u / (high - low) * (levels - 1)
};

/// What is scaled and where the zero_point comes in.
enum class Origin : std::uint8_t {
    Zero,      ///< u = x; zero_point is added after rounding
    Low,       ///< u = x - low; there is no zero_point
    LowToZero, ///< u = x - low; quant_zero is subtracted before rounding
};

/// Which whole number a tie becomes.
enum class Ties : std::uint8_t {
    Even,
    Away,
    Up, ///< floor(t + 0.5f)
};

/// What is kept inside the range.
enum class ClampRule : std::uint8_t {
    Codes, ///< the code, in float32
    Int64, ///< the code; what int64 cannot hold becomes quant_min
    Reals, ///< x, before anything else
    Ends,  ///< x <= low gives low, x > high gives high, the rest is not clamped
};

/// From a code back to a real number.
enum class Decode : std::uint8_t {
    Zero,   ///< (code - zero_point) * scale
    Span,   ///< (code - quant_min) / (levels - 1) * (high - low) + low
    Affine, ///< (code - quant_min) * scale + low, ggml's d and m
};

/// The arithmetic of an element, as rules that can be exchanged one by one.
struct ElementRules {
    Scaling scaling = Scaling::Reciprocal;
    Origin origin = Origin::Zero;
    Ties ties = Ties::Even;
    ClampRule clamp = ClampRule::Codes;
    Decode decode = Decode::Zero;
    bool operator==(const ElementRules&) const = default;
};

/// The numbers that rules work with: those of one channel or group.
struct ElementNumbers {
    float scale = 1;     ///< what x is divided by
    float inverse = 1;   ///< what x is multiplied with by Scaling::Inverse
    float decode = 1;    ///< what codes are multiplied with
    float zero = 0;      ///< zero_point
    float low = 0;       ///< TensorFlow: nudged_min; OpenVINO: il; ggml: the block's min
    float high = 0;      ///< TensorFlow: nudged_max; OpenVINO: ih
    float decodeLow = 0; ///< low as it is stored: ggml's m is a float16
    float quantZero = 0; ///< TensorFlow: floor(-nudged_min * inv_scale + 0.5f)
    float first = 0;     ///< quant_min
    float last = 0;      ///< quant_max
    float passLow = 0;   ///< Reals, Ends: elements outside [passLow, passHigh] count as clipped
    float passHigh = 0;
    bool operator==(const ElementNumbers&) const = default;
};

/// Everything that becomes of one element.
struct ElementSteps {
    float x = 0;
    float clamped = 0; ///< x after ClampRule::Reals
    float shifted = 0; ///< u
    float t = 0;       ///< in steps
    float rounded = 0;
    float raw = 0;  ///< the code before clamping
    float code = 0; ///< NaN for NaN, except where a cast to int64 swallows it
    float y = 0;
    float clip = 0; ///< -1 below, 1 above, 0 inside
    float mask = 0; ///< the straight-through estimator's
};

inline float keepInside(float v, float lo, float hi)
{
    const float above = v < lo ? lo : v;
    return above > hi ? hi : above;
}

/// One element by the rules, operation by operation in float32. With rules known at compile time
/// this is the inner loop of a kernel.
[[gnu::always_inline]] inline ElementSteps elementSteps(const ElementRules rules,
                                                        const ElementNumbers& n, float x)
{
    ElementSteps e;
    e.x = x;
    e.clamped = rules.clamp == ClampRule::Reals ? keepInside(x, n.low, n.high) : x;
    e.shifted = rules.origin == Origin::Zero ? e.clamped : e.clamped - n.low;
    switch (rules.scaling) {
    case Scaling::Reciprocal:
        e.t = e.shifted * (1.0F / n.scale);
        break;
    case Scaling::Divide:
        e.t = e.shifted / n.scale;
        break;
    case Scaling::Inverse:
        e.t = e.shifted * n.inverse;
        break;
    case Scaling::Span:
        e.t = e.shifted / (n.high - n.low) * (n.last - n.first);
        break;
    }
    if (rules.origin == Origin::LowToZero)
        e.t = e.t - n.quantZero;
    switch (rules.ties) {
    case Ties::Even:
        e.rounded = __builtin_nearbyintf(e.t);
        break;
    case Ties::Away:
        e.rounded = roundTo<Rounding::HalfAway>(e.t, [] { return 0.0F; });
        break;
    case Ties::Up:
        e.rounded = __builtin_floorf(e.t + 0.5F);
        break;
    }
    const float offset = rules.origin == Origin::Zero  ? n.zero
                         : rules.origin == Origin::Low ? n.first
                                                       : n.quantZero + n.first;
    e.raw = e.rounded + offset;
    if (rules.clamp == ClampRule::Int64) {
        const float kept = e.raw < 0x1p63F ? e.raw : n.first; // NaN fails the comparison
        e.code = keepInside(kept, n.first, n.last);
    } else {
        e.code = keepInside(e.raw, n.first, n.last);
    }
    if (rules.clamp == ClampRule::Ends)
        e.code = x <= n.low ? n.first : x > n.high ? n.last : e.code;
    switch (rules.decode) {
    case Decode::Zero:
        e.y = (e.code - n.zero) * n.decode;
        break;
    case Decode::Span:
        e.y = (e.code - n.first) / (n.last - n.first) * (n.high - n.low) + n.low;
        break;
    case Decode::Affine:
        e.y = (e.code - n.first) * n.decode + n.decodeLow;
        break;
    }
    if (rules.clamp == ClampRule::Ends && rules.decode == Decode::Span)
        e.y = x <= n.low ? n.low : x > n.high ? n.high : e.y;
    if (rules.clamp == ClampRule::Reals || rules.clamp == ClampRule::Ends) {
        e.clip = (x > n.passHigh ? 1.0F : 0.0F) - (x < n.passLow ? 1.0F : 0.0F);
        e.mask = x >= n.passLow && x <= n.passHigh ? 1.0F : 0.0F;
    } else {
        e.clip = (e.raw > n.last ? 1.0F : 0.0F) - (e.raw < n.first ? 1.0F : 0.0F);
        e.mask = e.raw >= n.first && e.raw <= n.last ? 1.0F : 0.0F;
    }
    return e;
}

inline constexpr ElementRules kOpenVinoRules{Scaling::Span, Origin::Low, Ties::Even,
                                             ClampRule::Ends, Decode::Span};
inline constexpr ElementRules kTensorflowVarsRules{Scaling::Divide, Origin::LowToZero, Ties::Up,
                                                   ClampRule::Reals, Decode::Zero};
inline constexpr ElementRules kTensorflowArgsRules{Scaling::Inverse, Origin::LowToZero, Ties::Up,
                                                   ClampRule::Reals, Decode::Zero};
inline constexpr ElementRules kGgmlSymmetricRules{Scaling::Reciprocal, Origin::Zero, Ties::Away,
                                                  ClampRule::Codes, Decode::Zero};
inline constexpr ElementRules kGgmlAffineRules{Scaling::Reciprocal, Origin::Low, Ties::Up,
                                               ClampRule::Codes, Decode::Affine};

/// The rules of the parameters' dialect and scheme:
///
/// - tensorflow: FakeQuantWithMinMaxVars for one scale, …VarsPerChannel for several
/// - openvino: FakeQuantize's reference with ol = il and oh = ih. It has no gradient; the mask here
///   is il <= x <= ih. Above ih the result is oh, from inside the highest code gives
///   (oh - ol) + ol: where the two differ (by one rounding), the highest code stands for both, and
///   is the one level that is not idempotent
/// - ggml: quantize_row_q8_0_ref for symmetric schemes, …q4_1_ref for affine ones; codes outside
///   the range, which ggml's own ranges do not have, are clamped. Elements are divided by the scale
///   before it is rounded to float16: from about 10 bits on, or where a block's min is far from 0,
///   a level need not encode to its own code
/// - the others: quantizer.h's
///
/// For integer dtypes of at most 16 bits with an integer zero_point.
ElementRules elementRules(const QuantParams& params);
/// The numbers of one channel or group, for whatever rules. Where nothing was requested (fixed
/// parameters) the range is what the codes cover.
ElementNumbers elementNumbers(const QuantParams& params, std::size_t set);

/// Rounded to float16, as ggml stores d and m; Inf beyond 65504.
float roundToFloat16(float v);

/// Whether a dialect has such a quantizer. Errors (Usage): a float zero_point in any dialect but
/// PyTorch's; tensorflow, openvino and ggml: integers of more than 16 bits; a range that
/// TensorFlow's Nudge refuses; requested ranges or encodeScale of other lengths than scale, or not
/// finite, or without order. Other dtypes than integers have no dialects here.
Result<void> checkDialect(const QuantParts& parts);

} // namespace qs
