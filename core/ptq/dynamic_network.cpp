// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/dynamic_network.h"

#include "core/base/parallel.h"
#include "core/calib/dynamic_params.h"
#include "core/calib/observer.h"
#include "core/ptq/ptq_method.h"
#include "core/quant/quantizer.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr std::int64_t kBlock = 32768; ///< products of a byte and a byte that int32 holds for sure

/// A Linear, an Add, or layers that are float, at their place.
struct Step {
    std::size_t first = 0; ///< layer
    std::size_t last = 0;
    std::optional<Network> network; ///< the float layers; the Linear with its quantized weights
    std::optional<DynamicNetwork::LinearLayer> linear;
    std::optional<std::size_t> addFrom; ///< the point of the other summand
};

std::vector<float> valuesOf(const Tensor& tensor)
{
    std::vector<float> buffer;
    const auto read = tensor.read(0, tensor.numel(), buffer);
    return {read.begin(), read.end()};
}

/// The layers [first, last] alone, with their parameters and running statistics.
Result<Network> part(const Network& network, std::span<const Tensor> state, std::size_t first,
                     std::size_t last)
{
    ModelSpec model;
    model.name = network.model().name;
    model.input = network.shapes()[first];
    for (std::size_t i = first; i <= last; ++i)
        model.layers.push_back(network.model().layers[i]);
    auto made = Network::make(model, 0);
    if (!made)
        return made;
    std::vector<Tensor> own;
    for (const auto& tensor : state) {
        const auto dot = tensor.name().find('.');
        for (std::size_t i = first; i <= last; ++i)
            if (tensor.name().substr(0, dot) == std::to_string(i))
                own.push_back(
                    tensor.renamed(std::to_string(i - first) + tensor.name().substr(dot)));
    }
    if (auto loaded = made->loadStateDict(own); !loaded)
        return loaded.error();
    return made;
}

/// Exact, whatever the number of terms.
std::int64_t dot(const std::int16_t* x, const std::int16_t* w, std::int64_t count)
{
    std::int64_t sum = 0;
    for (std::int64_t begin = 0; begin < count; begin += kBlock) {
        const std::int64_t end = std::min(count, begin + kBlock);
        std::int32_t block = 0;
        for (std::int64_t k = begin; k < end; ++k)
            block += std::int32_t{x[k]} * std::int32_t{w[k]};
        sum += block;
    }
    return sum;
}

Error atLayer(std::size_t layer, const Error& error)
{
    return {error.kind == ErrorKind::Usage ? ErrorKind::Data : error.kind,
            "layer " + std::to_string(layer) + ": " + error.message};
}

} // namespace

struct DynamicNetwork::Impl {
    ModelSpec model;
    std::vector<SampleShape> shapes;
    std::vector<Step> steps;
    std::int64_t bytes = 0;

    Result<Tensor> runLinear(Step& step, const Tensor& x, DynamicArithmetic arithmetic,
                             const JobContext& context);
};

DynamicNetwork::DynamicNetwork(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
DynamicNetwork::DynamicNetwork(DynamicNetwork&&) noexcept = default;
DynamicNetwork& DynamicNetwork::operator=(DynamicNetwork&&) noexcept = default;
DynamicNetwork::~DynamicNetwork() = default;

namespace {

Result<Step> linearStep(const Network& network, const std::vector<Tensor>& state, std::size_t layer)
{
    const auto name = std::to_string(layer);
    Step step;
    step.first = step.last = layer;
    DynamicNetwork::LinearLayer linear;
    linear.layer = layer;
    std::vector<Tensor> quantized;
    for (const auto& tensor : state) {
        if (tensor.name() == name + ".bias")
            linear.bias = valuesOf(tensor);
        if (tensor.name() != name + ".weight") {
            quantized.push_back(tensor);
            continue;
        }
        const auto params = chooseQuantParams(tensor, *weightOnlyConfig().all.weight);
        if (!params)
            return atLayer(layer, params.error());
        const auto quantizer = Quantizer::make(*params, tensor.shape());
        if (!quantizer)
            return atLayer(layer, quantizer.error());
        linear.params = *params;
        const auto weight = valuesOf(tensor);
        std::vector<std::int32_t> codes(weight.size());
        std::vector<float> levels(weight.size());
        quantizer->quantize(weight, 0, codes.data());
        quantizer->fakeQuantize(weight, 0, levels.data());
        linear.codes.assign(codes.begin(), codes.end());
        quantized.push_back(Tensor::fromFloats(tensor.name(), tensor.shape(), std::move(levels)));
    }
    auto single = part(network, quantized, layer, layer);
    if (!single)
        return single.error();
    step.network = std::move(*single);
    step.linear = std::move(linear);
    return step;
}

} // namespace

Result<DynamicNetwork> DynamicNetwork::make(const Network& network)
{
    auto impl = std::make_unique<Impl>();
    impl->model = network.model();
    impl->shapes = network.shapes();
    const auto state = network.stateDict();
    const auto& layers = impl->model.layers;
    std::vector<bool> keeps(layers.size(), false); // whose output an Add looks back to
    for (const auto& layer : layers)
        if (layer.kind == LayerKind::Add)
            keeps[static_cast<std::size_t>(layer.from)] = true;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        Step step;
        step.first = step.last = i;
        if (layers[i].kind == LayerKind::Linear) {
            auto made = linearStep(network, state, i);
            if (!made)
                return made.error();
            step = std::move(*made);
        } else if (layers[i].kind == LayerKind::Add) {
            step.addFrom = static_cast<std::size_t>(layers[i].from) + 1;
        } else {
            const auto isFloat = [&](LayerKind kind) {
                return kind != LayerKind::Linear && kind != LayerKind::Add;
            };
            while (!keeps[step.last] && step.last + 1 < layers.size() &&
                   isFloat(layers[step.last + 1].kind))
                ++step.last;
            auto made = part(network, state, step.first, step.last);
            if (!made)
                return made.error();
            step.network = std::move(*made);
            i = step.last;
        }
        impl->steps.push_back(std::move(step));
    }
    for (const auto& tensor : state) {
        const bool counts = !tensor.name().ends_with(".num_batches_tracked") &&
                            tensor.name().find("_fake_quant.") == std::string::npos &&
                            tensor.name().find("activation_post_process.") == std::string::npos;
        if (counts)
            impl->bytes += 4 * tensor.numel();
    }
    for (const auto& step : impl->steps)
        if (step.linear)
            impl->bytes += 8 - 3 * static_cast<std::int64_t>(step.linear->codes.size());
    return DynamicNetwork(std::move(impl));
}

std::vector<DynamicNetwork::LinearLayer> DynamicNetwork::linearLayers() const
{
    std::vector<LinearLayer> layers;
    for (const auto& step : m_impl->steps)
        if (step.linear)
            layers.push_back(*step.linear);
    return layers;
}

std::int64_t DynamicNetwork::bytes() const
{
    return m_impl->bytes;
}

Result<Tensor> DynamicNetwork::Impl::runLinear(Step& step, const Tensor& x,
                                               DynamicArithmetic arithmetic,
                                               const JobContext& context)
{
    const auto& linear = *step.linear;
    const auto values = x.floats();
    const auto [min, max] = std::minmax_element(values.begin(), values.end());
    const bool finite =
        std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
    if (!finite)
        return Error::data("layer " + std::to_string(step.first) +
                           ": expected finite inputs to quantize, found others");
    const auto params = dynamicActivationParams(*min, *max, DType::Quint8, false);
    if (!params)
        return atLayer(step.first, params.error());
    const auto quantizer = Quantizer::make(*params, x.shape());
    if (!quantizer)
        return atLayer(step.first, quantizer.error());
    if (arithmetic == DynamicArithmetic::FakeQuantized) {
        auto seen = fakeQuantize(x, *quantizer, context);
        return seen ? step.network->evaluate(*seen, context) : seen;
    }
    const std::int64_t in = x.shape()[1];
    const std::int64_t out = static_cast<std::int64_t>(linear.codes.size()) / in;
    const std::int64_t count = x.shape()[0];
    const float scale = params->scaleAt(0) * linear.params.scaleAt(0);
    std::vector<float> y(static_cast<std::size_t>(count * out));
    constexpr std::int64_t rowsPerTask = 8;
    const bool done =
        forEachIndex((count + rowsPerTask - 1) / rowsPerTask, context, [&](std::int64_t task) {
            std::vector<std::int32_t> codes(static_cast<std::size_t>(in));
            std::vector<std::int16_t> centred(codes.size());
            for (std::int64_t n = task * rowsPerTask; n < std::min(count, (task + 1) * rowsPerTask);
                 ++n) {
                quantizer->quantize(values.subspan(static_cast<std::size_t>(n * in), codes.size()),
                                    n * in, codes.data());
                for (std::size_t k = 0; k < codes.size(); ++k)
                    centred[k] = static_cast<std::int16_t>(codes[k] - params->zeroPointAt(0));
                for (std::int64_t o = 0; o < out; ++o) {
                    const auto sum = dot(centred.data(), linear.codes.data() + o * in, in);
                    float value = static_cast<float>(sum) * scale;
                    if (!linear.bias.empty())
                        value += linear.bias[static_cast<std::size_t>(o)];
                    y[static_cast<std::size_t>(n * out + o)] = value;
                }
            }
        });
    if (!done)
        return Error::cancelled();
    return Tensor::fromFloats("", *Shape::make({count, out}), std::move(y));
}

Result<std::vector<std::optional<Tensor>>>
DynamicNetwork::run(const Tensor& x, DynamicArithmetic arithmetic, const JobContext& context)
{
    auto& impl = *m_impl;
    std::vector<std::optional<Tensor>> points(impl.shapes.size());
    points[0] = x.toFloat32();
    for (auto& step : impl.steps) {
        const Tensor& input = *points[step.first];
        if (step.addFrom) {
            auto sum = valuesOf(input);
            const auto other = points[*step.addFrom]->floats();
            for (std::size_t i = 0; i < sum.size(); ++i)
                sum[i] += other[i];
            points[step.last + 1] = Tensor::fromFloats("", input.shape(), std::move(sum));
            continue;
        }
        auto y = step.linear ? impl.runLinear(step, input, arithmetic, context)
                             : step.network->evaluate(input, context);
        if (!y)
            return y.error();
        points[step.last + 1] = std::move(*y);
    }
    return points;
}

Result<std::vector<float>> DynamicNetwork::outputsOf(const NetworkSamples& samples,
                                                     std::int64_t begin, std::int64_t count,
                                                     DynamicArithmetic arithmetic,
                                                     const JobContext& context)
{
    const auto images = samples.set.images(begin, count, samples.padding);
    const auto& input = m_impl->shapes.front();
    const bool flat = input.height * input.width == 1;
    const auto shape = flat ? *Shape::make({count, input.channels})
                            : *Shape::make({count, input.channels, input.height, input.width});
    const auto x = Tensor::fromFloats("", shape, valuesOf(images));
    const auto points = run(x, arithmetic, context);
    if (!points)
        return points.error();
    return valuesOf(*points->back());
}

} // namespace qs
