// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/model.h"

#include "core/base/text.h"
#include "core/nn/model_json.h"

#include <array>
#include <charconv>

namespace qs {
namespace {

constexpr int kLargestLayer = 1 << 16;
constexpr std::int64_t kLargestSample = std::int64_t{1} << 26;
constexpr std::int64_t kMostParameters = std::int64_t{1} << 28;

constexpr std::array<std::string_view, 3> kLinear = {"in_features", "out_features", "bias"};
constexpr std::array<std::string_view, 6> kConv2d = {"in_channels", "out_channels", "kernel_size",
                                                     "stride",      "padding",      "bias"};
constexpr std::array<std::string_view, 3> kBatchNorm = {"num_features", "eps", "momentum"};
constexpr std::array<std::string_view, 3> kPool = {"kernel_size", "stride", "padding"};
constexpr std::array<std::string_view, 1> kDropout = {"p"};
constexpr std::array<std::string_view, 1> kAdd = {"from"};

constexpr LayerKindInfo kKinds[] = {
    {LayerKind::Linear, "Linear", kLinear, "", true},
    {LayerKind::Conv2d, "Conv2d", kConv2d, "", true},
    {LayerKind::BatchNorm1d, "BatchNorm1d", kBatchNorm, "", true},
    {LayerKind::BatchNorm2d, "BatchNorm2d", kBatchNorm, "", true},
    {LayerKind::ReLU, "ReLU", {}, "", false},
    {LayerKind::ReLU6, "ReLU6", {}, "", false},
    {LayerKind::Hardsigmoid, "Hardsigmoid", {}, "sigmoid", true},
    {LayerKind::Sigmoid, "Sigmoid", {}, "sigmoid", true},
    {LayerKind::Tanh, "Tanh", {}, "tanh", true},
    {LayerKind::Softmax, "Softmax", {}, "sigmoid", true},
    {LayerKind::MaxPool2d, "MaxPool2d", kPool, "", false},
    {LayerKind::AvgPool2d, "AvgPool2d", kPool, "", false},
    {LayerKind::Flatten, "Flatten", {}, "", false},
    {LayerKind::Dropout, "Dropout", kDropout, "", false},
    {LayerKind::Add, "Add", kAdd, "", true},
};

Error doesNotFit(const LayerSpec& layer, const std::string& expected, const SampleShape& found)
{
    return Error::usage(std::string(layerKindName(layer.kind)) + " expects " + expected +
                        ", found " + found.toString());
}

/// Of a window that slides over a padded side.
int slide(int size, const LayerSpec& layer)
{
    const int room = size + 2 * layer.padding - layer.kernel;
    return room < 0 ? 0 : room / layer.strideInUse() + 1;
}

Result<SampleShape> slideOver(const LayerSpec& layer, SampleShape in, int channels)
{
    if (layer.kernel < 1 || layer.stride < 0 || layer.padding < 0 ||
        (layer.kind != LayerKind::Conv2d && 2 * layer.padding > layer.kernel))
        return Error::usage(std::string(layerKindName(layer.kind)) +
                            " expects a kernel_size and a stride above 0, a padding of at most " +
                            "half a pool's kernel_size, found " + std::to_string(layer.kernel) +
                            ", " + std::to_string(layer.stride) + ", " +
                            std::to_string(layer.padding));
    const SampleShape out{channels, slide(in.height, layer), slide(in.width, layer)};
    if (out.height < 1 || out.width < 1) {
        const auto least = std::to_string(layer.kernel - 2 * layer.padding);
        return doesNotFit(layer, "at least " + least + "x" + least + " pixels", in);
    }
    return out;
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

std::span<const LayerKindInfo> layerKinds()
{
    return kKinds;
}

const LayerKindInfo& info(LayerKind kind)
{
    return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<LayerKind> layerKindByName(std::string_view name)
{
    for (const auto& row : kKinds)
        if (row.name == name)
            return row.id;
    return std::nullopt;
}

std::string_view layerKindName(LayerKind kind)
{
    return info(kind).name;
}

std::string SampleShape::toString() const
{
    return std::to_string(channels) + "x" + std::to_string(height) + "x" + std::to_string(width);
}

Result<SampleShape> shapeAfter(const LayerSpec& layer, SampleShape in)
{
    const bool flat = in.height * in.width == 1;
    switch (layer.kind) {
    case LayerKind::Linear:
        if (in != SampleShape{layer.in, 1, 1})
            return doesNotFit(layer, std::to_string(layer.in) + " features", in);
        return SampleShape{layer.out, 1, 1};
    case LayerKind::Conv2d:
        if (in.channels != layer.in)
            return doesNotFit(layer, std::to_string(layer.in) + " channels", in);
        return slideOver(layer, in, layer.out);
    case LayerKind::MaxPool2d:
    case LayerKind::AvgPool2d:
        return slideOver(layer, in, in.channels);
    case LayerKind::BatchNorm1d:
    case LayerKind::BatchNorm2d:
        if (in.channels != layer.in || (layer.kind == LayerKind::BatchNorm1d && !flat))
            return doesNotFit(layer,
                              std::to_string(layer.in) + (layer.kind == LayerKind::BatchNorm1d
                                                              ? " features"
                                                              : " channels"),
                              in);
        return in;
    case LayerKind::Flatten:
        return SampleShape{in.numel(), 1, 1};
    case LayerKind::ReLU:
    case LayerKind::ReLU6:
    case LayerKind::Hardsigmoid:
    case LayerKind::Sigmoid:
    case LayerKind::Tanh:
    case LayerKind::Softmax:
    case LayerKind::Dropout:
    case LayerKind::Add:
        return in;
    }
    return in;
}

Result<std::vector<SampleShape>> shapesOf(const ModelSpec& model)
{
    if (model.layers.empty())
        return Error::usage("model: at least one layer is needed");
    if (model.input.channels < 1 || model.input.height < 1 || model.input.width < 1)
        return Error::usage("model: expected input sizes above 0, found " + model.input.toString());
    const auto elements = [](const SampleShape& shape) {
        return std::int64_t{shape.channels} * shape.height * shape.width;
    };
    // Each factor is at most 2^16, so the product of three does not overflow.
    if (model.input.channels > kLargestLayer || model.input.height > kLargestLayer ||
        model.input.width > kLargestLayer || elements(model.input) > kLargestSample)
        return Error::usage("model: expected inputs of at most " + formatCount(kLargestSample) +
                            " elements, found " + model.input.toString());
    if (parameterCount(model) > kMostParameters)
        return Error::usage("model: expected at most " + formatCount(kMostParameters) +
                            " parameters, found " + formatCount(parameterCount(model)));
    std::vector<SampleShape> shapes{model.input};
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const auto& layer = model.layers[i];
        const auto at = "model: layer " + std::to_string(i) + ": ";
        if (layer.kind == LayerKind::Add) {
            if (layer.from < 0 || static_cast<std::size_t>(layer.from) + 1 >= shapes.size())
                return Error::usage(at +
                                    "Add expects an earlier layer than the one before it, "
                                    "found from " +
                                    std::to_string(layer.from));
            const auto& other = shapes[static_cast<std::size_t>(layer.from) + 1];
            if (other != shapes.back())
                return Error::usage(at + "Add expects " + shapes.back().toString() +
                                    ", the shape before it, found " + other.toString() +
                                    " behind layer " + std::to_string(layer.from));
        }
        auto out = shapeAfter(layer, shapes.back());
        if (!out)
            return Error::usage(at + out.error().message);
        if (elements(*out) > kLargestSample)
            return Error::usage(at + "makes samples of " + out->toString() + ", more than " +
                                formatCount(kLargestSample) + " elements");
        shapes.push_back(*out);
    }
    return shapes;
}

std::int64_t parameterCount(const ModelSpec& model)
{
    std::int64_t count = 0;
    for (const auto& layer : model.layers) {
        const std::int64_t kernel = layer.kind == LayerKind::Conv2d ? layer.kernel : 1;
        if (layer.hasWeight())
            count += (kernel * kernel * layer.in + (layer.bias ? 1 : 0)) * layer.out;
        else if (layer.isBatchNorm())
            count += 2 * std::int64_t{layer.in};
    }
    return count;
}

Result<ModelSpec> modelByName(std::string_view name)
{
    if (name == "seed-cnn")
        return seedCnn();
    if (name.starts_with("mlp:"))
        return multilayerPerceptron(name);
    if (name.ends_with(".json"))
        return readModel(std::string(name));
    return Error::usage("model '" + std::string(name) +
                        "' does not exist: there are seed-cnn, mlp:SIZES, as mlp:784-128-64-10, "
                        "and FILE.json");
}

} // namespace qs
