// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/model_json.h"

#include "core/base/json_reader.h"
#include "core/base/text.h"
#include "core/io/file.h"
#include "core/io/json_text.h"

#include <algorithm>
#include <charconv>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kLargest = 1 << 16;
constexpr std::int64_t kLargestSample = std::int64_t{1} << 26;
constexpr std::size_t kMostLayers = 4096;

bool has(const LayerKindInfo& kind, std::string_view argument)
{
    return std::find(kind.arguments.begin(), kind.arguments.end(), argument) !=
           kind.arguments.end();
}

void readNumber(JsonReader& reader, const char* key, double& to, double from, double below)
{
    double value = to;
    reader.number(key, value);
    if (!(value >= from && value < below))
        reader.fail("a number from " + formatShort(from) + " to below " + formatShort(below), value,
                    key);
    to = value;
}

Result<LayerSpec> readLayer(const Json& json, const std::string& path, std::size_t place,
                            SampleShape in)
{
    JsonReader reader(json, path);
    LayerSpec layer;
    std::vector<std::string> names;
    for (const auto& row : layerKinds())
        names.emplace_back(row.name);
    if (json.is_object() && !json.contains("type"))
        return Error::data(path + "type: expected one of " + join(names) + ", found nothing");
    reader.choice("type", layer.kind, layerKindByName, join(names));
    const auto& kind = info(layer.kind);
    layer.in = layer.kind == LayerKind::Linear && in.height * in.width > 1 ? 0 : in.channels;
    for (const char* key : {"in_channels", "in_features", "num_features"})
        if (has(kind, key))
            reader.integer(key, layer.in, 1, kLargest);
    if (layer.kind == LayerKind::Linear && layer.in == 0)
        return Error::data(path + "Linear expects features, found " + in.toString() +
                           ": put a Flatten before it");
    for (const char* key : {"out_channels", "out_features"})
        if (has(kind, key)) {
            reader.integer(key, layer.out, 1, kLargest);
            if (layer.out == 0)
                reader.fail("a whole number from 1", Json(), key);
        }
    if (has(kind, "kernel_size")) {
        reader.integer("kernel_size", layer.kernel, 1, kLargest);
        if (layer.kernel == 0)
            reader.fail("a whole number from 1", Json(), "kernel_size");
        reader.integer("stride", layer.stride, 1, kLargest);
        reader.integer("padding", layer.padding, 0, kLargest);
    }
    if (has(kind, "bias"))
        reader.flag("bias", layer.bias);
    if (has(kind, "eps")) {
        readNumber(reader, "eps", layer.eps, 1e-12, 1);
        readNumber(reader, "momentum", layer.momentum, 0, 1.0000001);
    }
    if (has(kind, "p"))
        readNumber(reader, "p", layer.p, 0, 1);
    if (has(kind, "from")) {
        std::string from;
        reader.text("from", from);
        const auto [end, error] =
            std::from_chars(from.data(), from.data() + from.size(), layer.from);
        if (error != std::errc() || end != from.data() + from.size() || layer.from < 0 ||
            static_cast<std::size_t>(layer.from) >= place)
            reader.fail("the name of an earlier layer, as \"0\"", from, "from");
    }
    if (!kind.arguments.empty() && !has(kind, "in_features") && !has(kind, "in_channels") &&
        !has(kind, "num_features"))
        layer.in = 0;
    if (kind.arguments.empty())
        layer.in = 0;
    if (auto done = reader.finish(); !done)
        return done.error();
    return layer;
}

} // namespace

Result<ModelSpec> modelFromJson(const Json& json)
{
    JsonReader reader(json, "");
    ModelSpec model;
    model.name = "model";
    reader.text("name", model.name);
    const Json* input = reader.member("input");
    std::vector<int> sizes;
    if (input != nullptr && input->is_array())
        for (const auto& size : *input)
            if (size.is_number_integer() && size >= 1 && size <= kLargest)
                sizes.push_back(size.get<int>());
    if (input == nullptr || sizes.size() != input->size() ||
        (sizes.size() != 1 && sizes.size() != 3))
        reader.fail("[features] or [channels, height, width], whole numbers from 1",
                    input != nullptr ? *input : Json(), "input");
    const Json* layers = reader.member("layers");
    if (layers == nullptr || !layers->is_array() || layers->empty() || layers->size() > kMostLayers)
        reader.fail("a list of 1 to " + std::to_string(kMostLayers) + " layers",
                    layers != nullptr ? *layers : Json(), "layers");
    if (auto done = reader.finish(); !done)
        return done.error();
    model.input = {sizes[0], sizes.size() > 1 ? sizes[1] : 1, sizes.size() > 1 ? sizes[2] : 1};
    const auto tooLarge = [](const SampleShape& s) {
        return std::int64_t{s.channels} * s.height * s.width > kLargestSample;
    };
    if (tooLarge(model.input))
        return Error::data("input: expected at most " + formatCount(kLargestSample) +
                           " elements, found " + model.input.toString());
    SampleShape shape = model.input;
    for (std::size_t i = 0; i < layers->size(); ++i) {
        const std::string path = "layers." + std::to_string(i) + ".";
        auto layer = readLayer((*layers)[i], path, i, shape);
        if (!layer)
            return layer.error();
        const auto out = shapeAfter(*layer, shape);
        if (!out)
            return Error::data("layer " + std::to_string(i) + ": " + out.error().message);
        shape = *out;
        if (tooLarge(shape))
            return Error::data("layer " + std::to_string(i) + ": makes samples of " +
                               shape.toString() + ", more than " + formatCount(kLargestSample) +
                               " elements");
        model.layers.push_back(*layer);
    }
    if (auto shapes = shapesOf(model); !shapes)
        return Error::data(shapes.error().message);
    return model;
}

Json toJson(const ModelSpec& model)
{
    Json layers = Json::array();
    for (const auto& layer : model.layers) {
        const auto& kind = info(layer.kind);
        Json row{{"type", kind.name}};
        for (const auto argument : kind.arguments) {
            const std::string key(argument);
            if (key.starts_with("in_") || key == "num_features")
                row[key] = layer.in;
            else if (key.starts_with("out_"))
                row[key] = layer.out;
            else if (key == "kernel_size")
                row[key] = layer.kernel;
            else if (key == "stride")
                row[key] = layer.strideInUse();
            else if (key == "padding")
                row[key] = layer.padding;
            else if (key == "bias")
                row[key] = layer.bias;
            else if (key == "eps")
                row[key] = layer.eps;
            else if (key == "momentum")
                row[key] = layer.momentum;
            else if (key == "p")
                row[key] = layer.p;
            else if (key == "from")
                row[key] = std::to_string(layer.from);
        }
        layers.push_back(std::move(row));
    }
    Json input = Json::array({model.input.channels});
    if (model.input.height * model.input.width > 1)
        input.insert(input.end(), {model.input.height, model.input.width});
    return {{"name", model.name}, {"input", std::move(input)}, {"layers", std::move(layers)}};
}

Result<ModelSpec> readModel(const std::string& path, const JobContext& context)
{
    const auto content = readFile(path, context);
    if (!content)
        return content.error();
    const auto* text = reinterpret_cast<const char*>(content->bytes.data());
    const auto json = Json::parse(text, text + content->bytes.size(), nullptr, false);
    if (json.is_discarded())
        return notJson(path, "JSON", {text, content->bytes.size()});
    auto model = modelFromJson(json);
    if (!model)
        return Error{model.error().kind, path + ": " + model.error().message};
    if (!json.contains("name"))
        model->name = path;
    return model;
}

} // namespace qs
