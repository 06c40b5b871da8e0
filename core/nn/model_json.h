// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/nn/model.h"

#include <nlohmann/json.hpp>

namespace qs {

/// A model as people write it, in the words of torch.nn's constructors:
///
///     {"name": "small", "input": [1, 28, 28],
///      "layers": [
///        {"type": "Conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1},
///        {"type": "BatchNorm2d"}, {"type": "ReLU"}, {"type": "MaxPool2d", "kernel_size": 2},
///        {"type": "Flatten"}, {"type": "Linear", "out_features": 10}]}
///
/// input is [features] or [channels, height, width]. in_channels, in_features and num_features may
/// be left out: they follow from the layer before; the other arguments have torch.nn's defaults.
/// {"type": "Add", "from": "2"} adds the output of layer "2", counted from 0.
/// Errors (Data): a member that is missing, unknown or out of range, by its path
/// ("layers.3.kernel_size"), with what was expected and found; layers that do not fit each other.
Result<ModelSpec> modelFromJson(const nlohmann::ordered_json& json);
/// With every argument written out.
nlohmann::ordered_json toJson(const ModelSpec& model);

/// Errors: readFile's; modelFromJson's with the path.
Result<ModelSpec> readModel(const std::string& path, const JobContext& context = {});

} // namespace qs
