// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/integer/integer_network.h"
#include "core/nn/network.h"

#include <string>
#include <vector>

namespace qs {

/// Where an op of the integer network came from.
struct ConvertedOp {
    int op = 0;                ///< of IntegerNetwork
    std::size_t layer = 0;     ///< the first layer that it stands for
    std::size_t lastLayer = 0; ///< the last one fused into it
    std::size_t point = 0;     ///< of the network, whose values its codes are
};

struct ConvertedNetwork {
    IntegerNetwork network;
    std::vector<ConvertedOp> ops;
    /// Layers that compute on float values, with why: "no activation quantizer", "dtype float8…".
    struct FloatLayer {
        std::size_t layer = 0;
        std::string why;
    };
    std::vector<FloatLayer> floatLayers;
};

/// PyTorch's convert: the fake-quantized network as one that computes on integers. Weights become
/// the codes of their quantizers, BatchNorm folded; biases int32 at s_x s_w; each activation
/// quantizer the requantization of the op before it, with ReLU as its clamp. A layer runs on
/// integers where its input, its weight and its output are quantized to integers of at most 8 bits
/// that are affine per tensor (weights also per output channel); every other layer stays in float,
/// between dequantization and quantization, and says why. The network must have seen data
/// (parameters of every active quantizer).
///
/// With RequantizeMode::Float the codes are those of the fake-quantized network whose biases are
/// on the int32 grid (useIntegerBias), but where float32's sums round to the other side of a step:
/// rare, save behind an AvgPool2d, where means of codes often lie half way between two.
/// Errors (Usage): a quantizer that has observed nothing; IntegerNetwork::make's.
Result<ConvertedNetwork> convert(Network& network, RequantizeMode mode = RequantizeMode::Float);

/// Puts the biases of layers that convert runs on integers onto the grid that their int32 codes
/// have, s_x s_w[o]: the fake-quantized twin of the integer network. Where a BatchNorm is folded,
/// its beta takes the change. Errors: convert's.
Result<void> useIntegerBias(Network& network);

} // namespace qs
