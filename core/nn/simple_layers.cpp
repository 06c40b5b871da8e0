// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/nn/layer.h"

namespace qs {
namespace {

/// [height, width, channels] to the order of PyTorch's flattened [channels, height, width].
class Flatten : public Layer {
public:
    using Layer::Layer;

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        forEachElement(n, [&](std::ptrdiff_t last, std::ptrdiff_t first) { y[first] = x[last]; });
    }
    void backward(LayerScratch&, const float*, const float*, const float* dy, float* dx,
                  int n) const override
    {
        if (dx != nullptr)
            forEachElement(
                n, [&](std::ptrdiff_t last, std::ptrdiff_t first) { dx[last] = dy[first]; });
    }

private:
    /// Calls body(offset with channels last, offset with channels first).
    template <typename Body>
    void forEachElement(int n, Body body) const
    {
        const std::ptrdiff_t pixels = in().height * in().width;
        for (std::ptrdiff_t sample = 0; sample < n; ++sample)
            for (std::ptrdiff_t p = 0; p < pixels; ++p)
                for (std::ptrdiff_t c = 0; c < in().channels; ++c)
                    body((sample * pixels + p) * in().channels + c,
                         (sample * in().channels + c) * pixels + p);
    }
};

/// In training each element is 0 with probability p, else x / (1 - p); otherwise y = x. The
/// element's random number follows from the pass and its place alone.
class Dropout : public Layer {
public:
    Dropout(double p, SampleShape shape) : Layer(shape, shape), m_p(p) {}

    void forward(LayerScratch& s, const float* x, float* y, int n) const override
    {
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        if (!s.training) {
            std::copy_n(x, count, y);
            return;
        }
        const CounterRng rng(s.randomKey);
        const auto first = static_cast<std::uint64_t>(s.firstSample * in().numel());
        const auto kept = static_cast<float>(1 / (1 - m_p));
        s.mask.resize(static_cast<std::size_t>(count));
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            const auto at = static_cast<std::size_t>(i);
            s.mask[at] = rng.uniform(first + at) < m_p ? 0.0F : kept;
            y[i] = x[i] * s.mask[at];
        }
    }
    void backward(LayerScratch& s, const float*, const float*, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        for (std::ptrdiff_t i = 0; i < count; ++i)
            dx[i] = s.training ? dy[i] * s.mask[static_cast<std::size_t>(i)] : dy[i];
    }

private:
    double m_p;
};

} // namespace

std::unique_ptr<Layer> makeLayer(const LayerSpec& spec, SampleShape in, SampleShape out)
{
    switch (spec.kind) {
    case LayerKind::Linear:
        return makeLinear(in, out);
    case LayerKind::Conv2d:
        return makeConv2d(spec, in, out);
    case LayerKind::BatchNorm1d:
    case LayerKind::BatchNorm2d:
        return makeBatchNorm(spec, in);
    case LayerKind::ReLU:
    case LayerKind::ReLU6:
    case LayerKind::Hardsigmoid:
    case LayerKind::Sigmoid:
    case LayerKind::Tanh:
        return makeElementwise(spec.kind, in);
    case LayerKind::Softmax:
        return makeSoftmax(in);
    case LayerKind::MaxPool2d:
    case LayerKind::AvgPool2d:
        return makePool(spec, in, out);
    case LayerKind::Flatten:
        return std::make_unique<Flatten>(in, out);
    case LayerKind::Dropout:
        return std::make_unique<Dropout>(spec.p, in);
    case LayerKind::Add:
        break;
    }
    return nullptr;
}

} // namespace qs
