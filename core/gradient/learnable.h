// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tensor/param_layout.h"

#include <span>
#include <vector>

namespace qs {

/// torch's learnable fake quantization: _LearnableFakeQuantize,
/// _fake_quantize_learnable_per_tensor_ affine and per_channel
/// (aten/src/ATen/native/quantized/FakeQuantPer*Affine.cpp and cpu/kernels/QuantizedOpKernels.cpp).
/// zero_point is a float that is learned, z = nearbyint of it, clamped to [quant_min, quant_max]:
///
///     y      as StraightThrough, with z
///     raw    = nearbyint(z + x * (1.0f / scale))       added before rounding, unlike in y
///     dx     = dy * (quant_min <= raw && raw <= quant_max)
///     dscale = sum of dy * g * { ((code - z) * scale - x) / scale         inside
///                                quant_min - z below, quant_max - z above }
///     dz     = sum of dy * g * { 0 inside, -scale outside }
///
/// g is grad_factor. The terms are in float32 as torch's, their sum in double over fixed blocks.
///
/// One thing is not torch's: its per-tensor backward makes z by truncating zero_point + 0.5 towards
/// zero, so that -3 becomes -2 (and 2.5, which forward makes 2, becomes 3). Here backward uses
/// forward's z, as torch's per-channel functions do. For whole zero_points >= 0 they agree. And
/// values beyond 2^63 steps count as above or below by their sign; torch takes all for below.
///
/// Where x is exactly between two codes, PyTorch's AVX2 kernels may give raw another neighbour:
/// they are compiled to fused multiply-adds. These functions follow the source, as its kernels
/// without AVX2.
///
/// NaN stays NaN in y; dx is 0 there and it adds nothing to the parameters. One scale and
/// zero_point per channel; one channel is per tensor. Both functions are pure, may be called from
/// any thread, and may write over x or dy. Errors (Usage): no elements, spans of different lengths,
/// scale <= 0 or not finite, zero_point or grad_factor not finite, quant_min >= quant_max, or 0 not
/// within them (torch's rule).
struct LearnableFakeQuantize {
    std::span<const float> scale;
    std::span<const float> zeroPoint;
    int quantMin = 0;
    int quantMax = 255;
    ParamLayout layout;
    float gradFactor = 1;
};

/// One of each per channel.
struct LearnableGradients {
    std::vector<double> scale;
    std::vector<double> zeroPoint;
};

/// 1 / sqrt(numel * quant_max): _LearnableFakeQuantize's grad_factor with use_grad_scaling.
/// Errors (Usage): numel or quant_max below 1.
Result<float> learnableGradFactor(std::int64_t numel, int quantMax);

Result<void> forward(const LearnableFakeQuantize& q, std::span<const float> x, std::span<float> y);
Result<LearnableGradients> backward(const LearnableFakeQuantize& q, std::span<const float> x,
                                    std::span<const float> dy, std::span<float> dx);

} // namespace qs
