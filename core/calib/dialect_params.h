// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/nudge.h"
#include "core/quant/quant_spec.h"
#include "core/tensor/tensor_stats.h"

#include <span>
#include <vector>

namespace qs {

/// Fills in what a dialect makes of the ranges of an integer dtype: range, scale, zeroPoint or
/// floatZeroPoint, encodeScale, requestedMin, requestedMax. dtype, qscheme, range and dialect of
/// `parts` are given. lo = min(min, 0), hi = max(max, 0), steps = quant_max - quant_min.
///
/// - torch, torch_1_13: calculateQParams; with a float zero_point scale = (max - min) / steps where
///   above 2^-23, else 1, and zero_point = quant_min - min / scale
/// - torch_fused: fusedQParams
/// - onnx: onnxQParams. Where neither quant_min, quant_max nor narrow_range were chosen, the range
///   the scale is made from is ONNX Runtime's (onnxScaleRange), but codes saturate at the dtype's
///   own ends, as QuantizeLinear's do. Chosen ends are used for both (quantize_nparray's low and
///   high).
/// - tensorflow: lo and hi, or for symmetric schemes min(min, max / r) and max(max, min * r) with
///   r = -1 where the codes are odd in number (narrow_range), else -(levels - 2) / levels
///   (tfmot's quant_ops.py, LastValueQuantize), through Nudge. The codes of signed dtypes are
///   shifted onto 0 … 2^bits - 1. All zero: scale 1.
/// - openvino: il = min and ih = max as they are: 0 need not be a level. Symmetric schemes (NNCF's
///   symmetric_range): ih = max(|min|, |max|), il = -ih * levels / (levels - 2), for an odd number
///   of levels -ih, for unsigned dtypes and min >= 0 it is 0. scale = (ih - il) / steps, 1 for
///   il == ih.
/// - aimet: aimetQParams; symmetric schemes of signed dtypes only, as AIMET's are
/// - ggml: symmetric d = max(|min|, |max|) / (quant_max - zero_point), affine d = (max - min) /
///   steps and m = min; codes are multiplied with d (and m) rounded to float16. All equal: scale 1.
///
/// zero_point of openvino and of ggml's affine schemes is the code nearest to 0, for display.
/// A set without a finite element counts as all zero.
/// Errors (Usage): a float zero_point where the dialect has none; quant_min > 0 or quant_max < 0
/// for onnx; a d that float16 does not hold; a scale_rule of powers of two in tensorflow, openvino
/// or ggml; more than 16 bits there.
Result<void> dialectParams(const QuantSpec& spec, std::span<const ChannelRange> ranges,
                           QuantParts& parts);

struct DialectQParams {
    float scale = 1;
    std::int32_t zeroPoint = 0;
    bool operator==(const DialectQParams&) const = default;
};

/// PyTorch's fused operator: ChooseQuantizationParams
/// (aten/src/ATen/native/quantized/cpu/QuantUtils.h) with preserve_sparsity for symmetric schemes:
/// where min < 0 < max the range is made symmetric over [-(R/2 + 1), R/2], R = quant_max -
/// quant_min in whole numbers, and zero_point is the middle code; a one-sided range stays affine.
/// In double, to float32 at the end; scales below 6.1e-5 become that, 0 becomes 0.1.
DialectQParams fusedQParams(float min, float max, QuantRange range, bool symmetric);

/// ONNX Runtime's compute_scale_zp (onnxruntime/python/tools/quantization/quant_utils.py):
///
///     scale = (hi - lo) / steps          in double of a float32 difference; symmetric: ±amax
///     zero_point = round(quant_min - lo / scale), half to even;
///                  symmetric: round((quant_min + quant_max) / 2)
///
/// a scale below float32's smallest normal number gives 1 and 0.
DialectQParams onnxQParams(float min, float max, QuantRange range, bool symmetric);

/// get_qmin_qmax_for_qType: reduced -2^(bits-2) … 2^(bits-2) (4 bits: -4 … 3) and
/// 0 … 2^(bits-1) - 1; symmetric without one code of 8- and 16-bit types: -127 … 127, 0 … 254;
/// otherwise, and for types that ONNX has not, all codes.
QuantRange onnxScaleRange(DType dtype, bool symmetric, bool reduceRange);

/// AIMET's MinMaxEncodingAnalyzer and MinMaxQuantizer (aimet_torch/v2/quantization), in float32:
/// lo and hi are moved apart where (hi - lo) / steps is below 2^-23;
///
///     symmetric: delta = max(hi / floor(steps / 2), -lo / ceil(steps / 2)),
///                lo = -ceil(steps / 2) * delta, hi = floor(steps / 2) * delta
///     scale = (hi - lo) / steps;  zero_point = quant_min - round(lo / scale), symmetric: 0
DialectQParams aimetQParams(float min, float max, QuantRange range, bool symmetric);

/// What Nudge did to the ranges of a tensorflow quantizer, one per scale; empty for any other, and
/// for fixed parameters.
std::vector<Nudged> nudgedRanges(const QuantParams& params);

} // namespace qs
