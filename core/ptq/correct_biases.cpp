// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/correct_biases.h"

#include "core/ptq/bias_correction.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// The means of the channels at these points, before their activation quantizers.
Result<std::vector<ChannelMeans>> meansAt(Network& network, const std::vector<std::size_t>& points,
                                          const NetworkSamples& samples, std::int64_t batch,
                                          const JobContext& context)
{
    std::vector<ChannelMeans> means;
    for (const std::size_t point : points)
        means.emplace_back(network.shapes()[point].channels);
    auto done = forEachBatch(samples, batch, context, [&](std::int64_t begin, std::int64_t count) {
        const auto outputs = network.layerOutputs(samples.writer(begin), count, context);
        if (!outputs)
            return Result<void>(outputs.error());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const auto& shape = network.shapes()[points[i]];
            if (auto added = means[i].add((*outputs)[points[i]].raw.floats(),
                                          std::int64_t{shape.height} * shape.width, false);
                !added)
                return added;
        }
        return Result<void>{};
    });
    if (!done)
        return done.error();
    return means;
}

struct Place {
    std::size_t layer = 0;
    std::size_t point = 0; ///< where its outputs are
    Parameter* bias = nullptr;
};

} // namespace

Result<std::vector<CorrectedBias>> correctBiases(Network& network, Network& reference,
                                                 const NetworkSamples& samples, std::int64_t batch,
                                                 const JobContext& context,
                                                 std::optional<std::size_t> only)
{
    std::vector<Place> places;
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < network.model().layers.size(); ++i) {
        if (!network.model().layers[i].hasWeight() || (only && *only != i))
            continue;
        const std::size_t owner = network.foldedBatchNorm(i).value_or(i);
        const auto name = std::to_string(owner) + ".bias";
        auto& parameters = network.parameters();
        const auto found = std::find_if(parameters.begin(), parameters.end(),
                                        [&](const auto& p) { return p.name == name; });
        places.push_back({i, owner + 1, found == parameters.end() ? nullptr : &*found});
        points.push_back(owner + 1);
    }
    const auto wanted = meansAt(reference, points, samples, batch, context);
    if (!wanted)
        return wanted.error();
    std::vector<CorrectedBias> report;
    for (std::size_t i = 0; i < places.size(); ++i) {
        context.report("Correcting biases",
                       static_cast<double>(i) / static_cast<double>(places.size()));
        CorrectedBias row;
        row.layer = places[i].layer;
        const auto found = meansAt(network, {points[i]}, samples, batch, context);
        if (!found)
            return found.error();
        const auto floatMean = (*wanted)[i].mean();
        const auto quantizedMean = found->front().mean();
        for (std::size_t c = 0; c < floatMean.size(); ++c) {
            const double shift = std::abs(floatMean[c] - quantizedMean[c]);
            row.largestShift = std::max(row.largestShift, shift);
            row.meanShift += shift / static_cast<double>(floatMean.size());
        }
        if (places[i].bias == nullptr) {
            row.skipped = "the layer has no bias";
        } else {
            auto bias = correctBias(places[i].bias->value, floatMean, quantizedMean);
            if (!bias)
                return Error{bias.error().kind,
                             "layer " + std::to_string(row.layer) + ": " + bias.error().message};
            places[i].bias->value = std::move(*bias);
        }
        report.push_back(std::move(row));
    }
    return report;
}

} // namespace qs
