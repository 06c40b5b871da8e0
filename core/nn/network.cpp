// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network_impl.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"

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

} // namespace

Result<Network> Network::make(const ModelSpec& model, std::uint64_t seed)
{
    auto impl = std::make_unique<Impl>();
    impl->model = model;
    impl->shapes.push_back(model.input);
    const CounterRng seeds(seed);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const auto& layer = model.layers[i];
        const auto out = shapeAfter(layer, impl->shapes.back());
        if (!out)
            return out.error();
        Node node;
        node.layer = makeLayer(layer, impl->shapes.back(), *out);
        node.name = std::to_string(i);
        if (layer.hasWeight()) {
            const std::int64_t kernel = layer.kind == LayerKind::Conv2d ? layer.kernel : 1;
            const std::int64_t fanIn = layer.in * kernel * kernel;
            const auto shape = layer.kind == LayerKind::Conv2d
                                   ? shapeOf({layer.out, layer.in, kernel, kernel})
                                   : shapeOf({layer.out, layer.in});
            node.parameter = static_cast<int>(impl->parameters.size());
            for (const auto& [suffix, dims] :
                 {std::pair{".weight", shape}, std::pair{".bias", shapeOf({layer.out})}}) {
                const auto key = seeds.bits(impl->parameters.size());
                impl->parameters.push_back(
                    {node.name + suffix, dims, drawUniform(dims.numel(), fanIn, key),
                     std::vector<float>(static_cast<std::size_t>(dims.numel()))});
            }
            impl->firstWeighted =
                impl->firstWeighted < 0 ? static_cast<int>(i) : impl->firstWeighted;
        }
        impl->nodes.push_back(std::move(node));
        impl->shapes.push_back(*out);
    }
    if (impl->nodes.empty())
        return Error::usage("model: at least one layer is needed");
    impl->points.resize(impl->nodes.size() + 1);
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
std::vector<Parameter>& Network::parameters()
{
    return m_impl->parameters;
}
const std::vector<Parameter>& Network::parameters() const
{
    return m_impl->parameters;
}

std::vector<Tensor> Network::stateDict() const
{
    std::vector<Tensor> tensors;
    for (const auto& p : m_impl->parameters)
        tensors.push_back(Tensor::fromFloats(p.name, p.shape, p.value));
    return tensors;
}

Result<void> Network::loadStateDict(std::span<const Tensor> tensors)
{
    auto& parameters = m_impl->parameters;
    std::vector<std::vector<float>> values(parameters.size());
    for (const auto& tensor : tensors) {
        std::size_t p = 0;
        while (p < parameters.size() && parameters[p].name != tensor.name())
            ++p;
        if (p == parameters.size())
            return Error::data(tensor.name() + ": is no parameter of " + m_impl->model.name);
        if (tensor.shape() != parameters[p].shape)
            return Error::data(tensor.name() + ": expected the shape " +
                               parameters[p].shape.toString() + ", found " +
                               tensor.shape().toString());
        std::vector<float> buffer;
        const auto read = tensor.read(0, tensor.numel(), buffer);
        for (const float v : read)
            if (!std::isfinite(v))
                return Error::data(tensor.name() + ": expected finite numbers, found " +
                                   std::to_string(v));
        values[p].assign(read.begin(), read.end());
    }
    for (std::size_t p = 0; p < parameters.size(); ++p)
        if (values[p].size() != parameters[p].value.size())
            return Error::data(parameters[p].name + ": expected a tensor of this name, found none");
    for (std::size_t p = 0; p < parameters.size(); ++p)
        parameters[p].value = std::move(values[p]);
    return {};
}

Result<BatchResult> Network::trainBatch(const SampleWriter& samples, std::span<const int> labels,
                                        const JobContext& context)
{
    auto& impl = *m_impl;
    const auto done =
        impl.forward(samples, static_cast<int>(labels.size()), Pass::Train, context,
                     [&](Chunk& chunk, int first) {
                         impl.crossEntropy(chunk, labels.subspan(static_cast<std::size_t>(first)),
                                           static_cast<int>(labels.size()), true);
                         impl.backward(chunk, false);
                     });
    if (!done)
        return done.error();
    const BatchResult result = impl.sum(static_cast<int>(labels.size()));
    if (!std::isfinite(result.lossSum))
        return Error::data(impl.blameForward(static_cast<int>(labels.size())));
    if (auto joined = impl.joinGradients(static_cast<int>(labels.size()), context); !joined)
        return joined.error();
    return result;
}

Result<BatchResult> Network::testBatch(const SampleWriter& samples, std::span<const int> labels,
                                       const JobContext& context)
{
    auto& impl = *m_impl;
    const auto done =
        impl.forward(samples, static_cast<int>(labels.size()), Pass::Test, context,
                     [&](Chunk& chunk, int first) {
                         impl.crossEntropy(chunk, labels.subspan(static_cast<std::size_t>(first)),
                                           static_cast<int>(labels.size()), false);
                     });
    if (!done)
        return done.error();
    return impl.sum(static_cast<int>(labels.size()));
}

Result<Tensor> Network::forward(const Tensor& x, const JobContext& context)
{
    auto& impl = *m_impl;
    const SampleShape in = impl.shapes.front();
    const std::int64_t count = x.shape().rank() > 0 ? x.shape()[0] : 0;
    const bool flat = x.shape() == shapeOf({count, in.channels}) && in.height * in.width == 1;
    if (count < 1 || (!flat && x.shape() != shapeOf({count, in.channels, in.height, in.width})))
        return Error::data("expected a batch of " + std::to_string(in.channels) + "x" +
                           std::to_string(in.height) + "x" + std::to_string(in.width) +
                           " samples, found " + x.shape().toString());
    std::vector<float> buffer;
    const auto values = x.read(0, x.numel(), buffer);
    const auto writer = [&](std::int64_t i, float* out) {
        toChannelsLast(values.data() + i * in.numel(), in, out);
    };
    impl.forwardCount = static_cast<int>(count);
    if (auto done =
            impl.forward(writer, impl.forwardCount, Pass::Train, context, [](Chunk&, int) {});
        !done)
        return done.error();
    return impl.gather(impl.forwardCount, impl.shapes.back(),
                       [&](const Chunk& chunk) { return chunk.value.back(); });
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
        impl.backward(chunk, true);
    });
    if (!done)
        return Error::cancelled();
    if (auto joined = impl.joinGradients(count, context); !joined)
        return joined.error();
    return impl.gather(count, impl.shapes.front(),
                       [](const Chunk& chunk) { return chunk.inputGradient; });
}

} // namespace qs
