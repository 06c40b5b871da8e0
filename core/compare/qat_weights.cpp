// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/qat_weights.h"

#include "core/io/formats.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace qs {
namespace {

bool known(const FakeQuantizeState& module)
{
    return module.params.has_value() || !module.spec.fakeQuantEnabled;
}

} // namespace

Result<QatNetwork> loadQatNetwork(const ModelSpec& model, const QatConfig& config,
                                  const std::string& path, const NetworkSamples* calibration,
                                  std::int64_t batch, const JobContext& context)
{
    auto network = Network::make(model, 0);
    if (!network)
        return network.error();
    if (auto set = network->setQuantization(&config); !set)
        return set.error();
    const auto file = readTensors(path, context);
    if (!file)
        return file.error();
    std::vector<Tensor> state;
    std::vector<Tensor> observers;
    for (const auto& entry : file->tensors) {
        const bool ofLayer =
            !entry.name.empty() && std::isdigit(static_cast<unsigned char>(entry.name[0])) != 0;
        const bool ofObserver = entry.name.starts_with("network.");
        const bool ofInput = entry.name.starts_with("input.");
        if (!ofLayer && !ofObserver && !ofInput)
            continue; // an optimizer's, a trainer's
        auto tensor = file->tensor(entry.name);
        if (!tensor)
            return tensor.error();
        (ofObserver ? observers : state).push_back(std::move(*tensor));
    }
    // Under other quantizers than it learned with, the network would be another one.
    for (const auto& tensor : observers) {
        if (tensor.name() != "network.qat_config" || tensor.type() != ElementType::Uint8)
            continue;
        const auto* text = reinterpret_cast<const char*>(tensor.bytes().data());
        const auto json = nlohmann::json::parse(text, text + tensor.bytes().size(), nullptr, false);
        const auto trained = json.is_discarded() ? Result<QatConfig>(Error::data("no JSON"))
                                                 : qatConfigFromJson(json);
        if (!trained || *trained != config)
            return Error::usage(path + ": was trained with another qat config than the one given: "
                                       "give it with --qat-config");
    }
    auto loaded = network->loadStateDict(state);
    if (loaded && !observers.empty())
        loaded = network->loadTrainingState(observers);
    if (!loaded)
        return Error{loaded.error().kind, path + ": " + loaded.error().message};
    QatNetwork result{std::move(*network), {}};
    const auto modules = result.network.quantizers();
    if (!std::all_of(modules.begin(), modules.end(), known)) {
        for (const auto& module : modules)
            if (!known(module) && !module.name.ends_with(".weight"))
                result.observedAnew.push_back(module.name);
        if (calibration == nullptr)
            return Error::usage(path + ": has no ranges of activations, and there are no "
                                       "calibration samples to observe");
        result.network.setFakeQuantEnabled(true);
        result.network.setObserversEnabled(true, true);
        const auto seen =
            forEachBatch(*calibration, batch, context, [&](std::int64_t begin, std::int64_t count) {
                return result.network.observeBatch(calibration->writer(begin), count, context);
            });
        if (!seen)
            return seen.error();
    }
    result.network.setObserversEnabled(false, false);
    return result;
}

} // namespace qs
