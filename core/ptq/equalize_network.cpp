// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/equalize_network.h"

#include "core/ptq/named_values.h"

#include <cmath>

namespace qs {
namespace {

bool passesScales(LayerKind kind)
{
    return kind == LayerKind::ReLU || kind == LayerKind::MaxPool2d ||
           kind == LayerKind::AvgPool2d || kind == LayerKind::Flatten || kind == LayerKind::Dropout;
}

/// The layer with weights that reads, scaled, what `layer` puts out; none where something else is
/// between, or reads it, too.
std::optional<std::size_t> nextInChain(const ModelSpec& model, std::size_t layer)
{
    const auto added = [&](std::size_t i) {
        for (const auto& other : model.layers)
            if (other.kind == LayerKind::Add && static_cast<std::size_t>(other.from) == i)
                return true;
        return false;
    };
    for (std::size_t i = layer; !added(i); ++i) {
        const std::size_t next = i + 1;
        if (next >= model.layers.size())
            return std::nullopt;
        if (model.layers[next].hasWeight())
            return next;
        const bool folds = next == layer + 1 && model.layers[next].isBatchNorm();
        if (!folds && !passesScales(model.layers[next].kind))
            return std::nullopt;
    }
    return std::nullopt;
}

/// The layer with the BatchNorm behind it folded in, in the state as well.
void foldInto(NamedValues& state, const ModelSpec& model, std::size_t layer)
{
    if (layer + 1 >= model.layers.size() || !model.layers[layer + 1].isBatchNorm())
        return;
    const auto own = std::to_string(layer);
    const auto norm = std::to_string(layer + 1);
    auto& weight = state.at(own + ".weight");
    auto& gamma = state.at(norm + ".weight");
    auto& beta = state.at(norm + ".bias");
    auto& mean = state.at(norm + ".running_mean");
    auto& var = state.at(norm + ".running_var");
    auto* bias = state.find(own + ".bias");
    const std::size_t rowSize = weight.size() / gamma.size();
    for (std::size_t o = 0; o < gamma.size(); ++o) {
        // As BatchNorm has it: what is left behind is exactly 1.
        const float deviation = std::sqrt(var[o] + static_cast<float>(model.layers[layer + 1].eps));
        const double factor = static_cast<double>(gamma[o]) / static_cast<double>(deviation);
        for (std::size_t i = o * rowSize; i < (o + 1) * rowSize; ++i)
            weight[i] = static_cast<float>(static_cast<double>(weight[i]) * factor);
        const double before = bias != nullptr ? static_cast<double>((*bias)[o]) : 0.0;
        beta[o] = static_cast<float>(static_cast<double>(beta[o]) +
                                     (before - static_cast<double>(mean[o])) * factor);
        if (bias != nullptr)
            (*bias)[o] = 0;
        gamma[o] = deviation;
        mean[o] = 0;
    }
}

/// Where the bias of a layer is: its own, the folded BatchNorm's beta, or none.
std::vector<float>* biasOf(NamedValues& state, const ModelSpec& model, std::size_t layer)
{
    const bool folded = layer + 1 < model.layers.size() && model.layers[layer + 1].isBatchNorm();
    return state.find(std::to_string(folded ? layer + 1 : layer) + ".bias");
}

} // namespace

std::vector<EqualizableChain> equalizableChains(const ModelSpec& model)
{
    std::vector<EqualizableChain> chains;
    std::vector<bool> taken(model.layers.size(), false);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        if (!model.layers[i].hasWeight() || taken[i])
            continue;
        EqualizableChain chain{{i}};
        while (const auto next = nextInChain(model, chain.layers.back())) {
            chain.layers.push_back(*next);
            taken[*next] = true;
        }
        if (chain.layers.size() > 1)
            chains.push_back(std::move(chain));
    }
    return chains;
}

Result<std::vector<EqualizedChain>> equalize(Network& network, const EqualizationOptions& options)
{
    const auto& model = network.model();
    NamedValues state(network.stateDict());
    std::vector<EqualizedChain> done;
    for (const auto& chain : equalizableChains(model)) {
        std::vector<ChainLayer> layers;
        for (const std::size_t at : chain.layers) {
            foldInto(state, model, at);
            const auto& spec = model.layers[at];
            ChainLayer layer;
            layer.weight = state.at(std::to_string(at) + ".weight");
            layer.outputs = spec.out;
            // A Linear behind a Flatten has height * width inputs for each channel.
            layer.inputs = layers.empty() ? spec.in : layers.back().outputs;
            layer.perInput =
                static_cast<std::int64_t>(layer.weight.size()) / layer.outputs / layer.inputs;
            if (const auto* bias = biasOf(state, model, at))
                layer.bias = *bias;
            layers.push_back(std::move(layer));
        }
        auto equalized = equalizeChain(layers, options);
        if (!equalized)
            return Error{equalized.error().kind, "layer " + std::to_string(chain.layers.front()) +
                                                     " and behind: " + equalized.error().message};
        for (std::size_t i = 0; i < chain.layers.size(); ++i) {
            state.at(std::to_string(chain.layers[i]) + ".weight") = equalized->layers[i].weight;
            if (auto* bias = biasOf(state, model, chain.layers[i]))
                *bias = equalized->layers[i].bias;
        }
        done.push_back({chain.layers, std::move(equalized->links), equalized->rounds});
    }
    if (auto loaded = network.loadStateDict(state.tensors()); !loaded)
        return loaded.error();
    return done;
}

} // namespace qs
