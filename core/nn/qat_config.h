// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/model.h"
#include "core/quant/quant_spec.h"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace qs {

/// The quantizers of one layer that has weights; without one it stays float there.
struct LayerQuantization {
    std::optional<QuantSpec> weight;
    std::optional<QuantSpec> activation; ///< of its output, after the ReLU and MaxPool2d behind it
    bool operator==(const LayerQuantization&) const = default;
};

/// Where a network is fake-quantized while it trains, and how. The bias stays float.
///
/// Activation quantizers sit where PyTorch's prepare_qat puts them once Conv/Linear and ReLU are
/// fused: on the input, and on the output of each layer with weights, after its ReLU. Where a
/// MaxPool2d follows, the quantizer comes after it: max and a monotone quantizer commute, so the
/// values are the same for a quarter of the work.
struct QatConfig {
    std::optional<QuantSpec> input;                  ///< on the images
    LayerQuantization all;                           ///< of every layer not named below
    std::map<std::string, LayerQuantization> layers; ///< by layer name: "0", "3"
    /// Activation observers watch this many training steps, then stop; 0: all of them.
    int observeSteps = 0;

    const LayerQuantization& of(const std::string& layer) const;
    bool operator==(const QatConfig&) const = default;
};

/// PyTorch's default_weight_fake_quant and an 8-bit default_fake_quant without reduce_range:
/// weights qint8 -128 … 127 per_tensor_symmetric, activations quint8 0 … 255 per_tensor_affine,
/// both moving_average_minmax with averaging_constant 0.01.
QatConfig defaultQatConfig();

/// The same weights; activations with FixedQParams, nothing observed: the input has the scale 1/255
/// and the zero_point 0, which every 8-bit pixel is a multiple of; the outputs of layers 6/255 and
/// 0 (0 … 6, as ReLU6 has it), the last layer's 1/4 and 128 (-32 … 31.75).
QatConfig fixedQatConfig(const ModelSpec& model);

/// `default` or `fixed`. Errors (Usage): another name, with what exists.
Result<QatConfig> qatConfigByName(std::string_view name, const ModelSpec& model);

/// {"weight": SPEC, "activation": SPEC, "input": SPEC, "layers": {"3": LAYER}, "observe_steps": N}
/// with SPEC = "float", or an object with any of dtype, qscheme, axis, observer,
/// averaging_constant, scale, zero_point, quant_min, quant_max, narrow_range, reduce_range,
/// rounding, dialect, preset ("sigmoid", "tanh"); LAYER = "float" or {"weight": SPEC,
/// "activation": SPEC}. What is not given is as in defaultQatConfig(), in a layer as for all
/// layers; the input's is the activation's. Errors (Usage): an unknown key or value, by its path.
Result<QatConfig> qatConfigFromJson(const nlohmann::json& json);
nlohmann::json toJson(const QatConfig& config);

} // namespace qs
