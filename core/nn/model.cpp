// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/model.h"

#include <charconv>

namespace qs {
namespace {

constexpr int kLargestLayer = 1 << 16;

Error doesNotFit(const LayerSpec& layer, const std::string& expected, const SampleShape& found)
{
    return Error::usage("model: " + std::string(layerKindName(layer.kind)) + " expects " +
                        expected + ", found " + std::to_string(found.channels) + "x" +
                        std::to_string(found.height) + "x" + std::to_string(found.width));
}

ModelSpec seedCnn()
{
    return {"seed-cnn",
            {1, 32, 32},
            {{.kind = LayerKind::Conv2d, .in = 1, .out = 20, .kernel = 5},
             {.kind = LayerKind::ReLU},
             {.kind = LayerKind::MaxPool2d, .kernel = 2},
             {.kind = LayerKind::Conv2d, .in = 20, .out = 64, .kernel = 5},
             {.kind = LayerKind::ReLU},
             {.kind = LayerKind::MaxPool2d, .kernel = 2},
             {.kind = LayerKind::Flatten},
             {.kind = LayerKind::Linear, .in = 1600, .out = 10}}};
}

Result<ModelSpec> multilayerPerceptron(std::string_view name)
{
    std::vector<int> sizes;
    std::string_view rest = name.substr(4);
    while (true) {
        const auto dash = rest.find('-');
        const auto text = rest.substr(0, dash);
        int size = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
        if (error != std::errc() || end != text.data() + text.size() || size < 1 ||
            size > kLargestLayer)
            return Error::usage(
                "model '" + std::string(name) + "': sizes are whole numbers from 1 to " +
                std::to_string(kLargestLayer) + ", found '" + std::string(text) + "'");
        sizes.push_back(size);
        if (dash == std::string_view::npos)
            break;
        rest = rest.substr(dash + 1);
    }
    if (sizes.size() < 2)
        return Error::usage("model '" + std::string(name) +
                            "': at least two sizes are needed, inputs and outputs");
    ModelSpec model{std::string(name), {sizes[0], 1, 1}, {}};
    for (std::size_t i = 1; i < sizes.size(); ++i) {
        if (i > 1)
            model.layers.push_back({.kind = LayerKind::ReLU});
        model.layers.push_back({.kind = LayerKind::Linear, .in = sizes[i - 1], .out = sizes[i]});
    }
    return model;
}

} // namespace

std::string_view layerKindName(LayerKind kind)
{
    switch (kind) {
    case LayerKind::Linear:
        return "Linear";
    case LayerKind::Conv2d:
        return "Conv2d";
    case LayerKind::ReLU:
        return "ReLU";
    case LayerKind::MaxPool2d:
        return "MaxPool2d";
    case LayerKind::Flatten:
        return "Flatten";
    }
    return "";
}

Result<SampleShape> shapeAfter(const LayerSpec& layer, SampleShape in)
{
    switch (layer.kind) {
    case LayerKind::Linear:
        if (in != SampleShape{layer.in, 1, 1})
            return doesNotFit(layer, std::to_string(layer.in) + " features", in);
        return SampleShape{layer.out, 1, 1};
    case LayerKind::Conv2d: {
        const SampleShape out{layer.out, in.height + 2 * layer.padding - layer.kernel + 1,
                              in.width + 2 * layer.padding - layer.kernel + 1};
        if (in.channels != layer.in || layer.kernel < 1 || layer.padding < 0 || out.height < 1 ||
            out.width < 1)
            return doesNotFit(layer,
                              std::to_string(layer.in) + " channels of at least " +
                                  std::to_string(layer.kernel) + "x" + std::to_string(layer.kernel),
                              in);
        return out;
    }
    case LayerKind::MaxPool2d:
        if (layer.kernel != 2 || in.height < 2 || in.width < 2)
            return doesNotFit(layer, "squares of 2x2", in);
        return SampleShape{in.channels, in.height / 2, in.width / 2};
    case LayerKind::ReLU:
        return in;
    case LayerKind::Flatten:
        return SampleShape{in.numel(), 1, 1};
    }
    return in;
}

std::int64_t parameterCount(const ModelSpec& model)
{
    std::int64_t count = 0;
    for (const auto& layer : model.layers)
        if (layer.hasWeight()) {
            const std::int64_t kernel = layer.kind == LayerKind::Conv2d ? layer.kernel : 1;
            count += (kernel * kernel * layer.in + 1) * layer.out;
        }
    return count;
}

Result<ModelSpec> modelByName(std::string_view name)
{
    if (name == "seed-cnn")
        return seedCnn();
    if (name.starts_with("mlp:"))
        return multilayerPerceptron(name);
    return Error::usage("model '" + std::string(name) +
                        "' does not exist: there are seed-cnn and mlp:SIZES, as mlp:784-128-64-10");
}

} // namespace qs
