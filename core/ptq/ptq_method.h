// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/qat_config.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qs {

enum class PtqMethod : std::uint8_t { Float, Dynamic, Static, WeightOnly, Qat };

/// One row of THE table of ways to quantize a network.
struct PtqMethodInfo {
    PtqMethod id;
    std::string_view name; ///< "weight_only"
    std::string_view description;
    bool calibrates; ///< needs samples that activations are observed on
    bool trains;     ///< needs a training with fake-quantize modules
    /// Whether the improvements of weights and biases apply: --equalize, --adaround, …
    bool improvable;
    std::string_view effort; ///< what a person has to do, in a few words
};

std::span<const PtqMethodInfo> ptqMethods();
const PtqMethodInfo& info(PtqMethod method);
std::optional<PtqMethod> ptqMethodByName(std::string_view name);
std::string ptqMethodNames(); ///< "float, dynamic, …", for messages

/// PyTorch's get_default_qconfig("qnnpack"): activations quint8 per_tensor_affine, 0 … 255, by the
/// histogram observer (or another one), weights qint8 per_tensor_symmetric by minmax.
QatConfig staticConfig(const std::string& activationObserver = "histogram");
/// Weights as there, activations float.
QatConfig weightOnlyConfig();
/// Any configuration's weights, activations float.
QatConfig weightsOf(const QatConfig& config);

} // namespace qs
