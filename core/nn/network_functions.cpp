// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network_impl.h"

#include <algorithm>

namespace qs {
namespace {

/// A layer and room for one chunk.
Network::SampleFunction inChunks(std::shared_ptr<const Layer> layer)
{
    return [layer = std::move(layer)](const float* x, float* y, int samples) {
        LayerScratch scratch;
        layer->prepareScratch(scratch);
        // Layers read and write whole vectors behind the end of their arrays.
        Floats in(std::ptrdiff_t{kChunk} * layer->in().numel());
        Floats out(std::ptrdiff_t{kChunk} * layer->out().numel());
        for (int at = 0; at < samples; at += kChunk) {
            const int n = std::min(kChunk, samples - at);
            std::copy_n(x + std::ptrdiff_t{at} * layer->in().numel(),
                        std::ptrdiff_t{n} * layer->in().numel(), in.data());
            layer->forward(scratch, in.data(), out.data(), n);
            std::copy_n(out.data(), std::ptrdiff_t{n} * layer->out().numel(),
                        y + std::ptrdiff_t{at} * layer->out().numel());
        }
    };
}

} // namespace

Result<Network::SampleFunction> Network::layerFunction(std::size_t layer)
{
    auto& impl = *m_impl;
    const auto& spec = impl.model.layers[layer];
    const SampleShape in = impl.shapes[layer];
    if (layer > 0 && impl.nodes[layer - 1].foldsInto == static_cast<std::ptrdiff_t>(layer))
        return SampleFunction([count = in.numel()](const float* x, float* y, int samples) {
            std::copy_n(x, std::ptrdiff_t{samples} * count, y);
        });
    if (spec.isBatchNorm()) {
        std::shared_ptr<BatchNorm> own = makeBatchNorm(spec, in);
        const auto from = impl.nodes[layer].batchNorm->buffers();
        for (std::size_t i = 0; i < from.size(); ++i)
            own->buffers()[i].value = from[i].value;
        const Node& node = impl.nodes[layer];
        own->setWeights(impl.parameters[static_cast<std::size_t>(node.weight)].value,
                        impl.parameters[static_cast<std::size_t>(node.bias)].value);
        return inChunks(std::move(own));
    }
    std::shared_ptr<Layer> own = makeLayer(spec, in, impl.shapes[layer + 1]);
    if (!own)
        return Error::usage("layer " + impl.nodes[layer].name + " (Add): has two inputs");
    if (spec.hasWeight()) {
        const auto weights = effectiveWeights(layer);
        if (!weights)
            return weights.error();
        own->setWeights(weights->weight.floats(), weights->bias);
    }
    return inChunks(std::move(own));
}

Result<std::optional<Network::SampleFunction>> Network::quantizerFunction(std::size_t point) const
{
    using Maybe = std::optional<SampleFunction>;
    const auto& impl = *m_impl;
    const auto& p = impl.points[point];
    const auto& owner = p.shares >= 0 ? impl.points[static_cast<std::size_t>(p.shares)] : p;
    if (!owner.module || !owner.module->active())
        return Maybe();
    const std::int64_t count = impl.shapes[point].numel();
    if (owner.module->learned() != nullptr) {
        std::shared_ptr<LearnedQuantizer> own;
        {
            auto made = LearnedQuantizer::make(owner.module->name(), owner.module->spec(),
                                               QuantizerRole::Activation);
            if (!made)
                return made.error();
            own = std::move(*made);
        }
        for (std::size_t i = 0; i < own->parameters().size(); ++i)
            own->parameters()[i].value =
                impl.parameters[static_cast<std::size_t>(owner.learned) + i].value;
        return Maybe([own, count](const float* x, float* y, int samples) {
            (void)own->forward({x, static_cast<std::size_t>(samples * count)}, y);
        });
    }
    constexpr std::int64_t most = 1 << 20; // rows: only the axis counts
    const auto shape = Shape::make({most, impl.shapes[point].channels});
    auto quantizer = owner.module->quantizer(*shape);
    if (!quantizer)
        return quantizer.error();
    return Maybe([q = std::move(*quantizer), count](const float* x, float* y, int samples) {
        q.fakeQuantize({x, static_cast<std::size_t>(samples * count)}, 0, y);
    });
}

std::optional<Estimator> Network::activationEstimator(std::size_t point) const
{
    const auto& p = m_impl->points[point];
    const auto& owner = p.shares >= 0 ? m_impl->points[static_cast<std::size_t>(p.shares)] : p;
    if (!owner.module || !owner.module->active())
        return std::nullopt;
    return owner.module->spec().estimator;
}

} // namespace qs
