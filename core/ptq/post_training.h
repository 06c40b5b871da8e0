// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/adaround_network.h"
#include "core/ptq/correct_biases.h"
#include "core/ptq/equalize_network.h"
#include "core/ptq/network_samples.h"
#include "core/ptq/ptq_method.h"

#include <vector>

namespace qs {

/// How a trained network is quantized without training it further.
struct PtqRecipe {
    QatConfig config = staticConfig(); ///< for weight-only: weightOnlyConfig(), weightsOf(…)
    bool equalize = false;
    bool adaRound = false;
    bool biasCorrection = false;
    AdaRoundOptions rounding;
    std::int64_t batch = 64; ///< samples observed together
};

/// The quantized network, and what was done to it.
struct PostTraining {
    Network network;   ///< fake-quantizes; its observers have stopped
    Network reference; ///< float, with the same weights before AdaRound and bias correction
    QatConfig config;  ///< network's
    std::vector<EqualizedChain> equalized;
    std::vector<RoundedLayer> rounded;
    std::vector<CorrectedBias> corrected;
};

/// Copies the network; equalizes; observes weights, and activations on the calibration samples;
/// AdaRound; bias correction: each where asked for, in this order, as each builds on the one
/// before. Without calibration samples (nullptr) activations must have no observer. Errors: Usage:
/// activations to observe, AdaRound or bias correction without samples; Network::setQuantization's;
/// those of each step; cancelled.
Result<PostTraining> quantizeAfterTraining(const Network& network, const PtqRecipe& recipe,
                                           const NetworkSamples* calibration,
                                           const JobContext& context = {});

} // namespace qs
