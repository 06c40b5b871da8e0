// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/nn/network_impl.h"

#include <algorithm>
#include <cmath>

namespace qs {

/// The gradient in front of the quantizer of a point, and the gradients of what it learns.
void Network::Impl::unquantize(Chunk& chunk, std::size_t point) const
{
    const auto& p = points[point];
    const std::ptrdiff_t count = std::ptrdiff_t{chunk.count} * shapes[point].numel();
    if (p.estimator != nullptr) {
        const auto n = static_cast<std::size_t>(count);
        auto& sums = chunk.learned[point];
        sums.assign(p.estimator->parameterCount(), 0.0);
        if (auto ok = p.estimator->backward({chunk.raw[point], n}, {chunk.dy, n}, chunk.dy,
                                            shapes[point].numel(), sums);
            !ok && chunk.failed)
            chunk.failed = ok;
        return;
    }
    if (!p.quantizer || !p.masks)
        return;
    const float* mask = chunk.mask[point].data();
    for (std::ptrdiff_t i = 0; i < count; ++i)
        chunk.dy[i] *= mask[i];
}

void Network::Impl::backLayer(Chunk& chunk, std::size_t node, bool wantDx) const
{
    const Node& n = nodes[node];
    const std::ptrdiff_t count = std::ptrdiff_t{chunk.count} * shapes[node + 1].numel();
    if (!n.layer) {
        // dy goes to both summands; the other one's waits until backward comes there.
        float* added = chunk.added[n.from].data();
        if (static_cast<std::ptrdiff_t>(node) == points[n.from].addedBy)
            std::copy_n(chunk.dy, count, added);
        else
            for (std::ptrdiff_t i = 0; i < count; ++i)
                added[i] += chunk.dy[i];
        return;
    }
    if (n.folded) {
        // y = conv / scale + bias.
        const auto outputs = n.foldScale.size();
        auto& sums = chunk.folded[node];
        sums.assign(2 * outputs, 0.0);
        const float* y = chunk.raw[node + 1];
        const float* bias =
            n.bias >= 0 ? parameters[static_cast<std::size_t>(n.bias)].value.data() : nullptr;
        for (std::ptrdiff_t at = 0; at < count; at += static_cast<std::ptrdiff_t>(outputs))
            for (std::size_t o = 0; o < outputs; ++o) {
                float& d = chunk.dy[at + static_cast<std::ptrdiff_t>(o)];
                const float plain =
                    y[at + static_cast<std::ptrdiff_t>(o)] - (bias != nullptr ? bias[o] : 0.0F);
                sums[outputs + o] += static_cast<double>(d);
                if (n.foldScale[o] == 0) {
                    d = 0;
                    continue;
                }
                sums[o] -= static_cast<double>(d) * static_cast<double>(plain) /
                           static_cast<double>(n.foldScale[o]);
                d /= n.foldScale[o];
            }
    }
    n.layer->backward(chunk.scratch[node], chunk.value[node], chunk.raw[node + 1], chunk.dy,
                      wantDx ? chunk.dx : nullptr, chunk.count);
    std::swap(chunk.dy, chunk.dx);
    if (wantDx && points[node].addedBy >= 0) {
        const float* added = chunk.added[node].data();
        const std::ptrdiff_t before = std::ptrdiff_t{chunk.count} * shapes[node].numel();
        for (std::ptrdiff_t i = 0; i < before; ++i)
            chunk.dy[i] += added[i];
    }
}

bool Network::Impl::chunksAreAlone() const
{
    return std::none_of(nodes.begin(), nodes.end(),
                        [&](const Node& n) { return n.layer && n.layer->looksAtBatch(true); });
}

void Network::Impl::backwardAlone(Chunk& chunk, bool wantInput)
{
    chunk.dy = chunk.gradient[0].data();
    chunk.dx = chunk.gradient[1].data();
    const std::size_t stop = lastBackward(wantInput);
    for (std::size_t node = nodes.size(); node-- > stop;) {
        unquantize(chunk, node + 1);
        backLayer(chunk, node, node > stop || wantInput);
    }
    if (wantInput)
        unquantize(chunk, 0);
}

Result<void> Network::Impl::backward(int count, bool wantInput, const JobContext& context)
{
    const std::size_t stop = lastBackward(wantInput);
    // Each round goes from the layer where the chunks met last to the next one before it.
    std::size_t begin = nodes.size();
    for (bool firstRound = true;; firstRound = false) {
        std::size_t meeting = begin;
        while (meeting > stop && !(nodes[meeting - 1].layer && (meeting < begin || firstRound) &&
                                   nodes[meeting - 1].layer->looksAtBatch(lastPass == Pass::Train)))
            --meeting;
        const bool done = forEachIndex(chunkCount(count), context, [&](std::int64_t k) {
            Chunk& chunk = chunks[static_cast<std::size_t>(k)];
            if (firstRound) {
                chunk.dy = chunk.gradient[0].data();
                chunk.dx = chunk.gradient[1].data();
            }
            std::size_t node = begin;
            if (!firstRound) {
                --node;
                backLayer(chunk, node, node > stop || wantInput);
            }
            while (node > meeting) {
                --node;
                unquantize(chunk, node + 1);
                backLayer(chunk, node, node > stop || wantInput);
            }
            if (meeting > stop) {
                unquantize(chunk, meeting);
                nodes[meeting - 1].layer->collectBackward(
                    chunk.scratch[meeting - 1], chunk.value[meeting - 1], chunk.dy, chunk.count);
            } else if (wantInput) {
                unquantize(chunk, 0);
            }
        });
        if (!done)
            return Error::cancelled();
        if (meeting <= stop)
            return {};
        nodes[meeting - 1].layer->joinBackward(scratchOf(meeting - 1, count));
        begin = meeting;
    }
}

void Network::Impl::joinFold(Node& node, int count)
{
    auto& weight = parameters[static_cast<std::size_t>(node.weight)];
    const auto& batchNorm = nodes[static_cast<std::size_t>(node.foldsInto)];
    auto& gamma = parameters[static_cast<std::size_t>(batchNorm.weight)];
    const std::size_t outputs = node.foldScale.size();
    const std::size_t rowSize = weight.value.size() / outputs;
    std::vector<double> sums(2 * outputs);
    const auto at = static_cast<std::size_t>(node.foldsInto - 1);
    for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k)
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += chunks[k].folded[at][i];
    for (std::size_t o = 0; o < outputs; ++o) {
        double scaleGradient = sums[o];
        for (std::size_t i = o * rowSize; i < (o + 1) * rowSize; ++i) {
            scaleGradient +=
                static_cast<double>(weight.gradient[i]) * static_cast<double>(weight.value[i]);
            weight.gradient[i] *= node.foldScale[o];
        }
        gamma.gradient[o] +=
            static_cast<float>(scaleGradient / static_cast<double>(node.foldStd[o]));
        if (node.bias >= 0)
            parameters[static_cast<std::size_t>(node.bias)].gradient[o] =
                static_cast<float>(sums[outputs + o]);
    }
}

Result<void> Network::Impl::joinGradients(int count, const JobContext& context)
{
    std::vector<Result<void>> results(nodes.size());
    const bool done =
        forEachIndex(static_cast<std::int64_t>(nodes.size()), context, [&](std::int64_t n) {
            const auto at = static_cast<std::size_t>(n);
            Node& node = nodes[at];
            if (node.weight < 0)
                return;
            auto& weight = parameters[static_cast<std::size_t>(node.weight)];
            std::span<float> bias;
            if (node.bias >= 0)
                bias = parameters[static_cast<std::size_t>(node.bias)].gradient;
            node.layer->joinGradients(scratchOf(at, count), weight.gradient, bias);
            if (!node.weightQuantized)
                return;
            auto* learned = node.weightQuantizer->learned();
            if (learned == nullptr) {
                if (node.weightQuantizer->spec().estimator != Estimator::PassThrough)
                    for (std::size_t i = 0; i < weight.gradient.size(); ++i)
                        weight.gradient[i] *= node.weightMask[i];
                return;
            }
            const auto& used = node.folded ? node.scaled : weight.value;
            std::vector<double> sums(learned->parameterCount());
            results[at] = learned->backward(used, weight.gradient, weight.gradient.data(),
                                            static_cast<std::int64_t>(used.size()), sums);
            std::size_t next = 0;
            for (std::size_t p = 0; p < learned->parameters().size(); ++p)
                for (float& g : parameters[static_cast<std::size_t>(node.learned) + p].gradient)
                    g = static_cast<float>(sums[next++]);
        });
    if (!done)
        return Error::cancelled();
    for (const auto& result : results)
        if (!result)
            return Error::data(result.error().message);
    for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k)
        if (!chunks[k].failed)
            return Error::data(chunks[k].failed.error().message);
    for (auto& node : nodes)
        if (node.folded)
            joinFold(node, count);
    for (std::size_t p = 0; p < points.size(); ++p) {
        if (points[p].learned < 0)
            continue;
        std::vector<double> sums(points[p].module->learned()->parameterCount());
        for (std::size_t q = 0; q < points.size(); ++q)
            if ((q == p || points[q].shares == static_cast<std::ptrdiff_t>(p)) &&
                points[q].estimator != nullptr)
                for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k)
                    for (std::size_t i = 0; i < chunks[k].learned[q].size(); ++i)
                        sums[i] += chunks[k].learned[q][i];
        std::size_t next = 0;
        for (std::size_t i = 0; i < points[p].module->learned()->parameters().size(); ++i)
            for (float& g : parameters[static_cast<std::size_t>(points[p].learned) + i].gradient)
                g = static_cast<float>(sums[next++]);
    }
    // The first in the order of backward is where it began: x - x is 0 for finite x, else NaN.
    for (std::size_t n = nodes.size(); n-- > 0;) {
        float check = 0;
        for (const auto index : {nodes[n].weight, nodes[n].bias})
            if (index >= 0)
                for (const float g : parameters[static_cast<std::size_t>(index)].gradient)
                    check += g - g;
        if (check != 0)
            return Error::data("the gradient of layer " + nodes[n].name + " (" +
                               std::string(layerKindName(model.layers[n].kind)) +
                               ") is not finite");
    }
    return {};
}

BatchResult Network::Impl::sum(int count) const
{
    BatchResult result;
    for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k) {
        result.lossSum += chunks[k].lossSum;
        result.correct += chunks[k].correct;
        result.count += chunks[k].count;
    }
    return result;
}

} // namespace qs
