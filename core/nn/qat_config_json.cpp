// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/observer.h"
#include "core/nn/qat_config.h"
#include "core/quant/quant_spec_json.h"

#include <cstdint>
#include <nlohmann/json.hpp>

namespace qs {
namespace {

using Json = nlohmann::json;

Error wrong(const std::string& path, const std::string& expected, const Json& found)
{
    return Error::usage(path + ": expected " + expected + ", found " + found.dump());
}

Result<void> readPreset(const std::string& path, const Json& json, QuantSpec& spec)
{
    const auto* preset = json.is_string() ? fixedQParamsPreset(json.get<std::string>()) : nullptr;
    if (preset == nullptr)
        return wrong(path, "a preset (sigmoid, tanh)", json);
    spec.observer = "fixed";
    spec.scale = {preset->scale};
    spec.zeroPoint = {preset->zeroPoint};
    spec.dtype = preset->dtype;
    spec.qscheme = preset->qscheme;
    return {};
}

Result<void> readSpec(const std::string& path, const Json& json, std::optional<QuantSpec>& to,
                      const QuantSpec& fallback)
{
    if (json == "float") {
        to.reset();
        return {};
    }
    if (!json.is_object())
        return wrong(path, "\"float\" or an object", json);
    if (!to)
        to = fallback;
    // A preset first: the other keys say what differs from it.
    nlohmann::ordered_json rest = json;
    if (json.contains("preset")) {
        if (auto ok = readPreset(path + ".preset", json["preset"], *to); !ok)
            return ok.error();
        rest.erase("preset");
    }
    auto spec = quantSpecFromJson(rest, path + ".", *to);
    if (!spec)
        return Error::usage(spec.error().message);
    if (observerByName(spec->observer) == nullptr)
        return wrong(path + ".observer", "an observer", spec->observer);
    to = std::move(*spec);
    if (const auto range = to->range(); !range)
        return Error::usage(path + ": " + range.error().message);
    return {};
}

Result<void> readLayer(const std::string& path, const Json& json, LayerQuantization& to)
{
    const auto defaults = defaultQatConfig().all;
    if (json == "float") {
        to = {};
        return {};
    }
    if (!json.is_object())
        return wrong(path, "\"float\" or an object", json);
    for (const auto& [key, value] : json.items()) {
        Result<void> ok;
        if (key == "weight")
            ok = readSpec(path + ".weight", value, to.weight, *defaults.weight);
        else if (key == "activation")
            ok = readSpec(path + ".activation", value, to.activation, *defaults.activation);
        else
            return Error::usage(path + "." + key + ": is not a key of a layer");
        if (!ok)
            return ok.error();
    }
    return {};
}

Json specToJson(const std::optional<QuantSpec>& spec)
{
    return spec ? Json(toJson(*spec)) : Json("float");
}

} // namespace

Result<QatConfig> qatConfigFromJson(const Json& json)
{
    if (!json.is_object())
        return wrong("qat config", "an object", json);
    const QatConfig defaults = defaultQatConfig();
    QatConfig config = defaults;
    Json all = Json::object();
    for (const auto& [key, value] : json.items()) {
        if (key == "weight" || key == "activation")
            all[key] = value;
        else if (key == "observe_steps") {
            if (!value.is_number_integer() || value < 0 || value > INT32_MAX)
                return wrong(key, "a whole number from 0", value);
            config.observeSteps = value.get<int>();
        } else if (key != "input" && key != "layers")
            return Error::usage(key + ": is not a key of a qat config: there are weight, "
                                      "activation, input, layers, observe_steps");
    }
    for (const auto& [key, value] : all.items()) {
        auto& to = key == "weight" ? config.all.weight : config.all.activation;
        const auto fallback = to;
        if (auto ok = readSpec(key, value, to, *fallback); !ok)
            return ok.error();
    }
    config.input = config.all.activation;
    if (config.input && info(config.input->qscheme).perChannel() && !json.contains("input"))
        config.input = defaults.input;
    if (json.contains("input"))
        if (auto ok = readSpec("input", json["input"], config.input, *defaults.input); !ok)
            return ok.error();
    if (json.contains("layers")) {
        if (!json["layers"].is_object())
            return wrong("layers", "an object", json["layers"]);
        for (const auto& [name, value] : json["layers"].items()) {
            auto& layer = config.layers.emplace(name, config.all).first->second;
            if (auto ok = readLayer("layers." + name, value, layer); !ok)
                return ok.error();
        }
    }
    return config;
}

Json toJson(const QatConfig& config)
{
    Json json{{"weight", specToJson(config.all.weight)},
              {"activation", specToJson(config.all.activation)},
              {"input", specToJson(config.input)}};
    for (const auto& [name, layer] : config.layers)
        json["layers"][name] = {{"weight", specToJson(layer.weight)},
                                {"activation", specToJson(layer.activation)}};
    if (config.observeSteps > 0)
        json["observe_steps"] = config.observeSteps;
    return json;
}

} // namespace qs
