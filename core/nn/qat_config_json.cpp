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

Result<void> readSpec(const std::string& path, const Json& json,
                      std::optional<FakeQuantizeSpec>& to, const FakeQuantizeSpec& fallback)
{
    if (json == "float") {
        to.reset();
        return {};
    }
    if (!json.is_object())
        return wrong(path, "\"float\" or an object", json);
    if (!to)
        to = fallback;
    nlohmann::ordered_json rest = json;
    if (json.contains("inherit")) {
        if (!json["inherit"].is_boolean())
            return wrong(path + ".inherit", "true or false", json["inherit"]);
        if (!json["inherit"].get<bool>())
            to = FakeQuantizeSpec();
        rest.erase("inherit");
    }
    // A preset first: the other keys say what differs from it.
    if (json.contains("preset")) {
        if (auto ok = readPreset(path + ".preset", json["preset"], *to); !ok)
            return ok.error();
        rest.erase("preset");
    }
    FakeQuantizeSpec own = *to;
    if (json.contains("estimator")) {
        std::optional<Estimator> estimator;
        if (json["estimator"].is_string())
            estimator = estimatorByName(json["estimator"].get<std::string>());
        if (!estimator)
            return wrong(path + ".estimator", "a gradient estimator", json["estimator"]);
        own.estimator = *estimator;
        rest.erase("estimator");
    }
    for (auto [key, flag] : {std::pair{"observer_enabled", &own.observerEnabled},
                             std::pair{"fake_quant_enabled", &own.fakeQuantEnabled}}) {
        if (!json.contains(key))
            continue;
        if (!json[key].is_boolean())
            return wrong(path + "." + key, "true or false", json[key]);
        *flag = json[key].get<bool>();
        rest.erase(key);
    }
    auto spec = quantSpecFromJson(rest, path + ".", *to);
    if (!spec)
        return Error::usage(spec.error().message);
    if (observerByName(spec->observer) == nullptr)
        return wrong(path + ".observer", "an observer", spec->observer);
    static_cast<QuantSpec&>(own) = std::move(*spec);
    to = std::move(own);
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

/// What readSpec makes `spec` of where it would inherit from `base`.
Json specToJson(const std::optional<FakeQuantizeSpec>& spec,
                const std::optional<FakeQuantizeSpec>& base, const FakeQuantizeSpec& fallback)
{
    if (!spec)
        return "float";
    Json json = toJson(static_cast<const QuantSpec&>(*spec));
    if (spec->estimator != Estimator::Ste)
        json["estimator"] = info(spec->estimator).name;
    if (!spec->observerEnabled)
        json["observer_enabled"] = false;
    if (!spec->fakeQuantEnabled)
        json["fake_quant_enabled"] = false;
    std::optional<FakeQuantizeSpec> read = base;
    if (!readSpec("", json, read, fallback) || read != spec)
        json["inherit"] = false;
    return json;
}

Result<void> readOscillation(const Json& json, OscillationSpec& to)
{
    if (!json.is_object())
        return wrong("oscillation", "an object", json);
    for (const auto& [key, value] : json.items()) {
        const std::string path = "oscillation." + key;
        if (key == "track") {
            if (!value.is_boolean())
                return wrong(path, "true or false", value);
            to.track = value.get<bool>();
            continue;
        }
        double* number = key == "momentum"           ? &to.momentum
                         : key == "freeze_threshold" ? &to.freezeThreshold
                         : key == "dampening"        ? &to.dampening
                                                     : nullptr;
        if (number == nullptr)
            return Error::usage(path + ": is not a key: there are track, momentum, "
                                       "freeze_threshold, dampening");
        if (!value.is_number() || !(value.get<double>() >= 0) ||
            (key != "dampening" && value.get<double>() > 1))
            return wrong(path, key == "dampening" ? "a number from 0" : "a number from 0 to 1",
                         value);
        *number = value.get<double>();
    }
    return {};
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
        } else if (key == "freeze_bn_stats") {
            if (!value.is_boolean())
                return wrong(key, "true or false", value);
            config.freezeBatchNorm = value.get<bool>();
        } else if (key == "oscillation") {
            if (auto ok = readOscillation(value, config.oscillation); !ok)
                return ok.error();
        } else if (key != "input" && key != "layers")
            return Error::usage(key + ": is not a key of a qat config: there are weight, "
                                      "activation, input, layers, observe_steps, "
                                      "freeze_bn_stats, oscillation");
    }
    for (const auto& [key, value] : all.items()) {
        auto& to = key == "weight" ? config.all.weight : config.all.activation;
        const auto fallback = to;
        if (auto ok = readSpec(key, value, to, *fallback); !ok)
            return ok.error();
    }
    config.input = config.all.activation;
    if (config.input && !json.contains("input") &&
        (info(config.input->qscheme).perChannel() || config.input->isLearned()))
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
    const QatConfig defaults = defaultQatConfig();
    const auto& weight = *defaults.all.weight;
    const auto& activation = *defaults.all.activation;
    Json json{
        {"weight", specToJson(config.all.weight, defaults.all.weight, weight)},
        {"activation", specToJson(config.all.activation, defaults.all.activation, activation)}};
    // The input inherits from the activations, as qatConfigFromJson has it.
    json["input"] = specToJson(config.input, config.all.activation, activation);
    for (const auto& [name, layer] : config.layers)
        json["layers"][name] = {
            {"weight", specToJson(layer.weight, config.all.weight, weight)},
            {"activation", specToJson(layer.activation, config.all.activation, activation)}};
    if (config.observeSteps > 0)
        json["observe_steps"] = config.observeSteps;
    if (config.freezeBatchNorm)
        json["freeze_bn_stats"] = true;
    if (config.oscillation != OscillationSpec())
        json["oscillation"] = {{"track", config.oscillation.track},
                               {"momentum", config.oscillation.momentum},
                               {"freeze_threshold", config.oscillation.freezeThreshold},
                               {"dampening", config.oscillation.dampening}};
    return json;
}

} // namespace qs
