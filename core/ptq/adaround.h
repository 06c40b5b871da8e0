// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/ptq/gram.h"
#include "core/quant/quant_params.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

struct AdaRoundOptions {
    int iterations = 2000;
    double learningRate = 0.01; ///< Adam's, of V; its betas are 0.9 and 0.999, eps 1e-8
    double lambda = 5;          ///< weight of the rounding loss, see adaRound
    double betaStart = 20;
    double betaEnd = 2;
    double warmStart = 0.2; ///< the part of the iterations without the rounding loss, 0 … 1
    bool descent = true;    ///< descendRounding follows; the paper stops without
};

struct RoundedWeights {
    std::vector<std::int32_t> codes; ///< [outputs][columns]
    std::vector<float> weight;       ///< their levels, W̃
    /// Per output, Σ (w·x - w̃·x̂)² over the rows of GramData, with nearest rounding and with these.
    std::vector<double> errorNearest;
    std::vector<double> error;
    std::int64_t changed = 0;     ///< codes that are not the nearest
    std::int64_t keptNearest = 0; ///< outputs whose nearest rounding no other was better than

    double totalNearest() const;
    double total() const;
};

/// AdaRound (Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", 2020):
/// whether each weight is rounded up or down, so that the layer's output changes least,
///
///     W̃ = low + h(V) (high - low),   h(V) = clip(1.2 sigmoid(V) - 0.1, 0, 1)
///     loss = Σ_o u_o ‖w_o X - w̃_o X̂‖² + λ Σ (1 - |2 h(V) - 1|^β)
///
/// by Adam over all of the calibration rows at once (GramData), from h(V) = the weight's place
/// between its two levels. β falls from betaStart to betaEnd along a cosine after the warm start.
/// At the end h >= 0.5 rounds up. Where the paper takes λ = 0.01 of a mean squared error, whose
/// size is the layer's own, u_o = N_o / Σ_k (G_kk (high - low)_k² / 12) counts each output's error
/// in what one of its N_o weights that have a choice is expected to add; so one λ suits all layers
/// and outputs. The function that follows the layer is left out of the loss, as Gram matrices
/// cannot know it.
///
/// On layers of 12 and 72 columns λ from 3 to 10 gave errors within 1 % of each other at 2,000
/// iterations; at 0.3 many outputs fell back to nearest rounding.
///
/// For each output the result is nearest rounding where that is better: error <= errorNearest.
/// One iteration costs outputs * columns² multiplications in float32; errors are in double. Outputs
/// are independent, and the bits do not depend on the threads.
/// Errors: as of roundingChoices and squaredErrors; iterations < 1, a learningRate, lambda, beta or
/// warmStart out of range (Usage); cancelled.
Result<RoundedWeights> adaRound(std::span<const float> weight, std::int64_t outputs,
                                const QuantParams& params, const GramData& data,
                                const AdaRoundOptions& options = {},
                                const JobContext& context = {});

/// From `start` (codes, such as adaRound's; empty: nearest rounding), for each output again and
/// again the one change of a weight to its other level that lowers the error most, until none does.
/// A local minimum; never worse than the start. Errors: as of adaRound; codes that are neither of a
/// weight's two (Usage).
Result<RoundedWeights> descendRounding(std::span<const float> weight, std::int64_t outputs,
                                       const QuantParams& params, const GramData& data,
                                       std::span<const std::int32_t> start = {},
                                       const JobContext& context = {});

} // namespace qs
