// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/nn/network_impl.h"

#include <cmath>

namespace qs {
namespace {

Shape shapeOf(std::vector<std::int64_t> sizes)
{
    return *Shape::make(std::move(sizes));
}

/// Uniform in ±1/sqrt(fan_in): kaiming_uniform_(a = sqrt(5)) has the bound
/// sqrt(6 / ((1 + a²) fan_in)) = 1/sqrt(fan_in).
std::vector<float> drawUniform(std::int64_t count, std::int64_t fanIn, std::uint64_t seed)
{
    const CounterRng rng(seed);
    const double bound = 1.0 / std::sqrt(static_cast<double>(fanIn));
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((2 * rng.uniform(i) - 1) * bound);
    return values;
}

/// Whether a layer behind this one may write over its output: backward does not need it.
bool letsGoOfOutput(LayerKind kind)
{
    return kind == LayerKind::Linear || kind == LayerKind::Conv2d || kind == LayerKind::Add ||
           kind == LayerKind::BatchNorm1d || kind == LayerKind::BatchNorm2d ||
           kind == LayerKind::AvgPool2d || kind == LayerKind::Flatten;
}

} // namespace

Result<Network> Network::make(const ModelSpec& model, std::uint64_t seed)
{
    auto shapes = shapesOf(model);
    if (!shapes)
        return shapes.error();
    auto impl = std::make_unique<Impl>();
    impl->model = model;
    impl->seed = seed;
    impl->shapes = std::move(*shapes);
    impl->points.resize(model.layers.size() + 1);
    impl->firstTrained = model.layers.size();
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (model.layers[i].kind == LayerKind::Add)
            impl->points[static_cast<std::size_t>(model.layers[i].from) + 1].addedBy =
                static_cast<std::ptrdiff_t>(i);
    const CounterRng seeds(seed);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const auto& layer = model.layers[i];
        Node node;
        node.kind = layer.kind;
        node.name = std::to_string(i);
        if (layer.kind == LayerKind::Add)
            node.from = static_cast<std::size_t>(layer.from) + 1;
        else if (layer.isBatchNorm()) {
            auto batchNorm = makeBatchNorm(layer, impl->shapes[i]);
            node.batchNorm = batchNorm.get();
            node.layer = std::move(batchNorm);
        } else
            node.layer = makeLayer(layer, impl->shapes[i], impl->shapes[i + 1]);
        node.inPlace = node.layer && node.layer->inPlace() && impl->points[i].addedBy < 0 &&
                       i > 0 && letsGoOfOutput(model.layers[i - 1].kind);
        const auto addParameter = [&](const char* suffix, const Shape& shape,
                                      std::vector<float> value) {
            impl->parameters.push_back(
                {node.name + suffix, shape, std::move(value),
                 std::vector<float>(static_cast<std::size_t>(shape.numel()))});
            return static_cast<std::ptrdiff_t>(impl->parameters.size()) - 1;
        };
        if (layer.hasWeight()) {
            const std::int64_t kernel = layer.kind == LayerKind::Conv2d ? layer.kernel : 1;
            const std::int64_t fanIn = layer.in * kernel * kernel;
            const auto shape = layer.kind == LayerKind::Conv2d
                                   ? shapeOf({layer.out, layer.in, kernel, kernel})
                                   : shapeOf({layer.out, layer.in});
            node.weight = addParameter(
                ".weight", shape,
                drawUniform(shape.numel(), fanIn, seeds.bits(impl->parameters.size())));
            if (layer.bias)
                node.bias = addParameter(
                    ".bias", shapeOf({layer.out}),
                    drawUniform(layer.out, fanIn, seeds.bits(impl->parameters.size())));
        } else if (layer.isBatchNorm()) {
            const auto size = static_cast<std::size_t>(layer.in);
            node.weight =
                addParameter(".weight", shapeOf({layer.in}), std::vector<float>(size, 1.0F));
            node.bias = addParameter(".bias", shapeOf({layer.in}), std::vector<float>(size));
        }
        if (node.weight >= 0)
            impl->firstTrained = std::min(impl->firstTrained, i);
        impl->nodes.push_back(std::move(node));
    }
    impl->layerParameters = impl->parameters.size();
    return Network(std::move(impl));
}

Network::Network(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

const ModelSpec& Network::model() const
{
    return m_impl->model;
}
int Network::outputs() const
{
    return m_impl->shapes.back().numel();
}
const std::vector<SampleShape>& Network::shapes() const
{
    return m_impl->shapes;
}
std::vector<Parameter>& Network::parameters()
{
    return m_impl->parameters;
}
const std::vector<Parameter>& Network::parameters() const
{
    return m_impl->parameters;
}

Result<BatchResult> Network::trainBatch(const SampleWriter& samples, const BatchTargets& targets,
                                        const JobContext& context)
{
    auto& impl = *m_impl;
    const int count = static_cast<int>(targets.count(static_cast<std::size_t>(outputs())));
    const bool wantInput = impl.points[0].learned >= 0;
    const bool alone = impl.chunksAreAlone();
    auto done = impl.forward(samples, count, Pass::Train, context, [&](Chunk& chunk, int first) {
        impl.lossOf(chunk, targets, first, true);
        if (alone)
            impl.backwardAlone(chunk, wantInput);
    });
    if (!done)
        return done.error();
    const BatchResult result = impl.sum(count);
    if (!std::isfinite(result.lossSum))
        return Error::data(impl.blameForward(count));
    if (!alone)
        if (done = impl.backward(count, wantInput, context); !done)
            return done.error();
    if (auto joined = impl.joinGradients(count, context); !joined)
        return joined.error();
    return result;
}

Result<BatchResult> Network::testBatch(const SampleWriter& samples, const BatchTargets& targets,
                                       const JobContext& context)
{
    auto& impl = *m_impl;
    const int count = static_cast<int>(targets.count(static_cast<std::size_t>(outputs())));
    const auto done =
        impl.forward(samples, count, Pass::Test, context,
                     [&](Chunk& chunk, int first) { impl.lossOf(chunk, targets, first, false); });
    if (!done)
        return done.error();
    return impl.sum(count);
}

Result<void> Network::observeBatch(const SampleWriter& samples, std::int64_t count,
                                   const JobContext& context)
{
    return m_impl->forward(samples, static_cast<int>(count), Pass::Observe, context,
                           [](Chunk&, int) {});
}

Result<std::vector<float>> Network::outputsOf(const SampleWriter& samples, std::int64_t count,
                                              const JobContext& context)
{
    std::vector<float> all(static_cast<std::size_t>(count) * static_cast<std::size_t>(outputs()));
    const SampleShape shape = m_impl->shapes.back();
    const auto done = m_impl->forward(
        samples, static_cast<int>(count), Pass::Test, context, [&](Chunk& chunk, int first) {
            const std::ptrdiff_t pixels = shape.height * shape.width;
            float* to = all.data() + std::ptrdiff_t{first} * shape.numel();
            for (std::ptrdiff_t i = 0; i < chunk.count; ++i)
                for (std::ptrdiff_t c = 0; c < shape.channels; ++c)
                    for (std::ptrdiff_t p = 0; p < pixels; ++p)
                        *to++ = chunk.value.back()[i * shape.numel() + p * shape.channels + c];
        });
    if (!done)
        return done.error();
    return all;
}

namespace {

/// A batch of channels-first samples.
Result<std::int64_t> batchOf(const Tensor& x, SampleShape in)
{
    const std::int64_t count = x.shape().rank() > 0 ? x.shape()[0] : 0;
    const bool flat = in.height * in.width == 1 && x.shape() == shapeOf({count, in.channels});
    if (count < 1 || (!flat && x.shape() != shapeOf({count, in.channels, in.height, in.width})))
        return Error::data("expected a batch of " + in.toString() + " samples, found " +
                           x.shape().toString());
    return count;
}

} // namespace

Result<std::vector<LayerOutput>>
Network::layerOutputs(const SampleWriter& samples, std::int64_t count, const JobContext& context)
{
    auto& impl = *m_impl;
    // Layers that write over their input would lose what came before them.
    std::vector<char> inPlace;
    for (auto& node : impl.nodes) {
        inPlace.push_back(node.inPlace ? 1 : 0);
        node.inPlace = false;
    }
    std::vector<Chunk> chunks;
    chunks.swap(impl.chunks);
    const auto done =
        impl.forward(samples, static_cast<int>(count), Pass::Test, context, [](Chunk&, int) {});
    std::vector<LayerOutput> outputs;
    if (done)
        for (std::size_t p = 0; p < impl.points.size(); ++p)
            outputs.push_back({p == 0 ? "input" : impl.nodes[p - 1].name,
                               impl.gather(static_cast<int>(count), impl.shapes[p],
                                           [p](const Chunk& chunk) { return chunk.raw[p]; }),
                               impl.gather(static_cast<int>(count), impl.shapes[p],
                                           [p](const Chunk& chunk) { return chunk.value[p]; })});
    impl.chunks.swap(chunks);
    for (std::size_t i = 0; i < impl.nodes.size(); ++i)
        impl.nodes[i].inPlace = inPlace[i] != 0;
    if (!done)
        return done.error();
    return outputs;
}

Result<Tensor> Network::forward(const Tensor& x, const JobContext& context)
{
    return m_impl->pass(x, Pass::Train, context);
}

Result<Tensor> Network::evaluate(const Tensor& x, const JobContext& context)
{
    return m_impl->pass(x, Pass::Test, context);
}

Result<Tensor> Network::Impl::pass(const Tensor& x, Pass pass, const JobContext& context)
{
    const SampleShape in = shapes.front();
    const auto count = batchOf(x, in);
    if (!count)
        return count.error();
    std::vector<float> buffer;
    const auto values = x.read(0, x.numel(), buffer);
    const auto writer = [&](std::int64_t i, float* out) {
        toChannelsLast(values.data() + i * in.numel(), in, out);
    };
    forwardCount = static_cast<int>(*count);
    if (auto done = forward(writer, forwardCount, pass, context, [](Chunk&, int) {}); !done)
        return done.error();
    return gather(forwardCount, shapes.back(),
                  [](const Chunk& chunk) { return chunk.value.back(); });
}

Result<Tensor> Network::backward(const Tensor& dy, const JobContext& context)
{
    auto& impl = *m_impl;
    const SampleShape out = impl.shapes.back();
    const int count = impl.forwardCount;
    if (dy.numel() != std::int64_t{count} * out.numel())
        return Error::data("expected a gradient of " +
                           std::to_string(std::int64_t{count} * out.numel()) + " elements, found " +
                           dy.shape().toString());
    std::vector<float> buffer;
    const auto values = dy.read(0, dy.numel(), buffer);
    const bool done = forEachIndex(chunkCount(count), context, [&](std::int64_t k) {
        Chunk& chunk = impl.chunks[static_cast<std::size_t>(k)];
        for (std::int64_t i = 0; i < chunk.count; ++i)
            toChannelsLast(values.data() + (k * kChunk + i) * out.numel(), out,
                           chunk.gradient[0].data() + i * out.numel());
    });
    if (!done)
        return Error::cancelled();
    if (auto ran = impl.backward(count, true, context); !ran)
        return ran.error();
    if (auto joined = impl.joinGradients(count, context); !joined)
        return joined.error();
    return impl.gather(count, impl.shapes.front(), [](const Chunk& chunk) { return chunk.dy; });
}

} // namespace qs
