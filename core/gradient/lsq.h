// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>

namespace qs {

/// Learned step size quantization (Esser et al., "Learned Step Size Quantization", 2020). With
/// t = x / scale:
///
///     y      = round(clip(t, quant_min, quant_max)) * scale       ties to the even code
///     dx     = dy where quant_min < t < quant_max, 0 elsewhere
///     dscale = grad_scale * sum of dy * { round(t) - t inside; quant_min, quant_max outside }
///
/// The paper's ends belong to the outside; autograd of clamp, which many implementations use, gives
/// them to the inside. quant_min is the paper's -Q_N, quant_max its Q_P. NaN stays NaN in y, dx is
/// 0 there and it adds nothing to dscale. A step that learning made negative is an error here: the
/// trainer keeps it positive.
///
/// All functions of this file are pure, may be called from any thread, and may write over x or dy.
/// Parameter gradients are summed in double over fixed blocks.
/// Errors (Usage): no elements, spans of different lengths, scale <= 0 or not finite, beta or
/// grad_scale not finite, quant_min >= quant_max.
struct Lsq {
    float scale = 1;
    int quantMin = -8;
    int quantMax = 7;
    double gradScale = 1;
};

struct LsqGradients {
    double scale = 0;
};

Result<void> forward(const Lsq& q, std::span<const float> x, std::span<float> y);
Result<LsqGradients> backward(const Lsq& q, std::span<const float> x, std::span<const float> dy,
                              std::span<float> dx);

/// 1 / sqrt(count * quant_max): the paper's gradient scale, with count the weights of the layer, or
/// the features of an activation. Errors (Usage): count or quant_max below 1.
Result<double> lsqGradScale(std::int64_t count, int quantMax);
/// 2 * mean(|x|) / sqrt(quant_max): the paper's first scale. Errors (Usage): no elements, quant_max
/// below 1, values that give no scale above 0.
Result<float> lsqInitialScale(std::span<const float> x, int quantMax);

/// LSQ+ (Bhalgat et al., "LSQ+: Improving low-bit quantization through learnable offsets and better
/// initialization", 2020). With t = (x - beta) / scale:
///
///     y      = round(clip(t, quant_min, quant_max)) * scale + beta
///     dx     and dscale as in Lsq, with this t
///     dbeta  = grad_scale * sum of dy * { 0 inside, 1 outside }
struct LsqPlus {
    float scale = 1;
    float beta = 0;
    int quantMin = 0;
    int quantMax = 15;
    double gradScale = 1;
};

struct LsqPlusGradients {
    double scale = 0;
    double beta = 0;
};

Result<void> forward(const LsqPlus& q, std::span<const float> x, std::span<float> y);
Result<LsqPlusGradients> backward(const LsqPlus& q, std::span<const float> x,
                                  std::span<const float> dy, std::span<float> dx);

/// The paper's first scale of weights: max(|mu - 3 sigma|, |mu + 3 sigma|) / 2^(bits-1), with sigma
/// the standard deviation over n - 1 as torch.std, 0 for one element.
/// Errors (Usage): no elements, bits outside of 2 … 16, values that give no scale above 0.
Result<float> lsqPlusInitialWeightScale(std::span<const float> x, int bits);

struct LsqPlusInit {
    float scale = 1;
    float beta = 0;
};

/// A first scale and offset of activations so that the range of x becomes the range of codes:
///
///     scale = (max - min) / (quant_max - quant_min),   beta = min - quant_min * scale
///
/// This is the minimum-maximum rule. The paper goes on to search the pair of the least mean squared
/// error, which this does not do.
/// Errors (Usage): no elements, quant_min >= quant_max, min == max, values that are not finite.
Result<LsqPlusInit> lsqPlusInitialActivation(std::span<const float> x, int quantMin, int quantMax);

} // namespace qs
