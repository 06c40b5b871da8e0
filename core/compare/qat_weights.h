// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/network_samples.h"

#include <string>
#include <vector>

namespace qs {

/// A network that was trained with fake-quantize modules, ready to be tested.
struct QatNetwork {
    Network network; ///< its observers have stopped
    /// Quantizers whose ranges the file did not hold and that were observed on the calibration
    /// samples instead, weights apart: theirs follow from the weights.
    std::vector<std::string> observedAnew;
};

/// Reads what a training saved: the state_dict, and where the file has it (a checkpoint) what the
/// observers knew. Otherwise quantizers that are neither fixed nor learned observe the calibration
/// samples, with everything fake-quantized as in the training.
/// Errors: Network::setQuantization's; readTensors's; Network::loadStateDict's with the path;
/// Usage: ranges to observe and no calibration samples (nullptr); cancelled.
Result<QatNetwork> loadQatNetwork(const ModelSpec& model, const QatConfig& config,
                                  const std::string& path, const NetworkSamples* calibration,
                                  std::int64_t batch, const JobContext& context = {});

} // namespace qs
