// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/layer.h"

namespace qs {
namespace {

/// y = max(x, 0); dx = dy where y > 0.
class ReLU : public Layer {
public:
    using Layer::Layer;
    bool inPlace() const override { return true; }

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        for (std::ptrdiff_t i = 0; i < count; ++i)
            y[i] = x[i] < 0 ? 0 : x[i]; // NaN stays NaN, as in PyTorch
    }
    void backward(LayerScratch&, const float*, const float* y, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        for (std::ptrdiff_t i = 0; i < count; ++i)
            dx[i] = y[i] > 0 ? dy[i] : 0;
    }
};

/// The largest of each 2x2 square, the first of equal ones; an odd last row or column is left out.
/// dx = dy at that element, 0 elsewhere.
class MaxPool2d : public Layer {
public:
    using Layer::Layer;

    void prepareScratch(LayerScratch& s) const override
    {
        s.argmax.resize(static_cast<std::size_t>(kChunk * out().numel()));
    }

    void forward(LayerScratch& s, const float* x, float* y, int n) const override
    {
        std::uint8_t* which = s.argmax.data();
        const std::ptrdiff_t channels = in().channels;
        forEachSquare(n, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            const float* __restrict x0 = x + from;
            const float* __restrict x1 = x0 + channels;
            const float* __restrict x2 = x0 + in().width * channels;
            const float* __restrict x3 = x2 + channels;
            float* __restrict out = y + to;
            std::uint8_t* __restrict arg = which + to;
            for (std::ptrdiff_t c = 0; c < channels; ++c) {
                float best = x0[c];
                std::uint8_t at = 0;
                // A NaN is taken and stays, as in PyTorch.
                const bool take1 = x1[c] > best || x1[c] != x1[c];
                best = take1 ? x1[c] : best;
                at = take1 ? 1 : at;
                const bool take2 = x2[c] > best || x2[c] != x2[c];
                best = take2 ? x2[c] : best;
                at = take2 ? 2 : at;
                const bool take3 = x3[c] > best || x3[c] != x3[c];
                best = take3 ? x3[c] : best;
                at = take3 ? 3 : at;
                out[c] = best;
                arg[c] = at;
            }
        });
    }

    void backward(LayerScratch& s, const float*, const float*, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        if (in().width % 2 != 0 || in().height % 2 != 0)
            std::fill_n(dx, std::ptrdiff_t{n} * in().numel(), 0.0F);
        const std::uint8_t* which = s.argmax.data();
        const std::ptrdiff_t channels = in().channels;
        forEachSquare(n, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            const float* __restrict in0 = dy + to;
            const std::uint8_t* __restrict arg = which + to;
            float* __restrict x0 = dx + from;
            float* __restrict x1 = x0 + channels;
            float* __restrict x2 = x0 + in().width * channels;
            float* __restrict x3 = x2 + channels;
            for (std::ptrdiff_t c = 0; c < channels; ++c) {
                x0[c] = arg[c] == 0 ? in0[c] : 0;
                x1[c] = arg[c] == 1 ? in0[c] : 0;
                x2[c] = arg[c] == 2 ? in0[c] : 0;
                x3[c] = arg[c] == 3 ? in0[c] : 0;
            }
        });
    }

private:
    /// Calls body(offset of a square's first pixel in x, offset of its pixel in y).
    template <typename Body>
    void forEachSquare(int n, Body body) const
    {
        const std::ptrdiff_t channels = in().channels;
        std::ptrdiff_t to = 0;
        for (std::ptrdiff_t sample = 0; sample < n; ++sample)
            for (std::ptrdiff_t row = 0; row < out().height; ++row)
                for (std::ptrdiff_t column = 0; column < out().width; ++column) {
                    body(((sample * in().height + 2 * row) * in().width + 2 * column) * channels,
                         to);
                    to += channels;
                }
    }
};

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

} // namespace

std::unique_ptr<Layer> makeLayer(const LayerSpec& spec, SampleShape in, SampleShape out)
{
    switch (spec.kind) {
    case LayerKind::Linear:
        return makeLinear(in, out);
    case LayerKind::Conv2d:
        return makeConv2d(spec, in, out);
    case LayerKind::ReLU:
        return std::make_unique<ReLU>(in, out);
    case LayerKind::MaxPool2d:
        return std::make_unique<MaxPool2d>(in, out);
    case LayerKind::Flatten:
        return std::make_unique<Flatten>(in, out);
    }
    return nullptr;
}

} // namespace qs
