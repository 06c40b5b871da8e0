// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/network.h"
#include "core/ptq/equalization.h"

#include <vector>

namespace qs {

/// The layers with weights that can be equalized with each other.
struct EqualizableChain {
    std::vector<std::size_t> layers; ///< at least two
};

/// Chains of Linear and Conv2d layers with nothing between but ReLU, MaxPool2d, AvgPool2d, Flatten,
/// Dropout, and a BatchNorm right behind a layer, which is folded into it; where no Add looks at a
/// value between. A layer is in one chain at most.
std::vector<EqualizableChain> equalizableChains(const ModelSpec& model);

struct EqualizedChain {
    std::vector<std::size_t> layers;
    std::vector<ChannelLink> links; ///< between them
    int rounds = 0;
};

/// Cross-layer equalization (equalizeChain) of each chain. The weights and biases are changed; a
/// BatchNorm behind a layer of a chain becomes the identity with the bias as its beta. What the
/// float network computes stays the same but for rounding (to 1e-4 of the largest output).
/// Errors (Usage): equalizeChain's.
Result<std::vector<EqualizedChain>> equalize(Network& network,
                                             const EqualizationOptions& options = {});

} // namespace qs
