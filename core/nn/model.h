// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

enum class LayerKind : std::uint8_t {
    Linear,
    Conv2d,
    BatchNorm1d,
    BatchNorm2d,
    ReLU,
    ReLU6,
    Hardsigmoid,
    Sigmoid,
    Tanh,
    Softmax,
    MaxPool2d,
    AvgPool2d,
    Flatten,
    Dropout,
    Add,
};

/// One layer of a network, with PyTorch's meanings.
struct LayerSpec {
    LayerKind kind = LayerKind::ReLU;
    int in = 0;     ///< Linear: in_features; Conv2d: in_channels; BatchNorm: num_features
    int out = 0;    ///< Linear: out_features; Conv2d: out_channels
    int kernel = 0; ///< kernel_size of Conv2d and of the pools: squares
    int stride = 0; ///< of these; 0: 1 for Conv2d, kernel_size for the pools
    /// Conv2d, AvgPool2d: zeros on each side, which count in the mean; MaxPool2d: elements that are
    /// never the largest.
    int padding = 0;
    bool bias = true;      ///< Linear, Conv2d: whether there is one
    double eps = 1e-5;     ///< BatchNorm
    double momentum = 0.1; ///< BatchNorm: weight of the newest batch in the running statistics
    double p = 0.5;        ///< Dropout: the probability of a zero
    int from = 0;          ///< Add: the layer whose output is added; a residual connection

    /// Whether it multiplies with a weight that can be quantized.
    bool hasWeight() const { return kind == LayerKind::Linear || kind == LayerKind::Conv2d; }
    bool isBatchNorm() const
    {
        return kind == LayerKind::BatchNorm1d || kind == LayerKind::BatchNorm2d;
    }
    int strideInUse() const
    {
        return stride > 0 ? stride : (kind == LayerKind::Conv2d ? 1 : kernel);
    }
    bool operator==(const LayerSpec&) const = default;
};

/// One row of THE table of layers.
struct LayerKindInfo {
    LayerKind id;
    std::string_view name; ///< torch.nn's: "Conv2d"; Add is torch.add
    /// What the model's JSON says of it: the constructor's arguments.
    std::span<const std::string_view> arguments;
    /// Its output's FixedQParams preset (core/calib/observer.h): "sigmoid", "tanh"; empty:
    /// observed.
    std::string_view fixedQParams;
    /// Whether its output may have an activation quantizer of its own: it makes values that lie on
    /// no grid. Others choose among the values they are given, or are fused to the layer before.
    bool quantizesOutput;
};

std::span<const LayerKindInfo> layerKinds();
const LayerKindInfo& info(LayerKind kind);
std::optional<LayerKind> layerKindByName(std::string_view name);
std::string_view layerKindName(LayerKind kind); ///< "Conv2d"

/// The size of one sample between layers; a vector of n features is {n, 1, 1}.
struct SampleShape {
    int channels = 0;
    int height = 1;
    int width = 1;
    int numel() const { return channels * height * width; }
    std::string toString() const; ///< "20x14x14"
    bool operator==(const SampleShape&) const = default;
};

/// A network: layers one after the other. Layer i is PyTorch's nn.Sequential child "i"; only Add
/// looks further back.
struct ModelSpec {
    std::string name;
    SampleShape input;
    std::vector<LayerSpec> layers;
    bool operator==(const ModelSpec&) const = default;
};

/// The shape after a layer that is not Add. Errors (Usage): a layer that does not fit the shape
/// before it, with what it expects and what it finds.
Result<SampleShape> shapeAfter(const LayerSpec& layer, SampleShape in);

/// The shapes between layers: the input's, then the one after each layer. Errors (Usage): no
/// layers, too large ones (more than 2^26 elements a sample); shapeAfter's, with the layer's name.
Result<std::vector<SampleShape>> shapesOf(const ModelSpec& model);

/// Weights and biases.
std::int64_t parameterCount(const ModelSpec& model);

/// `seed-cnn`: Conv2d(1,20,5) ReLU MaxPool2d(2) Conv2d(20,64,5) ReLU MaxPool2d(2) Flatten
/// Linear(1600,10) on 1x32x32; `mlp:784-128-64-10` (any sizes): Linear, ReLU between them;
/// FILE.json: core/nn/model_json.h.
/// Errors: Usage: another name, with what exists; sizes that are not whole numbers above 0; Io and
/// Data: of the file.
Result<ModelSpec> modelByName(std::string_view name);

} // namespace qs
