// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network_impl.h"

#include "core/base/parallel.h"

#include <cmath>
#include <limits>

namespace qs {

void toChannelsLast(const float* from, SampleShape shape, float* to)
{
    const std::ptrdiff_t pixels = shape.height * shape.width;
    for (std::ptrdiff_t c = 0; c < shape.channels; ++c)
        for (std::ptrdiff_t p = 0; p < pixels; ++p)
            to[p * shape.channels + c] = from[c * pixels + p];
}

void Network::Impl::ensureChunks(int count)
{
    const auto wanted = static_cast<std::size_t>(chunkCount(count));
    while (chunks.size() < wanted) {
        Chunk chunk;
        std::ptrdiff_t largest = 0;
        for (std::size_t p = 0; p < points.size(); ++p) {
            const std::ptrdiff_t size = kChunk * std::ptrdiff_t{shapes[p].numel()};
            largest = std::max(largest, size);
            const bool inPlace = p > 0 && nodes[p - 1].layer->inPlace();
            chunk.out.push_back(inPlace ? Floats() : Floats(size));
        }
        chunk.quantized.resize(points.size());
        chunk.mask.resize(points.size());
        chunk.raw.resize(points.size());
        chunk.value.resize(points.size());
        chunk.scratch.resize(nodes.size());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes[i].layer->prepareScratch(chunk.scratch[i]);
        for (auto& gradient : chunk.gradient)
            gradient = Floats(largest);
        chunks.push_back(std::move(chunk));
    }
    for (std::size_t k = 0; k < wanted; ++k) {
        chunks[k].count = std::min(kChunk, count - static_cast<int>(k) * kChunk);
        for (std::size_t p = 0; p < points.size(); ++p) {
            if (!points[p].module || chunks[k].quantized[p].size() > 0)
                continue;
            const std::ptrdiff_t size = kChunk * std::ptrdiff_t{shapes[p].numel()};
            chunks[k].quantized[p] = Floats(size);
            chunks[k].mask[p] = Floats(size);
        }
    }
}

Result<void> Network::Impl::prepareWeights(Pass pass, const JobContext& context)
{
    std::vector<Result<void>> results(nodes.size());
    const bool done =
        forEachIndex(static_cast<std::int64_t>(nodes.size()), context, [&](std::int64_t i) {
            Node& node = nodes[static_cast<std::size_t>(i)];
            if (node.parameter < 0)
                return;
            const auto& weight = parameters[static_cast<std::size_t>(node.parameter)];
            const auto& bias = parameters[static_cast<std::size_t>(node.parameter) + 1];
            std::span<const float> used = weight.value;
            node.weightQuantized = false;
            if (node.weightQuantizer) {
                auto& module = *node.weightQuantizer;
                if (pass == Pass::Train) {
                    // A view: the module only reads it.
                    const auto view = Tensor::make(weight.name, ElementType::Float32, weight.shape,
                                                   nullptr, std::as_bytes(used));
                    if (auto seen = module.observe(*view, context); !seen) {
                        results[static_cast<std::size_t>(i)] = seen.error();
                        return;
                    }
                }
                if (module.active()) {
                    const auto quantizer = module.quantizer(weight.shape);
                    if (!quantizer) {
                        results[static_cast<std::size_t>(i)] = quantizer.error();
                        return;
                    }
                    node.weight.resize(used.size());
                    node.weightMask.resize(used.size());
                    quantizer->fakeQuantize(used, 0, node.weight.data(), node.weightMask.data());
                    node.weightQuantized = true;
                    used = node.weight;
                }
            }
            node.layer->setWeights(used, bias.value);
        });
    if (!done)
        return Error::cancelled();
    for (const auto& result : results)
        if (!result)
            return result.error();
    return {};
}

Result<void> Network::Impl::prepareQuantizer(std::size_t point)
{
    auto& p = points[point];
    p.quantizer.reset();
    if (!p.module || !p.module->active())
        return {};
    // Rows of channels: the channel axis is 1, as it is in [n, channels, height, width].
    const auto shape =
        Shape::make({kChunk * std::int64_t{shapes[point].height} * shapes[point].width,
                     shapes[point].channels});
    auto quantizer = p.module->quantizer(*shape);
    if (!quantizer)
        return quantizer.error();
    p.quantizer = std::move(*quantizer);
    return {};
}

bool Network::Impl::observes(std::size_t point, Pass pass) const
{
    const auto& module = points[point].module;
    return pass == Pass::Train && module && module->observerEnabled() && !module->spec().isFixed();
}

void Network::Impl::findExtremes(Chunk& chunk, std::size_t point) const
{
    constexpr float inf = std::numeric_limits<float>::infinity();
    const float* x = chunk.raw[point];
    const std::ptrdiff_t count = std::ptrdiff_t{chunk.count} * shapes[point].numel();
    float min = inf;
    float max = -inf;
    const auto add = [&](float v) {
        min = v < min ? v : min;
        max = v > max ? v : max;
    };
    Vector lanesMin = Vector{} + inf;
    Vector lanesMax = Vector{} - inf;
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        Vector v;
        load(v, x + i);
        lanesMin = v < lanesMin ? v : lanesMin;
        lanesMax = v > lanesMax ? v : lanesMax;
    }
    for (int lane = 0; lane < kLanes; ++lane) {
        add(lanesMin[lane]);
        add(lanesMax[lane]);
    }
    for (; i < count; ++i)
        add(x[i]);
    if (min == -inf || max == inf) {
        // Observers leave out what is not finite.
        min = inf;
        max = -inf;
        for (i = 0; i < count; ++i)
            if (std::isfinite(x[i]))
                add(x[i]);
    }
    chunk.min = min;
    chunk.max = max;
}

Result<void> Network::Impl::observe(std::size_t point, int count, const JobContext& context)
{
    auto& module = *points[point].module;
    const auto used = static_cast<std::size_t>(chunkCount(count));
    if (module.needsOnlyExtremes()) {
        float min = chunks[0].min;
        float max = chunks[0].max;
        for (std::size_t k = 1; k < used; ++k) {
            min = std::min(min, chunks[k].min);
            max = std::max(max, chunks[k].max);
        }
        return module.observe(Tensor::fromFloats(module.name(), *Shape::make({2}), {min, max}),
                              context);
    }
    std::vector<float> batch;
    for (std::size_t k = 0; k < used; ++k)
        batch.insert(batch.end(), chunks[k].raw[point],
                     chunks[k].raw[point] +
                         std::ptrdiff_t{chunks[k].count} * shapes[point].numel());
    const std::int64_t channels = shapes[point].channels;
    const auto rows = static_cast<std::int64_t>(batch.size()) / channels;
    return module.observe(
        Tensor::fromFloats(module.name(), *Shape::make({rows, channels}), std::move(batch)),
        context);
}

void Network::Impl::quantize(Chunk& chunk, std::size_t point, Pass pass) const
{
    chunk.value[point] = chunk.raw[point];
    const auto& quantizer = points[point].quantizer;
    if (!quantizer)
        return;
    const std::span<const float> x(chunk.raw[point],
                                   static_cast<std::size_t>(chunk.count) *
                                       static_cast<std::size_t>(shapes[point].numel()));
    float* y = chunk.quantized[point].data();
    if (pass == Pass::Train)
        quantizer->fakeQuantize(x, 0, y, chunk.mask[point].data());
    else
        quantizer->fakeQuantize(x, 0, y);
    chunk.value[point] = y;
}

void Network::Impl::runLayer(Chunk& chunk, std::size_t node) const
{
    float* x = chunk.value[node];
    const Layer& layer = *nodes[node].layer;
    chunk.raw[node + 1] = layer.inPlace() ? x : chunk.out[node + 1].data();
    layer.forward(chunk.scratch[node], x, chunk.raw[node + 1], chunk.count);
}

Result<void> Network::Impl::forward(const SampleWriter& samples, int count, Pass pass,
                                    const JobContext& context,
                                    const std::function<void(Chunk&, int first)>& last)
{
    ensureChunks(count);
    if (auto ready = prepareWeights(pass, context); !ready)
        return ready.error();
    for (std::size_t p = 0; p < points.size(); ++p)
        if (auto ready = prepareQuantizer(p); !ready)
            return ready.error();

    const std::size_t end = nodes.size();
    const auto nextObserved = [&](std::size_t from) {
        while (from <= end && !observes(from, pass))
            ++from;
        return from; // end + 1: there is none
    };
    // Each round goes from the point that was observed last to the next one.
    std::size_t begin = 0;
    for (bool firstRound = true;; firstRound = false) {
        const std::size_t stop = nextObserved(firstRound ? 0 : begin + 1);
        const bool done = forEachIndex(chunkCount(count), context, [&](std::int64_t k) {
            Chunk& chunk = chunks[static_cast<std::size_t>(k)];
            if (firstRound) {
                chunk.raw[0] = chunk.out[0].data();
                for (int i = 0; i < chunk.count; ++i)
                    samples(k * kChunk + i, chunk.raw[0] + i * shapes[0].numel());
            }
            for (std::size_t p = begin; p < stop && p <= end; ++p) {
                quantize(chunk, p, pass);
                if (p < end)
                    runLayer(chunk, p);
            }
            if (stop <= end)
                findExtremes(chunk, stop);
            else
                last(chunk, static_cast<int>(k) * kChunk);
        });
        if (!done)
            return Error::cancelled();
        if (stop > end)
            return {};
        if (auto seen = observe(stop, count, context); !seen)
            return seen.error();
        if (auto ready = prepareQuantizer(stop); !ready)
            return ready.error();
        begin = stop;
    }
}

void Network::Impl::crossEntropy(Chunk& chunk, std::span<const int> labels, int batch, bool train)
{
    const int classes = shapes.back().numel();
    chunk.lossSum = 0;
    chunk.correct = 0;
    for (int i = 0; i < chunk.count; ++i) {
        const float* logits = chunk.value.back() + std::ptrdiff_t{i} * classes;
        const int label = labels[static_cast<std::size_t>(i)];
        int best = 0;
        for (int c = 1; c < classes; ++c)
            best = logits[c] > logits[best] ? c : best;
        const double largest = logits[best];
        double sum = 0;
        for (int c = 0; c < classes; ++c)
            sum += std::exp(static_cast<double>(logits[c]) - largest);
        chunk.lossSum += std::log(sum) + largest - static_cast<double>(logits[label]);
        chunk.correct += best == label ? 1 : 0;
        if (!train)
            continue;
        float* gradient = chunk.gradient[0].data() + std::ptrdiff_t{i} * classes;
        for (int c = 0; c < classes; ++c) {
            const double p = std::exp(static_cast<double>(logits[c]) - largest) / sum;
            gradient[c] = static_cast<float>((p - (c == label ? 1 : 0)) / batch);
        }
    }
}

void Network::Impl::backward(Chunk& chunk, bool wantInput)
{
    const std::size_t stop =
        wantInput || firstWeighted < 0 ? 0 : static_cast<std::size_t>(firstWeighted);
    float* dy = chunk.gradient[0].data();
    float* dx = chunk.gradient[1].data();
    const auto maskAt = [&](std::size_t point) {
        if (!points[point].quantizer)
            return;
        const float* mask = chunk.mask[point].data();
        const std::ptrdiff_t count = std::ptrdiff_t{chunk.count} * shapes[point].numel();
        for (std::ptrdiff_t i = 0; i < count; ++i)
            dy[i] *= mask[i];
    };
    for (std::size_t node = nodes.size(); node-- > stop;) {
        maskAt(node + 1);
        nodes[node].layer->backward(chunk.scratch[node], chunk.value[node], chunk.raw[node + 1], dy,
                                    node > stop || wantInput ? dx : nullptr, chunk.count);
        std::swap(dy, dx);
    }
    if (wantInput)
        maskAt(0);
    chunk.inputGradient = dy;
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

Result<void> Network::Impl::joinGradients(int count, const JobContext& context)
{
    std::vector<char> finite(nodes.size(), 1);
    const bool done =
        forEachIndex(static_cast<std::int64_t>(nodes.size()), context, [&](std::int64_t n) {
            const auto at = static_cast<std::size_t>(n);
            Node& node = nodes[at];
            if (node.parameter < 0)
                return;
            std::vector<const LayerScratch*> parts;
            for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k)
                parts.push_back(&chunks[k].scratch[at]);
            auto& weight = parameters[static_cast<std::size_t>(node.parameter)].gradient;
            auto& bias = parameters[static_cast<std::size_t>(node.parameter) + 1].gradient;
            node.layer->joinGradients(parts, weight, bias);
            if (node.weightQuantized)
                for (std::size_t i = 0; i < weight.size(); ++i)
                    weight[i] *= node.weightMask[i];
            // x - x is 0 for finite x and NaN otherwise.
            float check = 0;
            for (const float g : weight)
                check += g - g;
            for (const float g : bias)
                check += g - g;
            finite[at] = check == 0 ? 1 : 0;
        });
    if (!done)
        return Error::cancelled();
    for (std::size_t n = nodes.size(); n-- > 0;)
        if (finite[n] == 0)
            return Error::data("the gradient of layer " + nodes[n].name + " (" +
                               std::string(layerKindName(model.layers[n].kind)) +
                               ") is not finite");
    return {};
}

std::string Network::Impl::blameForward(int count) const
{
    for (std::size_t p = 0; p < points.size(); ++p)
        for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k) {
            const std::ptrdiff_t size = std::ptrdiff_t{chunks[k].count} * shapes[p].numel();
            for (std::ptrdiff_t i = 0; i < size; ++i)
                if (!std::isfinite(chunks[k].value[p][i]))
                    return p == 0 ? std::string("the loss is not finite: the input is not")
                                  : "the loss is not finite: it began in the output of layer " +
                                        nodes[p - 1].name + " (" +
                                        std::string(layerKindName(model.layers[p - 1].kind)) + ")";
        }
    return "the loss is not finite";
}

Tensor Network::Impl::gather(int count, SampleShape shape,
                             const std::function<const float*(const Chunk&)>& from) const
{
    const std::ptrdiff_t pixels = shape.height * shape.width;
    std::vector<float> values(static_cast<std::size_t>(count) *
                              static_cast<std::size_t>(shape.numel()));
    float* to = values.data();
    for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k)
        for (std::ptrdiff_t i = 0; i < chunks[k].count; ++i) {
            const float* sample = from(chunks[k]) + i * shape.numel();
            for (std::ptrdiff_t c = 0; c < shape.channels; ++c)
                for (std::ptrdiff_t p = 0; p < pixels; ++p)
                    *to++ = sample[p * shape.channels + c];
        }
    std::vector<std::int64_t> sizes{count, shape.channels};
    if (pixels > 1)
        sizes.insert(sizes.end(), {shape.height, shape.width});
    return Tensor::fromFloats("", *Shape::make(std::move(sizes)), std::move(values));
}

} // namespace qs
