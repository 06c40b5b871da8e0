// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/network_samples.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// What became of one layer's bias.
struct CorrectedBias {
    std::size_t layer = 0;
    double largestShift = 0; ///< max |float mean - quantized mean| over outputs, before
    double meanShift = 0;    ///< the mean of these
    std::string skipped;     ///< why nothing was done; empty: it was
};

/// The empirical bias correction (correctBias) layer by layer from the input on, each with all
/// earlier ones corrected: `network` has its quantizers set and calibrated, `reference` is the
/// float network with the same weights. The means are over all samples. Where a BatchNorm is folded
/// into a layer, its beta takes the correction, and the means are those behind it. A layer without
/// either is skipped. `only`: this layer alone.
/// Errors: correctBias's; cancelled, with the layers so far corrected.
Result<std::vector<CorrectedBias>> correctBiases(Network& network, Network& reference,
                                                 const NetworkSamples& samples, std::int64_t batch,
                                                 const JobContext& context = {},
                                                 std::optional<std::size_t> only = std::nullopt);

} // namespace qs
