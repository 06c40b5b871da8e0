// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tensor/param_layout.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// Which of TensorFlow's operators: they differ in one operation.
enum class TensorflowOp : std::uint8_t {
    Vars, ///< FakeQuantWithMinMaxVars divides by the scale
    Args, ///< FakeQuantWithMinMaxArgs and …VarsPerChannel multiply by inv_scale
};

/// TensorFlow's fake quantization (tensorflow/core/kernels/fake_quant_ops_functor.h) of a range
/// that is nudged first (nudge.h), in float32:
///
///     quant_zero = floor(-nudged_min * inv_scale + 0.5f)
///     t  = (clamp(x, nudged_min, nudged_max) - nudged_min) / scale      Vars;  * inv_scale   Args
///     y  = floor(t - quant_zero + 0.5f) * scale                         rounds half up
///     dx = dy * (nudged_min <= x && x <= nudged_max)                    no half step beyond
///     dmin = sum of dy where x < nudged_min,  dmax = sum of dy where x > nudged_max
///
/// Where min == max == 0: y = 0, dx = dy, dmin = dmax = 0. NaN stays NaN with the mask 0. One min
/// and max per channel; one channel is per tensor. Both functions are pure, may be called from any
/// thread, and may write over x or dy.
/// Errors (Usage): those of nudge; no elements; spans of different lengths.
struct TensorflowFakeQuant {
    std::span<const float> min;
    std::span<const float> max;
    int quantMin = 0; ///< 1 for narrow_range
    int quantMax = 255;
    ParamLayout layout;
    TensorflowOp op = TensorflowOp::Vars;
};

/// One of each per channel, summed in double over fixed blocks.
struct TensorflowGradients {
    std::vector<double> min;
    std::vector<double> max;
};

Result<void> forward(const TensorflowFakeQuant& q, std::span<const float> x, std::span<float> y);
Result<TensorflowGradients> backward(const TensorflowFakeQuant& q, std::span<const float> x,
                                     std::span<const float> dy, std::span<float> dx);

} // namespace qs
