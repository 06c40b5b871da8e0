// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/network.h"
#include "core/qat/oscillation.h"

#include <map>
#include <string>
#include <vector>

namespace qs {

/// How restless the codes of one layer's weight are.
struct OscillationState {
    std::string name; ///< "0.weight"
    std::int64_t weights = 0;
    std::int64_t flipsLastEpoch = 0; ///< changes of codes, all weights together
    std::int64_t flips = 0;          ///< since the start
    std::int64_t oscillating = 0;    ///< weights whose frequency is above 0.005, the paper's
    std::int64_t frozen = 0;
    std::vector<float> frequency; ///< of each weight: how often it jumps back, 0 … 1
};

/// What a training does with oscillating weights (OscillationSpec), around each optimizer's step.
/// Weights that dorefa maps or a BatchNorm is folded into are tracked, but neither frozen nor
/// dampened: their codes are not those of the weights themselves.
class WeightOscillation {
public:
    /// After backward: takes the codes that forward used, freezes, and adds the dampening loss's
    /// gradient. Errors: the tracker's and the quantizer's.
    Result<void> beforeStep(Network& network, const OscillationSpec& spec);
    /// Puts frozen weights back. Errors: the tracker's.
    Result<void> afterStep(Network& network);
    void endEpoch();

    std::vector<OscillationState> states() const;
    /// For a checkpoint, and back: "oscillation.…".
    std::vector<Tensor> checkpoint() const;
    /// Errors (Data): tensors that are no trackers'.
    Result<void> resume(std::span<const Tensor> tensors);

private:
    struct Tracked {
        OscillationTracker tracker;
        std::optional<QuantParams> params; ///< where the weights may be held
        std::int64_t flipsLastEpoch = 0;
    };
    std::map<std::string, Tracked> m_layers;
};

} // namespace qs
