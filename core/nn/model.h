// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

enum class LayerKind { Linear, Conv2d, ReLU, MaxPool2d, Flatten };

/// One layer of a sequential network, with PyTorch's meanings.
struct LayerSpec {
    LayerKind kind = LayerKind::ReLU;
    int in = 0;      ///< Linear: in_features; Conv2d: in_channels
    int out = 0;     ///< Linear: out_features; Conv2d: out_channels
    int kernel = 0;  ///< Conv2d (stride 1) and MaxPool2d (stride = kernel = 2)
    int padding = 0; ///< Conv2d: zeros on each side

    bool hasWeight() const { return kind == LayerKind::Linear || kind == LayerKind::Conv2d; }
    bool operator==(const LayerSpec&) const = default;
};

/// The size of one sample between layers; a vector of n features is {n, 1, 1}.
struct SampleShape {
    int channels = 0;
    int height = 1;
    int width = 1;
    int numel() const { return channels * height * width; }
    bool operator==(const SampleShape&) const = default;
};

/// A network: layers one after the other. Layer i is PyTorch's nn.Sequential child "i".
struct ModelSpec {
    std::string name;
    SampleShape input;
    std::vector<LayerSpec> layers;
    bool operator==(const ModelSpec&) const = default;
};

std::string_view layerKindName(LayerKind kind); ///< "Conv2d"

/// The shape after a layer. Errors (Usage): a layer that does not fit the shape before it.
Result<SampleShape> shapeAfter(const LayerSpec& layer, SampleShape in);

/// Weights and biases.
std::int64_t parameterCount(const ModelSpec& model);

/// `seed-cnn`: Conv2d(1,20,5) ReLU MaxPool2d(2) Conv2d(20,64,5) ReLU MaxPool2d(2) Flatten
/// Linear(1600,10) on 1x32x32; `mlp:784-128-64-10` (any sizes): Linear, ReLU between them.
/// Errors (Usage): another name, with what exists; sizes that are not whole numbers above 0.
Result<ModelSpec> modelByName(std::string_view name);

} // namespace qs
