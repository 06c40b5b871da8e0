// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/qat_config.h"

#include "core/base/text.h"
#include "core/calib/observer.h"

#include <array>
#include <nlohmann/json.hpp>

namespace qs {
namespace {

using Json = nlohmann::json;

QuantSpec defaultWeight()
{
    QuantSpec spec;
    spec.dtype = DType::Qint8;
    spec.qscheme = QScheme::PerTensorSymmetric;
    spec.observer = "moving_average_minmax";
    return spec;
}

QuantSpec defaultActivation()
{
    QuantSpec spec;
    spec.dtype = DType::Quint8;
    spec.qscheme = QScheme::PerTensorAffine;
    spec.observer = "moving_average_minmax";
    return spec;
}

} // namespace

namespace {

/// The first and the last layer with weights stay as in the default.
QatConfig lowBitConfig(const ModelSpec& model, Estimator activation)
{
    QatConfig config = defaultQatConfig();
    const LayerQuantization ends = config.all;
    config.all.weight->dtype = DType::Int4;
    config.all.weight->estimator = Estimator::Dorefa;
    config.all.activation->dtype = DType::Uint4;
    config.all.activation->estimator = activation;
    std::vector<std::string> weighted;
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (model.layers[i].hasWeight())
            weighted.push_back(std::to_string(i));
        else if (info(model.layers[i].kind).quantizesOutput)
            config.layers[std::to_string(i)] = {std::nullopt, ends.activation};
    if (!weighted.empty()) {
        config.layers[weighted.front()] = {ends.weight, config.all.activation};
        config.layers[weighted.back()] = ends;
    }
    return config;
}

} // namespace

const LayerQuantization& QatConfig::of(const std::string& layer) const
{
    const auto found = layers.find(layer);
    return found == layers.end() ? all : found->second;
}

QatConfig defaultQatConfig()
{
    QatConfig config;
    config.input = defaultActivation();
    config.all = {defaultWeight(), defaultActivation()};
    return config;
}

QatConfig fixedQatConfig(const ModelSpec& model)
{
    const auto fixed = [](float scale, std::int32_t zeroPoint) {
        QuantSpec spec = defaultActivation();
        spec.observer = "fixed";
        spec.scale = {scale};
        spec.zeroPoint = {zeroPoint};
        return spec;
    };
    QatConfig config = defaultQatConfig();
    config.input = fixed(1.0F / 255.0F, 0);
    config.all.activation = fixed(6.0F / 255.0F, 0);
    for (std::size_t i = model.layers.size(); i-- > 0;)
        if (model.layers[i].hasWeight()) {
            config.layers[std::to_string(i)] = {config.all.weight, fixed(0.25F, 128)};
            break;
        }
    return config;
}

QatConfig lsqQatConfig()
{
    QatConfig config = defaultQatConfig();
    config.all.weight->dtype = DType::Int4;
    config.all.weight->estimator = Estimator::Lsq;
    return config;
}

QatConfig pactQatConfig(const ModelSpec& model)
{
    return lowBitConfig(model, Estimator::Pact);
}

QatConfig dorefaQatConfig(const ModelSpec& model)
{
    return lowBitConfig(model, Estimator::Dorefa);
}

namespace {

struct NamedConfig {
    std::string_view name;
    QatConfig (*make)(const ModelSpec& model);
};

constexpr NamedConfig kConfigs[] = {
    {"default",
     [](const ModelSpec&) {
         return defaultQatConfig();
     }},
    {"fixed", fixedQatConfig},
    {"lsq",
     [](const ModelSpec&) {
         return lsqQatConfig();
     }},
    {"pact", pactQatConfig},
    {"dorefa", dorefaQatConfig},
};
constexpr std::array<std::string_view, std::size(kConfigs)> kConfigNames = [] {
    std::array<std::string_view, std::size(kConfigs)> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = kConfigs[i].name;
    return names;
}();

} // namespace

std::span<const std::string_view> qatConfigNames()
{
    return kConfigNames;
}

Result<QatConfig> qatConfigByName(std::string_view name, const ModelSpec& model)
{
    for (const auto& row : kConfigs)
        if (row.name == name)
            return row.make(model);
    return Error::usage("qat '" + std::string(name) + "' does not exist: there are " +
                        join(std::vector<std::string>(kConfigNames.begin(), kConfigNames.end())) +
                        " and a QCONFIG.json file");
}

} // namespace qs
