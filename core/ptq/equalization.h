// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// A layer of a chain, in the order PyTorch stores it: weight [outputs][inputs][perInput], bias
/// [outputs] or empty. Conv2d: inputs are channels, perInput = kernel height * width. Linear:
/// perInput = 1; behind a Flatten of [channels][height][width], inputs are those channels and
/// perInput = height * width. Convolutions with groups have another order and do not fit.
struct ChainLayer {
    std::int64_t outputs = 0;
    std::int64_t inputs = 0;
    std::int64_t perInput = 1;
    std::vector<float> weight;
    std::vector<float> bias;
};

/// What lies between two layers: output channel i of the first is input channel i of the second.
struct ChannelLink {
    std::vector<double> scale; ///< s_i: what channel i was divided by; 1 where it was left alone
    std::vector<double> outputBefore, inputBefore; ///< r1_i, r2_i: max|w| of the channel
    std::vector<double> outputAfter, inputAfter;
};

struct Equalization {
    std::vector<ChainLayer> layers;
    std::vector<ChannelLink> links; ///< layers.size() - 1
    int rounds = 0;                 ///< passes over the chain
    double lastMove = 0;            ///< max|s - 1| of the last pass
};

struct EqualizationOptions {
    int maxRounds = 1000;
    double tolerance = 1e-6; ///< a pass that moves no scale by more ends the search
};

/// Cross-layer equalization (Nagel et al., "Data-Free Quantization Through Weight Equalization and
/// Bias Correction", 2019, 4.1). For each pair of consecutive layers, again and again over the
/// chain,
///
///     s_i = sqrt(r1_i r2_i) / r2_i,   W1_i /= s_i,   b1_i /= s_i,   W2_:i *= s_i
///
/// r1_i = max|W1_i|, r2_i = max|W2_:i|, so that both become sqrt(r1_i r2_i). The network's output
/// stays what it was, but for rounding, where f(s x) = s f(x) for s > 0 holds for all between the
/// layers: ReLU, LeakyReLU, MaxPool2d, AvgPool2d, Flatten, Dropout; not ReLU6, Sigmoid, Tanh. The
/// caller answers for that. A channel with r1_i = 0 or r2_i = 0 is left alone. Scales are kept in
/// double, each weight is rounded once.
///
/// Errors (Usage): fewer than two layers; sizes below 1 or that do not multiply to the weight's; a
/// bias of another length; inputs that are not the outputs of the layer before; a weight or bias
/// that is not finite, before or after; maxRounds < 1; a tolerance that is not >= 0.
Result<Equalization> equalizeChain(std::span<const ChainLayer> layers,
                                   const EqualizationOptions& options = {});

} // namespace qs
