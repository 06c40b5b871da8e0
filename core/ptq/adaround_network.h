// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/adaround.h"
#include "core/ptq/network_samples.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// What became of one layer's weights.
struct RoundedLayer {
    std::size_t layer = 0;
    double errorNearest = 0;  ///< Σ (w·x - w̃·x̂)² over the samples, with nearest rounding
    double error = 0;         ///< with the codes chosen
    std::int64_t changed = 0; ///< codes that are not the nearest
    std::int64_t codes = 0;
    std::string skipped; ///< why nothing was done; empty: it was
};

/// AdaRound layer by layer from the input on (adaRound): `network` has its quantizers set, by
/// `config`, and calibrated; `reference` is the float network with the same weights. x̂ is what a
/// layer sees in `network` with all earlier layers rounded, x in `reference`. The chosen levels
/// become the layer's weights (divided by the folded BatchNorm's factor, where there is one) and
/// its quantizer keeps its parameters with the observer "fixed", in `config` as well: rounding to
/// nearest then gives these codes. Weights that are float, no integers or learned by an estimator
/// are skipped. `only`: this layer alone.
/// Errors: adaRound's; cancelled, with the layers so far rounded.
Result<std::vector<RoundedLayer>> adaRoundWeights(Network& network, QatConfig& config,
                                                  Network& reference, const NetworkSamples& samples,
                                                  std::int64_t batch,
                                                  const AdaRoundOptions& options = {},
                                                  const JobContext& context = {},
                                                  std::optional<std::size_t> only = std::nullopt);

} // namespace qs
