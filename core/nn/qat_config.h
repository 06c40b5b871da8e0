// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/fake_quantize_spec.h"
#include "core/nn/model.h"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace qs {

/// The quantizers of one layer; without one it stays float there.
struct LayerQuantization {
    std::optional<FakeQuantizeSpec> weight;
    std::optional<FakeQuantizeSpec> activation; ///< of its output: see QatConfig
    bool operator==(const LayerQuantization&) const = default;
};

/// What a QAT does about weights that jump between two codes (Nagel et al. 2022, "Overcoming
/// Oscillations in Quantization-Aware Training"; core/qat/oscillation.h).
struct OscillationSpec {
    bool track = false;         ///< count flips and their frequency, for viewing
    double momentum = 0.01;     ///< of the frequency's moving average
    double freezeThreshold = 0; ///< weights that flip more often are frozen; 0: none
    double dampening = 0;       ///< λ of the loss λ Σ (w - ŵ)² within the grid
    bool any() const { return track || freezeThreshold > 0 || dampening > 0; }
    bool operator==(const OscillationSpec&) const = default;
};

/// Where a network is fake-quantized while it trains, and how. The bias stays float.
///
/// Fusion is PyTorch's prepare_qat's: a Linear or Conv2d whose weight is quantized takes the
/// BatchNorm behind it into its weight (w * gamma / sqrt(running_var + eps) is what is quantized;
/// the output is divided by the same factor again before BatchNorm), and its activation quantizer
/// comes after the ReLU behind these (PyTorch fuses no ReLU to a Linear with BatchNorm). A ReLU6 is
/// fused in the same way (PyTorch's clamps a second time). Activation quantizers sit on the input
/// and on the output of each Linear, Conv2d, Add and BatchNorm that is not fused, and with
/// FixedQParams, whatever `all` says, on Sigmoid, Hardsigmoid, Softmax (1/256, 0) and Tanh (2/256,
/// 128), unless activations are float. An AvgPool2d behind a quantized value quantizes with that
/// one's parameters. Where a MaxPool2d follows a ReLU and the observer only needs extremes, the
/// quantizer comes after it: max and a monotone quantizer commute, so the values are the same for a
/// quarter of the work; only the gradient of a window whose largest elements share a code goes to
/// the largest, not the first.
struct QatConfig {
    std::optional<FakeQuantizeSpec> input;           ///< on the samples
    LayerQuantization all;                           ///< of every layer not named below
    std::map<std::string, LayerQuantization> layers; ///< by layer name: "0", "3"
    /// Activation observers watch this many training steps, then stop; 0: all of them.
    int observeSteps = 0;
    bool freezeBatchNorm = false; ///< PyTorch's freeze_bn_stats: training uses the running ones
    OscillationSpec oscillation;

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

/// Weights int4 per_tensor_symmetric with the estimator lsq, activations as in the default.
QatConfig lsqQatConfig();
/// The papers' networks: the first and the last layer as in the default, the others with dorefa
/// weights of 4 bits and activations of 4 bits behind their ReLU: pact (PACT) or dorefa (DoReFa).
QatConfig pactQatConfig(const ModelSpec& model);
QatConfig dorefaQatConfig(const ModelSpec& model);

/// The names that qatConfigByName knows: default, fixed, lsq, pact, dorefa.
std::span<const std::string_view> qatConfigNames();
/// Errors (Usage): another name, with what exists.
Result<QatConfig> qatConfigByName(std::string_view name, const ModelSpec& model);

/// {"weight": SPEC, "activation": SPEC, "input": SPEC, "layers": {"3": LAYER}, "observe_steps": N,
/// "freeze_bn_stats": false, "oscillation": {"track": true, "momentum": 0.01, "freeze_threshold":
/// 0.1, "dampening": 0.001}} with SPEC = "float", or an object with any of dtype, qscheme, axis,
/// observer, averaging_constant, scale, zero_point, quant_min, quant_max, narrow_range,
/// reduce_range, rounding, dialect, preset ("sigmoid", "tanh"), estimator ("ste", "pass_through",
/// "learnable", "lsq", "lsq_plus", "pact", "dorefa"), observer_enabled, fake_quant_enabled, inherit
/// (false: what is not given is as in a new quantizer); LAYER =
/// "float" or {"weight": SPEC, "activation": SPEC}. What is not given is as in defaultQatConfig(),
/// in a layer as for all layers; the input's is the activation's, without an estimator that learns.
/// Errors (Usage): an unknown key or value, by its path.
Result<QatConfig> qatConfigFromJson(const nlohmann::json& json);
nlohmann::json toJson(const QatConfig& config);

} // namespace qs
