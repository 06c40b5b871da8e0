// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"
#include "core/tensor/tensor_stats.h"

#include <span>

namespace qs {

/// From observed ranges, one for each of the layout's sets (QuantSpec::layout), to parameters. What
/// every observer ends with.
///
/// - integers: dialectParams, the rule of the spec's dialect
/// - floats and codebooks: scale = amax / largestLevel(dtype), 1 where that is 0;
///   float16, bfloat16 and float8_e8m0fnu are casts: 1
/// - MX: mxScale; nvfp4: nvfp4Scales
/// - a ScaleRule of floor, ceil, even or rceil makes the others' scales powers of two.
///
/// A set without a finite element is treated as all zero: any scale is exact for it.
/// Errors: what QuantParams::make says, such as a range that float32 cannot hold; a scale_rule that
/// the dtype does not have.
Result<QuantParams> paramsFromRanges(const QuantSpec& spec, std::span<const ChannelRange> ranges);

/// OCP MX's shared scale X for a block with the largest magnitude amax >= 0, one of the powers of
/// two 2^-127 … 2^127 (Microscaling Formats 1.0, 6.3; torchao prototype/mx_formats, to_mx):
///
///     floor: 2^(floor(log2 amax) - emax)
///     ceil:  2^(ceil(log2 amax) - emax)
///     even:  floor of amax rounded half up to the element's mantissa
///     rceil: 2^ceil(log2(amax / largest element))
///
/// Exponents are taken from float32's bits, log2 is not computed; a float32 subnormal counts as
/// 2^-127, 0 too.
float mxScale(float amax, const FloatFormat& element, ScaleRule rule);

/// NVFP4's scales (torchao prototype/mx_formats/nvfp4_tensor.py), amax one per block:
///
///     two_level: global = max(amax) / (448 * 6),  block = e4m3(clamp(amax / 6 / global, 2^-6,
///     448)) one_level: global = 1,                      block = e4m3(clamp(amax / 6, 2^-6, 448))
///
/// global is 1 where all is zero.
struct Nvfp4Scales {
    float global = 1;
    std::vector<float> block;
};
Nvfp4Scales nvfp4Scales(std::span<const float> amax, bool twoLevel);

/// A positive scale as a power of two: down (floor), up (ceil, rceil) or to the nearer one, ties up
/// (even).
float powerOfTwo(float scale, ScaleRule rule);

} // namespace qs
