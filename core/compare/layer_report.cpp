// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/layer_report.h"

#include "core/ptq/named_values.h"

#include <cmath>

namespace qs {
namespace {

/// The float weight, times the factor of the BatchNorm that `network` folds into it.
std::vector<float> floatWeight(Network& network, const Network& reference, std::size_t layer)
{
    NamedValues state(reference.stateDict());
    auto weight = state.at(std::to_string(layer) + ".weight");
    const auto norm = network.foldedBatchNorm(layer);
    if (!norm)
        return weight;
    const auto prefix = std::to_string(*norm);
    const auto& gamma = state.at(prefix + ".weight");
    const auto& var = state.at(prefix + ".running_var");
    const auto eps = static_cast<float>(network.model().layers[*norm].eps);
    const std::size_t rowSize = weight.size() / gamma.size();
    for (std::size_t i = 0; i < weight.size(); ++i)
        weight[i] *= gamma[i / rowSize] / std::sqrt(var[i / rowSize] + eps);
    return weight;
}

Result<void> addWeight(LayerFigures& figures, PostTraining& quantized)
{
    const std::size_t layer = *figures.place.layer;
    const auto weights = quantized.network.effectiveWeights(layer);
    if (!weights)
        return weights.error();
    const auto exact = floatWeight(quantized.network, quantized.reference, layer);
    figures.weight.emplace().add(exact, weights->weight.floats());
    if (!weights->params)
        return {};
    FactsGatherer gatherer(0);
    if (auto added = gatherer.add(Tensor::fromFloats("weight", weights->weight.shape(), exact),
                                  *weights->params);
        !added)
        return added;
    figures.weightFacts = gatherer.facts();
    return {};
}

} // namespace

Result<std::vector<LayerFigures>> layerReport(PostTraining& quantized,
                                              const NetworkSamples& samples, std::int64_t batch,
                                              const JobContext& context)
{
    auto& network = quantized.network;
    const auto modules = network.quantizers();
    auto switches = ModuleSwitches::make(network);
    if (!switches)
        return switches.error();
    const auto& places = switches->places();
    std::vector<LayerFigures> report(places.size());
    std::vector<FactsGatherer> gatherers(places.size(), FactsGatherer(1));
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto& figures = report[i];
        figures.place = places[i];
        figures.type =
            places[i].layer
                ? std::string(layerKindName(network.model().layers[*places[i].layer].kind))
                : "Input";
        for (const auto& module : modules) {
            if (module.name == places[i].name + ".weight")
                figures.weightSpec = module.spec;
            else if (module.name == places[i].name || module.name == places[i].name + ".activation")
                figures.activationSpec = module.spec;
        }
        if (places[i].weight)
            if (auto added = addWeight(figures, quantized); !added)
                return added.error();
    }
    const auto last = network.shapes().size() - 1;
    const auto body = [&](std::int64_t begin, std::int64_t count) -> Result<void> {
        context.report("Layers", static_cast<double>(begin) / static_cast<double>(samples.count()));
        const auto exact = quantized.reference.layerOutputs(samples.writer(begin), count, context);
        if (!exact)
            return exact.error();
        if (auto set = switches->all(); !set)
            return set;
        const auto all = network.layerOutputs(samples.writer(begin), count, context);
        if (!all)
            return all.error();
        for (std::size_t i = 0; i < places.size(); ++i) {
            const std::size_t point = places[i].outputPoint;
            const auto& accumulated = (*all)[point];
            report[i].outputAccumulated.add((*exact)[point].value.floats(),
                                            accumulated.value.floats());
            if (!places[i].activation)
                continue;
            if (!report[i].activation)
                report[i].activation.emplace();
            report[i].activation->add(accumulated.raw.floats(), accumulated.value.floats());
            if (const auto params = network.activationParams(point))
                if (auto added = gatherers[i].add(accumulated.raw, *params); !added)
                    return added;
        }
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (auto set = switches->set([i](std::size_t place) { return place == i; }); !set)
                return set;
            const auto alone = network.layerOutputs(samples.writer(begin), count, context);
            if (!alone)
                return alone.error();
            const std::size_t point = places[i].outputPoint;
            report[i].outputAlone.add((*exact)[point].value.floats(),
                                      (*alone)[point].value.floats());
            report[i].networkAlone.add((*exact)[last].value.floats(),
                                       (*alone)[last].value.floats());
        }
        return {};
    };
    if (auto done = forEachBatch(samples, batch, context, body); !done)
        return done.error();
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i].activation)
            report[i].activationFacts = gatherers[i].facts();
    return report;
}

Result<ErrorFigures> outputAloneOf(PostTraining& quantized, const std::string& place,
                                   const NetworkSamples& samples, std::int64_t batch,
                                   const JobContext& context)
{
    auto switches = ModuleSwitches::make(quantized.network);
    if (!switches)
        return switches.error();
    const auto& places = switches->places();
    ErrorFigures figures;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].name != place)
            continue;
        const std::size_t point = places[i].outputPoint;
        if (auto set = switches->set([i](std::size_t p) { return p == i; }); !set)
            return set.error();
        const auto done = forEachBatch(
            samples, batch, context, [&](std::int64_t begin, std::int64_t count) -> Result<void> {
                const auto exact =
                    quantized.reference.layerOutputs(samples.writer(begin), count, context);
                if (!exact)
                    return exact.error();
                const auto alone =
                    quantized.network.layerOutputs(samples.writer(begin), count, context);
                if (!alone)
                    return alone.error();
                figures.add((*exact)[point].value.floats(), (*alone)[point].value.floats());
                return {};
            });
        if (!done)
            return done.error();
    }
    return figures;
}

Result<std::vector<LayerSensitivity>> sensitivityOf(Network& network, const NetworkSamples& test,
                                                    std::int64_t batch, const JobContext& context)
{
    auto switches = ModuleSwitches::make(network);
    if (!switches)
        return switches.error();
    std::vector<LayerSensitivity> rows;
    const auto score = [&](const std::function<bool(std::size_t)>& on) -> Result<ModelScore> {
        if (auto set = switches->set(on); !set)
            return set.error();
        auto found = scoreOf(outputsOf(network, context), test, batch, context);
        if (found)
            found->outputs.clear();
        return found;
    };
    const auto& places = switches->places();
    for (std::size_t i = 0; i < places.size(); ++i) {
        context.report("Sensitivity", static_cast<double>(i) / static_cast<double>(places.size()));
        auto only = score([i](std::size_t place) { return place == i; });
        if (!only)
            return only.error();
        auto allBut = score([i](std::size_t place) { return place != i; });
        if (!allBut)
            return allBut.error();
        rows.push_back({places[i].name, std::move(*only), std::move(*allBut)});
    }
    return rows;
}

} // namespace qs
