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

/// The largest of each 2x2 square; an odd last row or column is left out. dx = dy at the first of
/// the elements that are as large, in the order of rows and columns, 0 elsewhere.
///
/// Whole vectors of channels are written: what spills over a pixel's end is overwritten by the next
/// one, as pixels are written in ascending order.
class MaxPool2d : public Layer {
public:
    using Layer::Layer;

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        const std::ptrdiff_t channels = in().channels;
        for (std::ptrdiff_t row = 0; row < std::ptrdiff_t{n} * out().height; ++row) {
            const float* from = x + lineOf(row) * in().width * channels;
            for (std::ptrdiff_t column = 0; column < out().width; ++column) {
                for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
                    Vector v[4];
                    loadSquare(v, from + c);
                    Vector best = v[0];
                    // A NaN is taken and stays, as in PyTorch.
                    repeat<3>([&](auto k) {
                        const auto& next = v[k + 1];
                        best = (next > best) | (next != next) ? next : best;
                    });
                    store(best, y + c);
                }
                from += 2 * channels;
                y += channels;
            }
        }
    }

    void backward(LayerScratch&, const float* x, const float* y, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        const std::ptrdiff_t channels = in().channels;
        const std::ptrdiff_t line = in().width * channels;
        const std::ptrdiff_t outLine = out().width * channels;
        for (std::ptrdiff_t row = 0; row < std::ptrdiff_t{n} * out().height; ++row) {
            const std::ptrdiff_t at = lineOf(row) * line;
            backwardLine<0>(x + at, y + row * outLine, dy + row * outLine, dx + at);
            backwardLine<2>(x + at, y + row * outLine, dy + row * outLine, dx + at + line);
            if (in().height % 2 != 0 && row % out().height == out().height - 1)
                std::fill_n(dx + at + 2 * line, line, 0.0F);
        }
    }

private:
    /// The upper of the two image lines that an output line, counted over all samples, is of.
    std::ptrdiff_t lineOf(std::ptrdiff_t row) const
    {
        return row / out().height * in().height + row % out().height * 2;
    }

    void loadSquare(Vector (&v)[4], const float* from) const
    {
        const std::ptrdiff_t channels = in().channels;
        const float* below = from + in().width * channels;
        load(v[0], from);
        load(v[1], from + channels);
        load(v[2], below);
        load(v[3], below + channels);
    }

    /// One of the two lines of dx: elements `first` and first + 1 of each square.
    template <int first>
    void backwardLine(const float* x, const float* y, const float* dy, float* dx) const
    {
        const std::ptrdiff_t channels = in().channels;
        const auto pixel = [&]<int which>() {
            for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
                Vector v[4];
                Vector best;
                Vector gradient;
                loadSquare(v, x + c);
                load(best, y + c);
                load(gradient, dy + c);
                auto taken = v[which] == best;
                repeat<which>([&](auto k) { taken &= ~(v[k] == best); });
                store(taken ? gradient : Vector{}, dx + c);
            }
            dx += channels;
        };
        for (std::ptrdiff_t column = 0; column < out().width; ++column) {
            pixel.template operator()<first>();
            pixel.template operator()<first + 1>();
            x += 2 * channels;
            y += channels;
            dy += channels;
        }
        if (in().width % 2 != 0)
            std::fill_n(dx, channels, 0.0F);
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
