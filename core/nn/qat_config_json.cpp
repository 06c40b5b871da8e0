// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/observer.h"
#include "core/nn/qat_config.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace qs {
namespace {

using Json = nlohmann::json;

Error wrong(const std::string& path, const std::string& expected, const Json& found)
{
    return Error::usage(path + ": expected " + expected + ", found " + found.dump());
}

/// A name of one of the tables.
template <typename Value, typename Lookup>
Result<void> readName(const std::string& path, const Json& json, const std::string& what,
                      Lookup lookup, Value& to)
{
    if (json.is_string()) {
        if (const auto value = lookup(json.get<std::string>())) {
            to = *value;
            return {};
        }
    }
    return wrong(path, what, json);
}

template <typename Rows>
auto idByName(const Rows& rows)
{
    return [rows](const std::string& name) -> std::optional<std::decay_t<decltype(rows[0].id)>> {
        for (const auto& row : rows)
            if (row.name == name)
                return row.id;
        return std::nullopt;
    };
}

template <typename Number>
Result<void> readNumbers(const std::string& path, const Json& json, std::vector<Number>& to)
{
    const Json list = json.is_array() ? json : Json::array({json});
    to.clear();
    for (const auto& item : list) {
        const bool fits = std::is_integral_v<Number> ? item.is_number_integer() : item.is_number();
        if (!fits)
            return wrong(path, "numbers", json);
        to.push_back(item.get<Number>());
    }
    return {};
}

Result<void> readInteger(const std::string& path, const Json& json, std::int32_t& to)
{
    if (!json.is_number_integer() || json.get<std::int64_t>() < INT32_MIN ||
        json.get<std::int64_t>() > INT32_MAX)
        return wrong(path, "a whole number", json);
    to = json.get<std::int32_t>();
    return {};
}

Result<void> readCode(const std::string& path, const Json& json, std::optional<std::int32_t>& to)
{
    to.emplace();
    return readInteger(path, json, *to);
}

Result<void> readFlag(const std::string& path, const Json& json, bool& to)
{
    if (!json.is_boolean())
        return wrong(path, "true or false", json);
    to = json.get<bool>();
    return {};
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

Result<void> readSpecField(const std::string& path, const std::string& key, const Json& json,
                           QuantSpec& spec)
{
    if (key == "dtype")
        return readName(path, json, "a dtype", dtypeByName, spec.dtype);
    if (key == "qscheme")
        return readName(path, json, "a qscheme", qschemeByName, spec.qscheme);
    if (key == "rounding")
        return readName(path, json, "a rounding", idByName(roundings()), spec.rounding);
    if (key == "dialect")
        return readName(path, json, "a dialect", idByName(dialects()), spec.dialect);
    if (key == "axis")
        return readInteger(path, json, spec.axis);
    if (key == "scale")
        return readNumbers(path, json, spec.scale);
    if (key == "zero_point")
        return readNumbers(path, json, spec.zeroPoint);
    if (key == "quant_min")
        return readCode(path, json, spec.quantMin);
    if (key == "quant_max")
        return readCode(path, json, spec.quantMax);
    if (key == "narrow_range")
        return readFlag(path, json, spec.narrowRange);
    if (key == "reduce_range")
        return readFlag(path, json, spec.reduceRange);
    if (key == "preset")
        return readPreset(path, json, spec);
    if (key == "observer") {
        if (!json.is_string() || observerByName(json.get<std::string>()) == nullptr)
            return wrong(path, "an observer", json);
        spec.observer = json.get<std::string>();
        return {};
    }
    if (key == "averaging_constant") {
        if (!json.is_number())
            return wrong(path, "a number", json);
        spec.averagingConstant = json.get<double>();
        return {};
    }
    return Error::usage(path + ": is not a key of a quantizer");
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
    if (json.contains("preset"))
        if (auto ok = readPreset(path + ".preset", json["preset"], *to); !ok)
            return ok.error();
    for (const auto& [key, value] : json.items())
        if (key != "preset")
            if (auto ok = readSpecField(path + "." + key, key, value, *to); !ok)
                return ok.error();
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

Json specToJson(const std::optional<QuantSpec>& given)
{
    if (!given)
        return "float";
    const QuantSpec& spec = *given;
    Json json{{"dtype", info(spec.dtype).name},
              {"qscheme", info(spec.qscheme).name},
              {"observer", spec.observer}};
    if (info(spec.qscheme).perChannel)
        json["axis"] = spec.axis;
    if (spec.observer == "moving_average_minmax")
        json["averaging_constant"] = spec.averagingConstant;
    if (spec.isFixed()) {
        json["scale"] = spec.scale;
        json["zero_point"] = spec.zeroPoint;
    }
    if (spec.quantMin)
        json["quant_min"] = *spec.quantMin;
    if (spec.quantMax)
        json["quant_max"] = *spec.quantMax;
    if (spec.narrowRange)
        json["narrow_range"] = true;
    if (spec.reduceRange)
        json["reduce_range"] = true;
    for (const auto& row : roundings())
        if (row.id == spec.rounding && row.id != Rounding::HalfEven)
            json["rounding"] = row.name;
    for (const auto& row : dialects())
        if (row.id == spec.dialect && row.id != Dialect::Torch)
            json["dialect"] = row.name;
    return json;
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
            if (auto ok = readInteger(key, value, config.observeSteps); !ok)
                return ok.error();
            if (config.observeSteps < 0)
                return wrong(key, "a whole number from 0", value);
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
    if (config.input && info(config.input->qscheme).perChannel && !json.contains("input"))
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
