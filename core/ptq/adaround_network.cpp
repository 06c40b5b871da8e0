// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/adaround_network.h"

#include "core/ptq/image_rows.h"
#include "core/ptq/named_values.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// What each output of a layer sees: its own inputs, or a Conv2d's windows.
Result<std::vector<float>> rowsOf(const LayerSpec& layer, SampleShape in, const Tensor& input)
{
    const auto values = input.floats();
    if (layer.kind == LayerKind::Linear)
        return std::vector<float>(values.begin(), values.end());
    const ImageRows shape{in.channels,         in.height,     in.width, layer.kernel,
                          layer.strideInUse(), layer.padding, false};
    const auto perImage = static_cast<std::size_t>(shape.rows() * shape.columns());
    const auto numel = static_cast<std::size_t>(in.numel());
    const std::size_t images = values.size() / numel;
    std::vector<float> rows(images * perImage);
    for (std::size_t i = 0; i < images; ++i)
        if (auto written = writeImageRows(shape, values.subspan(i * numel, numel),
                                          std::span(rows).subspan(i * perImage, perImage));
            !written)
            return written.error();
    return rows;
}

Result<GramData> gramOf(Network& network, Network& reference, std::size_t layer,
                        const NetworkSamples& samples, std::int64_t batch,
                        const JobContext& context)
{
    const auto& spec = network.model().layers[layer];
    const auto in = network.shapes()[layer];
    const std::int64_t columns =
        std::int64_t{spec.in} * (spec.kind == LayerKind::Conv2d ? spec.kernel * spec.kernel : 1);
    auto sums = GramAccumulator::make(columns);
    if (!sums)
        return sums.error();
    const auto done =
        forEachBatch(samples, batch, context, [&](std::int64_t begin, std::int64_t count) {
            const auto seen = network.layerOutputs(samples.writer(begin), count, context);
            if (!seen)
                return Result<void>(seen.error());
            const auto wanted = reference.layerOutputs(samples.writer(begin), count, context);
            if (!wanted)
                return Result<void>(wanted.error());
            const auto rows = rowsOf(spec, in, (*seen)[layer].value);
            if (!rows)
                return Result<void>(rows.error());
            const auto floatRows = rowsOf(spec, in, (*wanted)[layer].value);
            if (!floatRows)
                return Result<void>(floatRows.error());
            return sums->add(*rows, *floatRows, context);
        });
    if (!done)
        return done.error();
    return sums->data(context);
}

/// W̃ as the layer's own weight: what the folded BatchNorm's factor makes W̃ of again, but for
/// rounding, which is too little to reach another level.
void writeWeight(Network& network, std::size_t layer, std::vector<float> weight)
{
    const auto name = std::to_string(layer) + ".weight";
    auto& parameters = network.parameters();
    const auto own = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& p) { return p.name == name; });
    if (const auto norm = network.foldedBatchNorm(layer)) {
        NamedValues state(network.stateDict());
        const auto prefix = std::to_string(*norm);
        const auto& gamma = state.at(prefix + ".weight");
        const auto& var = state.at(prefix + ".running_var");
        const auto eps = static_cast<float>(network.model().layers[*norm].eps);
        const std::size_t rowSize = weight.size() / gamma.size();
        for (std::size_t i = 0; i < weight.size(); ++i) {
            const std::size_t o = i / rowSize;
            const float factor = gamma[o] / std::sqrt(var[o] + eps);
            weight[i] = factor != 0 ? weight[i] / factor : own->value[i];
        }
    }
    own->value = std::move(weight);
}

std::string whyNot(const std::optional<FakeQuantizeSpec>& spec,
                   const std::optional<QuantParams>& params)
{
    if (!spec || !params)
        return "its weight is float";
    if (spec->isLearned())
        return "its quantizer is learned";
    if (!info(params->dtype()).isInteger())
        return "AdaRound chooses between integers, its weight is " +
               std::string(info(params->dtype()).name);
    return {};
}

} // namespace

Result<std::vector<RoundedLayer>>
adaRoundWeights(Network& network, QatConfig& config, Network& reference,
                const NetworkSamples& samples, std::int64_t batch, const AdaRoundOptions& options,
                const JobContext& context, std::optional<std::size_t> only)
{
    std::vector<RoundedLayer> report;
    const auto& layers = network.model().layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (!layers[i].hasWeight() || (only && *only != i))
            continue;
        const auto name = std::to_string(i);
        context.report("AdaRound, layer " + name,
                       static_cast<double>(i) / static_cast<double>(layers.size()));
        const auto weights = network.effectiveWeights(i);
        if (!weights)
            return weights.error();
        RoundedLayer row;
        row.layer = i;
        row.codes = weights->weight.numel();
        row.skipped = whyNot(config.of(name).weight, weights->params);
        if (!row.skipped.empty()) {
            report.push_back(std::move(row));
            continue;
        }
        const auto gram = gramOf(network, reference, i, samples, batch, context);
        if (!gram)
            return gram.error();
        const auto rounded = adaRound(weights->latent.floats(), layers[i].out, *weights->params,
                                      *gram, options, context);
        if (!rounded && rounded.error().kind == ErrorKind::Cancelled)
            return rounded.error();
        if (!rounded)
            return Error{rounded.error().kind, "layer " + name + ": " + rounded.error().message};
        auto fixed = config;
        auto own = config.of(name);
        own.weight->observer = "fixed";
        own.weight->scale = weights->params->scale();
        own.weight->zeroPoint = weights->params->zeroPoint();
        fixed.layers[name] = std::move(own);
        if (auto set = network.setQuantization(&fixed); !set)
            return set.error();
        config = std::move(fixed);
        writeWeight(network, i, rounded->weight);
        row.errorNearest = rounded->totalNearest();
        row.error = rounded->total();
        row.changed = rounded->changed;
        report.push_back(std::move(row));
    }
    return report;
}

} // namespace qs
