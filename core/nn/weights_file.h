// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/network.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// The network's state_dict as .safetensors (or what else the path's ending names), and of a
/// fake-quantized one Network::trainingState() ("network.…": what its observers saw) and `qat`, as
/// JSON in the bytes of "network.qat_config", all or nothing. Errors: writeTensors's.
Result<void> saveWeights(const Network& network, const std::string& path,
                         const JobContext& context = {},
                         const std::optional<QatConfig>& qat = std::nullopt);

/// The state_dict alone: observers begin anew.
/// Errors: readTensors's; Network::loadStateDict's with the path. The network is unchanged then.
Result<void> loadWeights(Network& network, const std::string& path, const JobContext& context = {});

/// Named tensors of any file, all of them. Errors: readTensors's.
Result<std::vector<Tensor>> readAllTensors(const std::string& path, const JobContext& context = {});

} // namespace qs
