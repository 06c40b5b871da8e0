// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/nn/network_impl.h"

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
            chunk.out.push_back(p > 0 && nodes[p - 1].inPlace ? Floats() : Floats(size));
        }
        chunk.quantized.resize(points.size());
        chunk.mask.resize(points.size());
        chunk.added.resize(points.size());
        chunk.raw.resize(points.size());
        chunk.value.resize(points.size());
        chunk.learned.resize(points.size());
        chunk.folded.resize(nodes.size());
        chunk.scratch.resize(nodes.size());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (nodes[i].layer)
                nodes[i].layer->prepareScratch(chunk.scratch[i]);
        for (auto& gradient : chunk.gradient)
            gradient = Floats(largest);
        chunks.push_back(std::move(chunk));
    }
    for (std::size_t k = 0; k < wanted; ++k) {
        Chunk& chunk = chunks[k];
        chunk.count = std::min(kChunk, count - static_cast<int>(k) * kChunk);
        chunk.failed = {};
        for (std::size_t p = 0; p < points.size(); ++p) {
            const std::ptrdiff_t size = kChunk * std::ptrdiff_t{shapes[p].numel()};
            if (points[p].addedBy >= 0 && chunk.added[p].size() == 0)
                chunk.added[p] = Floats(size);
            if ((!points[p].module && points[p].shares < 0) || chunk.quantized[p].size() > 0)
                continue;
            chunk.quantized[p] = Floats(size);
            chunk.mask[p] = Floats(size);
        }
    }
}

Result<void> Network::Impl::prepareQuantizer(std::size_t point)
{
    auto& p = points[point];
    p.quantizer.reset();
    p.estimator = nullptr;
    auto* module =
        p.shares >= 0 ? points[static_cast<std::size_t>(p.shares)].module.get() : p.module.get();
    if (module == nullptr || !module->active())
        return {};
    if (module->learned() != nullptr) {
        readLearned(*module, p.learned >= 0 ? p.learned
                                            : points[static_cast<std::size_t>(p.shares)].learned);
        p.estimator = module->learned();
        return {};
    }
    // Rows of channels: the channel axis is 1, as it is in [n, channels, height, width].
    constexpr std::int64_t most = 1 << 20; // rows of a batch: only the axis counts
    const auto shape = Shape::make(
        {most * std::int64_t{shapes[point].height} * shapes[point].width, shapes[point].channels});
    auto quantizer = module->quantizer(*shape, passes);
    if (!quantizer)
        return quantizer.error();
    p.quantizer = std::move(*quantizer);
    p.masks = module->spec().estimator != Estimator::PassThrough;
    return {};
}

bool Network::Impl::observes(std::size_t point, Pass pass) const
{
    const auto& module = points[point].module;
    return pass != Pass::Test && module && module->observes();
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
    auto seen = module.observe(
        Tensor::fromFloats(module.name(), *Shape::make({rows, channels}), std::move(batch)),
        context, lastPass == Pass::Train);
    if (seen && module.learned() != nullptr)
        writeLearned(module, points[point].learned);
    return seen;
}

void Network::Impl::quantize(Chunk& chunk, std::size_t point, Pass pass, std::int64_t first) const
{
    chunk.value[point] = chunk.raw[point];
    const auto& p = points[point];
    if (!p.quantizer && p.estimator == nullptr)
        return;
    const std::span<const float> x(chunk.raw[point],
                                   static_cast<std::size_t>(chunk.count) *
                                       static_cast<std::size_t>(shapes[point].numel()));
    float* y = chunk.quantized[point].data();
    if (p.estimator != nullptr) {
        if (auto ok = p.estimator->forward(x, y); !ok && chunk.failed)
            chunk.failed = ok;
    } else {
        const bool wantMask = pass == Pass::Train && p.masks;
        p.quantizer->fakeQuantize(x, first * shapes[point].numel(), y,
                                  wantMask ? chunk.mask[point].data() : nullptr);
    }
    chunk.value[point] = y;
}

void Network::Impl::runLayer(Chunk& chunk, std::size_t node) const
{
    const Node& n = nodes[node];
    float* x = chunk.value[node];
    float* y = n.inPlace ? x : chunk.out[node + 1].data();
    chunk.raw[node + 1] = y;
    if (!n.layer) {
        const float* other = chunk.value[n.from];
        const std::ptrdiff_t count = std::ptrdiff_t{chunk.count} * shapes[node].numel();
        for (std::ptrdiff_t i = 0; i < count; ++i)
            y[i] = x[i] + other[i];
        return;
    }
    n.layer->forward(chunk.scratch[node], x, y, chunk.count);
    if (!n.folded)
        return;
    const auto outputs = static_cast<std::ptrdiff_t>(n.foldScale.size());
    const float* bias =
        n.bias >= 0 ? parameters[static_cast<std::size_t>(n.bias)].value.data() : nullptr;
    const std::ptrdiff_t count = std::ptrdiff_t{chunk.count} * shapes[node + 1].numel();
    // With gamma = 0 the BatchNorm behind makes beta of whatever stands here: not 0 / 0.
    for (std::ptrdiff_t at = 0; at < count; at += outputs)
        for (std::ptrdiff_t o = 0; o < outputs; ++o) {
            const float scale = n.foldScale[static_cast<std::size_t>(o)];
            y[at + o] =
                (scale != 0 ? y[at + o] / scale : 0.0F) + (bias != nullptr ? bias[o] : 0.0F);
        }
}

// Forward goes by steps: 2 p quantizes at point p, 2 n + 1 runs layer n.

/// Whether all chunks have to be there before this step.
bool Network::Impl::meetsAt(std::size_t step, Pass pass) const
{
    const std::size_t i = step / 2;
    if (step % 2 == 0)
        return observes(i, pass);
    return nodes[i].layer && nodes[i].layer->looksAtBatch(pass == Pass::Train);
}

Result<void> Network::Impl::meet(std::size_t step, int count, const JobContext& context)
{
    const std::size_t i = step / 2;
    if (step % 2 == 0) {
        if (auto seen = observe(i, count, context); !seen)
            return seen;
        for (std::size_t p = i; p < points.size(); ++p)
            if (p == i || points[p].shares == static_cast<std::ptrdiff_t>(i))
                if (auto ready = prepareQuantizer(p); !ready)
                    return ready;
        return {};
    }
    nodes[i].layer->join(scratchOf(i, count));
    return {};
}

std::vector<const LayerScratch*> Network::Impl::scratchOf(std::size_t node, int count) const
{
    std::vector<const LayerScratch*> parts;
    for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k)
        parts.push_back(&chunks[k].scratch[node]);
    return parts;
}

Result<void> Network::Impl::forward(const SampleWriter& samples, int count, Pass pass,
                                    const JobContext& context, const Last& last)
{
    ensureChunks(count);
    lastPass = pass;
    if (pass == Pass::Train)
        ++passes;
    if (auto ready = prepareWeights(pass, context); !ready)
        return ready.error();
    for (std::size_t p = 0; p < points.size(); ++p)
        if (auto ready = prepareQuantizer(p); !ready)
            return ready.error();

    const std::size_t end = 2 * nodes.size() + 1;
    // Each round goes from the step where the chunks met last to the next one.
    std::size_t begin = 0;
    for (bool firstRound = true;; firstRound = false) {
        std::size_t stop = firstRound ? 0 : begin + 1;
        while (stop < end && !meetsAt(stop, pass))
            ++stop;
        const bool done = forEachIndex(chunkCount(count), context, [&](std::int64_t k) {
            Chunk& chunk = chunks[static_cast<std::size_t>(k)];
            if (firstRound) {
                chunk.raw[0] = chunk.out[0].data();
                for (int i = 0; i < chunk.count; ++i)
                    samples(k * kChunk + i, chunk.raw[0] + i * shapes[0].numel());
                for (std::size_t n = 0; n < nodes.size(); ++n) {
                    chunk.scratch[n].training = pass == Pass::Train;
                    chunk.scratch[n].firstSample = k * kChunk;
                    chunk.scratch[n].randomKey =
                        CounterRng(seed).bits((std::uint64_t{2} << 32) + passes * nodes.size() + n);
                }
            }
            for (std::size_t step = begin; step < stop; ++step)
                if (step % 2 == 0)
                    quantize(chunk, step / 2, pass, k * kChunk);
                else
                    runLayer(chunk, step / 2);
            if (stop == end)
                last(chunk, static_cast<int>(k) * kChunk);
            else if (stop % 2 == 0)
                findExtremes(chunk, stop / 2);
            else
                nodes[stop / 2].layer->collect(chunk.scratch[stop / 2], chunk.value[stop / 2],
                                               chunk.count);
        });
        if (!done)
            return Error::cancelled();
        for (std::size_t k = 0; k < static_cast<std::size_t>(chunkCount(count)); ++k)
            if (!chunks[k].failed)
                return Error::data(chunks[k].failed.error().message);
        if (stop == end)
            return {};
        if (auto met = meet(stop, count, context); !met)
            return met.error();
        begin = stop;
    }
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
