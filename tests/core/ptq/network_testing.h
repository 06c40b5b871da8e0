// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/model_json.h"
#include "core/nn/trainer.h"
#include "core/ptq/post_training.h"

#include <QtGlobal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace qs::test {

/// One case of tests/golden/nn/converted.json.
inline nlohmann::json convertedCase(const std::string& name)
{
    std::ifstream file(QS_SOURCE_DIR "/tests/golden/nn/converted.json");
    const auto all = nlohmann::json::parse(file);
    for (const auto& one : all["cases"])
        if (one["name"] == name)
            return one;
    qFatal("no case %s", name.c_str());
}

inline std::vector<float> floatsOf(const nlohmann::json& json)
{
    return json.get<std::vector<float>>();
}

inline Tensor tensorOf(const std::string& name, const nlohmann::json& shape,
                       const nlohmann::json& value)
{
    return Tensor::fromFloats(name, *Shape::make(shape.get<std::vector<std::int64_t>>()),
                              floatsOf(value));
}

/// The case's network, with its "state".
inline Network networkOf(const nlohmann::json& one)
{
    const auto model = modelFromJson(nlohmann::ordered_json::parse(one["model"].dump()));
    auto network = Network::make(*model, 0);
    std::vector<Tensor> state;
    for (const auto& [name, tensor] : one["state"].items())
        state.push_back(tensorOf(name, tensor["shape"], tensor["value"]));
    if (auto loaded = network->loadStateDict(state); !loaded)
        qFatal("%s", loaded.error().message.c_str());
    return std::move(*network);
}

/// Samples with the label 0.
inline NetworkSamples samplesOf(const Tensor& x, const ModelSpec& model)
{
    const auto labels =
        Tensor::fromVector("labels", ElementType::Uint8, *Shape::make({x.shape()[0]}),
                           std::vector<std::uint8_t>(static_cast<std::size_t>(x.shape()[0])));
    return *samplesFor(model, *SampleSet::make(x, labels), "x");
}

/// A model from the JSON of its layers.
inline ModelSpec modelOf(const std::string& input, const std::string& layers)
{
    auto model = modelFromJson(nlohmann::ordered_json::parse(
        R"({"name": "test", "input": )" + input + R"(, "layers": )" + layers + "}"));
    if (!model)
        qFatal("%s", model.error().message.c_str());
    return *model;
}

/// Conv2d, BatchNorm2d, ReLU, MaxPool2d, Conv2d without bias, ReLU, Flatten, Linear, on 8x8 digits.
inline ModelSpec smallCnn()
{
    return modelOf("[1, 8, 8]",
                   R"([{"type": "Conv2d", "in_channels": 1, "out_channels": 8, "kernel_size": 3},
                       {"type": "BatchNorm2d", "num_features": 8}, {"type": "ReLU"},
                       {"type": "MaxPool2d", "kernel_size": 2},
                       {"type": "Conv2d", "in_channels": 8, "out_channels": 12, "kernel_size": 2,
                        "bias": false},
                       {"type": "ReLU"}, {"type": "Flatten"},
                       {"type": "Linear", "in_features": 48, "out_features": 10}])");
}

/// A few epochs of Adam on the digits, by hand: the trainer wants a model with a name.
inline Network trainedOnDigits(const ModelSpec& model, int epochs = 3)
{
    const auto data = *readDataset("digits");
    auto network = Network::make(model, 3);
    const auto train = *samplesFor(model, data->train, "digits");
    auto optimizer = Optimizer::make({.name = "adam", .lr = 0.005, .momentum = 0});
    for (int epoch = 0; epoch < epochs; ++epoch)
        for (std::int64_t begin = 0; begin + 32 <= train.count(); begin += 32) {
            std::vector<int> labels(32);
            for (std::size_t i = 0; i < labels.size(); ++i)
                labels[i] = train.set.label(begin + static_cast<std::int64_t>(i));
            if (auto step = network->trainBatch(train.writer(begin), labels); !step)
                qFatal("%s", step.error().message.c_str());
            optimizer->step(network->parameters());
        }
    return std::move(*network);
}

/// The largest |a - b| over the largest |a|.
inline double relative(std::span<const float> a, std::span<const float> b)
{
    double largest = 0;
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(a[i])));
        worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    return worst / largest;
}

} // namespace qs::test
