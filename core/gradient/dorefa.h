// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/rng.h"

#include <cstdint>
#include <span>

namespace qs {

/// DoReFa-Net (Zhou et al., "DoReFa-Net: Training Low Bitwidth Convolutional Neural Networks with
/// Low Bitwidth Gradients", 2016). quantize_k(u) = round(n * u) / n with n = 2^bits - 1, ties to
/// the even code, whose gradient is taken for 1. One bit, which the paper does with the sign, is
/// not offered.
///
/// All functions of this file are pure, may be called from any thread, and may write over their
/// input. NaN stays NaN in y, and dx is 0 there.
/// Errors (Usage): no elements, spans of different lengths, bits outside of 2 … 16.

/// Activations: y = quantize_k(clip(x, 0, 1)), dx = dy where 0 <= x <= 1, 0 elsewhere.
struct DorefaActivation {
    int bits = 4;
};

Result<void> forward(const DorefaActivation& q, std::span<const float> x, std::span<float> y);
Result<void> backward(const DorefaActivation& q, std::span<const float> x,
                      std::span<const float> dy, std::span<float> dx);

/// Weights, with M = max |tanh(w)| over the layer:
///
///     y  = 2 * quantize_k(tanh(w) / (2 M) + 1/2) - 1
///     dw = dy * (1 - tanh(w)^2) / M                         M held constant
///
/// tanh and the gradient are computed in double. The authors' code (tensorpack,
/// examples/DoReFa-Net/dorefa.py) differentiates M as well, others detach it; backwardThroughMax is
/// the authors'. It adds to each of the m weights where |tanh(w)| = M:
///
///     -sign(w) * (1 - M^2) / m * sum of dy * tanh(w) / M^2
///
/// Errors also: maxTanh not in (0, 1].
struct DorefaWeight {
    int bits = 4;
    double maxTanh = 1; ///< M; dorefaMaxTanh of the layer's weights
};

/// max |tanh(w)|. Errors (Usage): no elements, none other than 0 (and NaN).
Result<double> dorefaMaxTanh(std::span<const float> w);

Result<void> forward(const DorefaWeight& q, std::span<const float> w, std::span<float> y);
Result<void> backward(const DorefaWeight& q, std::span<const float> w, std::span<const float> dy,
                      std::span<float> dw);
Result<void> backwardThroughMax(const DorefaWeight& q, std::span<const float> w,
                                std::span<const float> dy, std::span<float> dw);

/// Gradients, with M = max |dr| over each of samples equal parts of dr (the paper: over all axes
/// but the mini-batch's):
///
///     out = 2 M * (quantize_k(clip(dr / (2 M) + 1/2 + N, 0, 1)) - 1/2),  N = (u - 1/2) / n
///
/// u of element i is rng.uniform(firstCounter + i): the same seed and counter give the same bits,
/// and the next step goes on at firstCounter + dr.size(). The noise makes the expectation of out
/// dr. The clip is the authors' code's. A sample of zeros stays 0. Computed in double. Errors also:
/// samples < 1 or not a divisor of the number of elements, a sample with NaN or an infinity.
struct DorefaGradient {
    int bits = 6;
    std::int64_t samples = 1;
    CounterRng rng{0};
    std::uint64_t firstCounter = 0;
};

Result<void> quantizeGradient(const DorefaGradient& q, std::span<const float> dr,
                              std::span<float> out);

} // namespace qs
