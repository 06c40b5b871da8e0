// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/qat_config.h"

#include "core/calib/observer.h"

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

Result<QatConfig> qatConfigByName(std::string_view name, const ModelSpec& model)
{
    if (name == "default")
        return defaultQatConfig();
    if (name == "fixed")
        return fixedQatConfig(model);
    return Error::usage("qat '" + std::string(name) +
                        "' does not exist: there are default, fixed and a QCONFIG.json file");
}

} // namespace qs
