// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tensor/param_layout.h"

#include <cstdint>
#include <span>

namespace qs {

/// Where a straight-through estimator lets the gradient pass.
enum class PassBand : std::uint8_t {
    RoundedCode, ///< where the rounded code lies in [quant_min, quant_max] before it is clamped
    Everywhere,  ///< the identity: no mask at all
};

/// torch.fake_quantize_per_tensor_affine and fake_quantize_per_channel_affine
/// (aten/src/ATen/native/quantized/cpu/kernels/QuantizedOpKernels.cpp):
///
///     raw = nearbyint(x * (1.0f / scale)) + zero_point
///     y   = (min(max(raw, quant_min), quant_max) - zero_point) * scale
///     dx  = dy * (quant_min <= raw && raw <= quant_max)
///
/// so that the band that passes is up to half a step wider at both ends than the values that can be
/// decoded. PassBand::Everywhere: dx = dy. NaN stays NaN in y and has the mask 0; PyTorch makes it
/// quant_min, and 1.13 makes values beyond 2^63 steps quant_min as well: here they saturate.
///
/// One scale and zero_point per channel; one channel is per tensor. Both functions are pure, may be
/// called from any thread, and may write over x or dy.
/// Errors (Usage): no elements, spans of different lengths, scale <= 0 or not finite, quant_min >=
/// quant_max, zero_point outside of [quant_min, quant_max].
struct StraightThrough {
    std::span<const float> scale;
    std::span<const std::int32_t> zeroPoint;
    int quantMin = -128;
    int quantMax = 127;
    ParamLayout layout;
    PassBand passBand = PassBand::RoundedCode;
};

Result<void> forward(const StraightThrough& q, std::span<const float> x, std::span<float> y);
Result<void> backward(const StraightThrough& q, std::span<const float> x, std::span<const float> dy,
                      std::span<float> dx);

} // namespace qs
