// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/ptq_method.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace qs {
namespace {

constexpr std::array kMethods{
    PtqMethodInfo{PtqMethod::Float, "float", "The trained network, as it is", false, false, false,
                  "none"},
    PtqMethodInfo{PtqMethod::Dynamic, "dynamic",
                  "Linear layers on integers, activations quantized by the range of each batch",
                  false, false, false, "none"},
    PtqMethodInfo{PtqMethod::Static, "static",
                  "Weights and activations, with ranges observed on calibration samples", true,
                  false, true, "calibration samples"},
    PtqMethodInfo{PtqMethod::WeightOnly, "weight_only",
                  "Weights of Linear and Conv2d, activations float", false, false, true, "none"},
    PtqMethodInfo{PtqMethod::Qat, "qat",
                  "Weights and activations, fake-quantized while the network was trained", false,
                  true, false, "a training"},
};

} // namespace

std::span<const PtqMethodInfo> ptqMethods()
{
    return kMethods;
}

const PtqMethodInfo& info(PtqMethod method)
{
    return kMethods[static_cast<std::size_t>(method)];
}

std::optional<PtqMethod> ptqMethodByName(std::string_view name)
{
    const auto found = std::find_if(kMethods.begin(), kMethods.end(),
                                    [&](const auto& row) { return row.name == name; });
    return found == kMethods.end() ? std::nullopt : std::optional(found->id);
}

std::string ptqMethodNames()
{
    std::vector<std::string> names;
    for (const auto& row : kMethods)
        names.emplace_back(row.name);
    return join(names);
}

QatConfig staticConfig(const std::string& activationObserver)
{
    auto config = defaultQatConfig();
    config.all.weight->observer = "minmax";
    config.all.activation->observer = activationObserver;
    config.input = config.all.activation;
    return config;
}

QatConfig weightsOf(const QatConfig& config)
{
    QatConfig weights = config;
    weights.input.reset();
    weights.all.activation.reset();
    for (auto& [name, layer] : weights.layers)
        layer.activation.reset();
    return weights;
}

QatConfig weightOnlyConfig()
{
    return weightsOf(staticConfig());
}

} // namespace qs
