// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/nn/network_impl.h"

#include <cmath>

namespace qs {
namespace {

/// A view: whoever gets it only reads it, and lets go of it before the values do.
Tensor viewOf(const Parameter& like, std::span<const float> values)
{
    return *Tensor::make(like.name, ElementType::Float32, like.shape, nullptr,
                         std::as_bytes(values));
}

} // namespace

/// PyTorch's ConvBn (torch/nn/intrinsic/qat/modules/conv_fused.py): the weight that is quantized is
/// w * gamma / sqrt(running_var + eps), with what running_var is before this batch.
void Network::Impl::fold(Node& node) const
{
    const auto& batchNorm = nodes[static_cast<std::size_t>(node.foldsInto)];
    const auto& spec = model.layers[static_cast<std::size_t>(node.foldsInto)];
    const auto& weight = parameters[static_cast<std::size_t>(node.weight)].value;
    const auto& gamma = parameters[static_cast<std::size_t>(batchNorm.weight)].value;
    const auto var = batchNorm.batchNorm->runningVar();
    const std::size_t outputs = gamma.size();
    const std::size_t rowSize = weight.size() / outputs;
    node.foldStd.resize(outputs);
    node.foldScale.resize(outputs);
    node.scaled.resize(weight.size());
    for (std::size_t o = 0; o < outputs; ++o) {
        node.foldStd[o] = std::sqrt(var[o] + static_cast<float>(spec.eps));
        node.foldScale[o] = gamma[o] / node.foldStd[o];
        for (std::size_t i = o * rowSize; i < (o + 1) * rowSize; ++i)
            node.scaled[i] = weight[i] * node.foldScale[o];
    }
    node.folded = true;
}

Result<void> Network::Impl::prepareWeight(Node& node, Pass pass, const JobContext& context)
{
    const auto& parameter = parameters[static_cast<std::size_t>(node.weight)];
    std::span<const float> used = parameter.value;
    std::span<const float> bias;
    if (node.bias >= 0)
        bias = parameters[static_cast<std::size_t>(node.bias)].value;
    node.weightQuantized = false;
    node.folded = false;
    if (node.foldsInto >= 0) {
        fold(node);
        used = node.scaled;
        bias = {}; // added behind the division
    }
    if (node.weightQuantizer) {
        auto& module = *node.weightQuantizer;
        if (pass != Pass::Test) {
            if (auto seen = module.observe(viewOf(parameter, used), context, pass == Pass::Train);
                !seen)
                return seen;
        }
        if (module.active()) {
            node.weightUsed.resize(used.size());
            if (auto* learned = module.learned()) {
                readLearned(module, node.learned);
                Result<void> ok = learned->look(used);
                if (ok)
                    ok = learned->forward(used, node.weightUsed.data());
                if (!ok)
                    return Error::data(module.name() + ": " + ok.error().message);
            } else {
                const auto quantizer = module.quantizer(parameter.shape, passes);
                if (!quantizer)
                    return quantizer.error();
                node.weightMask.resize(used.size());
                quantizer->fakeQuantize(used, 0, node.weightUsed.data(), node.weightMask.data());
            }
            node.weightQuantized = true;
            used = node.weightUsed;
        }
    }
    node.layer->setWeights(used, bias);
    return {};
}

Result<void> Network::Impl::prepareWeights(Pass pass, const JobContext& context)
{
    // An estimator that starts in this pass puts its first parameters where readLearned finds them.
    for (auto& node : nodes)
        if (pass != Pass::Test && node.weightQuantizer && node.weightQuantizer->learned() &&
            node.weightQuantizer->observes()) {
            if (node.foldsInto >= 0)
                fold(node);
            const auto& parameter = parameters[static_cast<std::size_t>(node.weight)];
            const auto view =
                viewOf(parameter,
                       node.foldsInto >= 0 ? std::span<const float>(node.scaled) : parameter.value);
            if (auto seen = node.weightQuantizer->observe(view, context); !seen)
                return seen;
            writeLearned(*node.weightQuantizer, node.learned);
        }
    std::vector<Result<void>> results(nodes.size());
    const bool done =
        forEachIndex(static_cast<std::int64_t>(nodes.size()), context, [&](std::int64_t i) {
            const auto at = static_cast<std::size_t>(i);
            if (nodes[at].weight >= 0)
                results[at] = prepareWeight(nodes[at], pass, context);
        });
    if (!done)
        return Error::cancelled();
    for (const auto& result : results)
        if (!result)
            return result.error();
    return {};
}

std::vector<WeightView> Network::weightViews() const
{
    std::vector<WeightView> views;
    for (const auto& node : m_impl->nodes) {
        if (node.weight < 0 || node.batchNorm != nullptr)
            continue;
        const auto& parameter = m_impl->parameters[static_cast<std::size_t>(node.weight)];
        const auto tensor = [&](const std::vector<float>& values) {
            return Tensor::fromFloats(parameter.name, parameter.shape, values);
        };
        WeightView view{parameter.name, tensor(node.folded ? node.scaled : parameter.value),
                        Tensor(), std::nullopt, std::nullopt};
        view.value = view.latent;
        if (node.weightQuantized && node.weightUsed.size() == parameter.value.size()) {
            view.value = tensor(node.weightUsed);
            view.params = node.weightQuantizer->params();
            if (node.weightQuantizer->learned() == nullptr &&
                node.weightMask.size() == parameter.value.size())
                view.mask = tensor(node.weightMask);
        }
        views.push_back(std::move(view));
    }
    return views;
}

std::optional<std::size_t> Network::foldedBatchNorm(std::size_t layer) const
{
    const auto& node = m_impl->nodes[layer];
    if (node.foldsInto < 0)
        return std::nullopt;
    return static_cast<std::size_t>(node.foldsInto);
}

Result<Network::EffectiveWeights> Network::effectiveWeights(std::size_t layer)
{
    auto& impl = *m_impl;
    Node& node = impl.nodes[layer];
    if (auto ready = impl.prepareWeight(node, Pass::Test, {}); !ready)
        return ready.error();
    const auto& parameter = impl.parameters[static_cast<std::size_t>(node.weight)];
    const std::size_t outputs = static_cast<std::size_t>(parameter.shape[0]);
    EffectiveWeights weights;
    const auto tensor = [&](const std::vector<float>& values) {
        return Tensor::fromFloats(parameter.name, parameter.shape, values);
    };
    weights.latent = tensor(node.folded ? node.scaled : parameter.value);
    weights.weight = weights.latent;
    if (node.weightQuantized) {
        weights.weight = tensor(node.weightUsed);
        weights.params = node.weightQuantizer->params();
    }
    weights.bias.assign(outputs, 0.0F);
    if (node.bias >= 0)
        weights.bias = impl.parameters[static_cast<std::size_t>(node.bias)].value;
    if (node.folded) {
        auto& batchNorm = impl.nodes[static_cast<std::size_t>(node.foldsInto)];
        const auto& beta = impl.parameters[static_cast<std::size_t>(batchNorm.bias)].value;
        const auto mean = batchNorm.layer->buffers()[0].value;
        for (std::size_t o = 0; o < outputs; ++o)
            weights.bias[o] = static_cast<float>(
                static_cast<double>(beta[o]) +
                (static_cast<double>(weights.bias[o]) - static_cast<double>(mean[o])) *
                    static_cast<double>(node.foldScale[o]));
    }
    return weights;
}

} // namespace qs
