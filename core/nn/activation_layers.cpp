// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/layer.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

// Functions of one element, and their derivative as a function of x and y, as PyTorch has them
// (aten/src/ATen/native/cpu/Activation.cpp, BinaryOpsKernel.cpp). NaN stays NaN.

struct ReLU {
    static constexpr bool inPlace = true; // the derivative needs no more than y
    static float value(float x) { return x < 0 ? 0 : x; }
    static float slope(float /*x*/, float y) { return y > 0 ? 1.0F : 0.0F; }
};

struct ReLU6 {
    static constexpr bool inPlace = true;
    static float value(float x) { return x < 0 ? 0 : (x > 6 ? 6 : x); }
    static float slope(float /*x*/, float y) { return y > 0 && y < 6 ? 1.0F : 0.0F; }
};

struct Hardsigmoid {
    static constexpr bool inPlace = true;
    static float value(float x)
    {
        const float t = x + 3;
        return (t < 0 ? 0 : (t > 6 ? 6 : t)) / 6;
    }
    static float slope(float /*x*/, float y) { return y > 0 && y < 1 ? 1.0F / 6.0F : 0.0F; }
};

struct Sigmoid {
    static constexpr bool inPlace = true;
    static float value(float x)
    {
        return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(x))));
    }
    static float slope(float /*x*/, float y) { return y * (1 - y); }
};

struct Tanh {
    static constexpr bool inPlace = true;
    static float value(float x) { return std::tanh(x); }
    static float slope(float /*x*/, float y) { return 1 - y * y; }
};

template <typename Function>
class Elementwise : public Layer {
public:
    using Layer::Layer;
    bool inPlace() const override { return Function::inPlace; }

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        for (std::ptrdiff_t i = 0; i < count; ++i)
            y[i] = Function::value(x[i]);
    }
    void backward(LayerScratch&, const float* x, const float* y, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        for (std::ptrdiff_t i = 0; i < count; ++i)
            dx[i] = dy[i] * Function::slope(x[i], y[i]);
    }
};

/// Over the channels of each pixel, PyTorch's dim=1: y_c = exp(x_c - max) / Σ exp(x_k - max),
/// dx_c = y_c (dy_c - Σ dy_k y_k). Sums in double.
class Softmax : public Layer {
public:
    using Layer::Layer;

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        forEachPixel(n, [&](std::ptrdiff_t at) {
            const float* from = x + at;
            const double largest = *std::max_element(from, from + in().channels);
            double sum = 0;
            for (std::ptrdiff_t c = 0; c < in().channels; ++c)
                sum += std::exp(static_cast<double>(from[c]) - largest);
            for (std::ptrdiff_t c = 0; c < in().channels; ++c)
                y[at + c] =
                    static_cast<float>(std::exp(static_cast<double>(from[c]) - largest) / sum);
        });
    }
    void backward(LayerScratch&, const float*, const float* y, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        forEachPixel(n, [&](std::ptrdiff_t at) {
            double sum = 0;
            for (std::ptrdiff_t c = at; c < at + in().channels; ++c)
                sum += static_cast<double>(dy[c]) * static_cast<double>(y[c]);
            for (std::ptrdiff_t c = at; c < at + in().channels; ++c)
                dx[c] = static_cast<float>(static_cast<double>(y[c]) *
                                           (static_cast<double>(dy[c]) - sum));
        });
    }

private:
    template <typename Body>
    void forEachPixel(int n, Body body) const
    {
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        for (std::ptrdiff_t at = 0; at < count; at += in().channels)
            body(at);
    }
};

} // namespace

std::unique_ptr<Layer> makeElementwise(LayerKind kind, SampleShape shape)
{
    switch (kind) {
    case LayerKind::ReLU6:
        return std::make_unique<Elementwise<ReLU6>>(shape, shape);
    case LayerKind::Hardsigmoid:
        return std::make_unique<Elementwise<Hardsigmoid>>(shape, shape);
    case LayerKind::Sigmoid:
        return std::make_unique<Elementwise<Sigmoid>>(shape, shape);
    case LayerKind::Tanh:
        return std::make_unique<Elementwise<Tanh>>(shape, shape);
    default:
        return std::make_unique<Elementwise<ReLU>>(shape, shape);
    }
}

std::unique_ptr<Layer> makeSoftmax(SampleShape shape)
{
    return std::make_unique<Softmax>(shape, shape);
}

} // namespace qs
