// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <span>

namespace qs {

/// PACT (Choi et al., "PACT: Parameterized Clipping Activation for Quantized Neural Networks",
/// 2018): activations clipped at a learned alpha, then quantized with bits. With n = 2^bits - 1
/// and, in float32, scale = n / alpha:
///
///     clipped = min(max(x, 0), alpha)
///     y       = round(clipped * scale) / scale                  ties to the even code
///     dx      = dy where 0 <= x < alpha, 0 elsewhere
///     dalpha  = sum of dy where x >= alpha
///
/// The paper takes dy/dclipped for 1, so the rounding error does not move alpha. The decay of alpha
/// is the optimizer's. NaN stays NaN in y, dx is 0 there and it adds nothing to dalpha. The sum is
/// in double over fixed blocks. Both functions are pure, may be called from any thread, and may
/// write over x or dy. Errors (Usage): no elements, spans of different lengths, alpha <= 0 or not
/// finite, bits outside of 2 … 16.
struct Pact {
    float alpha = 6;
    int bits = 4;
};

struct PactGradients {
    double alpha = 0;
};

Result<void> forward(const Pact& q, std::span<const float> x, std::span<float> y);
Result<PactGradients> backward(const Pact& q, std::span<const float> x, std::span<const float> dy,
                               std::span<float> dx);

} // namespace qs
