// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/network_samples.h"

namespace qs {

/// A network with the same layers, parameters and running statistics, without quantizers.
Result<Network> floatCopy(const Network& network);

/// PyTorch's prepare, calibration and convert's choice of parameters, for a network whose
/// quantizers are set: its weights are observed once, its activations on all samples while nothing
/// is fake-quantized; then observers stop and everything is fake-quantized. Without samples
/// (nullptr) activations must have no observer. batch >= 1: some observers depend on how samples
/// are cut into batches.
/// Errors: an observer's; cancelled.
Result<void> calibrate(Network& network, const NetworkSamples* samples, std::int64_t batch,
                       const JobContext& context = {});

} // namespace qs
