// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/layer.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

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

/// A window over one side: where it begins and ends inside of it.
struct Window {
    int begin = 0;
    int end = 0;
};

Window windowAt(int place, const LayerSpec& spec, int size)
{
    const int begin = place * spec.strideInUse() - spec.padding;
    return {std::max(begin, 0), std::min(begin + spec.kernel, size)};
}

/// Calls body(sample, output pixel, rows, columns) for each window; pixels are counted over all
/// samples.
template <typename Body>
void forEachWindow(const LayerSpec& spec, SampleShape in, SampleShape out, int n, Body body)
{
    std::ptrdiff_t pixel = 0;
    for (int sample = 0; sample < n; ++sample)
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x)
                body(sample, pixel++, windowAt(y, spec, in.height), windowAt(x, spec, in.width));
}

/// The largest of each window, of any kernel_size, stride and padding. dx adds dy at the first of
/// the elements that are as large, in the order of rows and columns.
class AnyMaxPool2d : public Layer {
public:
    AnyMaxPool2d(const LayerSpec& spec, SampleShape inShape, SampleShape outShape)
        : Layer(inShape, outShape), m_spec(spec)
    {
    }

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        const std::ptrdiff_t channels = in().channels;
        forEachWindow(m_spec, in(), out(), n,
                      [&](int sample, std::ptrdiff_t pixel, Window rows, Window columns) {
                          for (std::ptrdiff_t c = 0; c < channels; ++c)
                              y[pixel * channels + c] = x[largest(x, sample, rows, columns, c)];
                      });
    }

    void backward(LayerScratch&, const float* x, const float*, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        const std::ptrdiff_t channels = in().channels;
        std::fill_n(dx, std::ptrdiff_t{n} * in().numel(), 0.0F);
        forEachWindow(m_spec, in(), out(), n,
                      [&](int sample, std::ptrdiff_t pixel, Window rows, Window columns) {
                          for (std::ptrdiff_t c = 0; c < channels; ++c)
                              dx[largest(x, sample, rows, columns, c)] += dy[pixel * channels + c];
                      });
    }

private:
    /// Where the window's largest element is. A NaN is taken, the last one, as in PyTorch.
    std::ptrdiff_t largest(const float* x, int sample, Window rows, Window columns,
                           std::ptrdiff_t c) const
    {
        const auto at = [&](int row, int column) {
            return ((std::ptrdiff_t{sample} * in().height + row) * in().width + column) *
                       in().channels +
                   c;
        };
        std::ptrdiff_t best = at(rows.begin, columns.begin);
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column) {
                const std::ptrdiff_t next = at(row, column);
                if (x[next] > x[best] || std::isnan(x[next]))
                    best = next;
            }
        return best;
    }

    LayerSpec m_spec;
};

/// The mean of each window: its sum / kernel_size², zeros of the padding counted (PyTorch's
/// count_include_pad).
class AvgPool2d : public Layer {
public:
    AvgPool2d(const LayerSpec& spec, SampleShape inShape, SampleShape outShape)
        : Layer(inShape, outShape), m_spec(spec)
    {
    }

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        const std::ptrdiff_t channels = in().channels;
        const auto size = static_cast<float>(m_spec.kernel * m_spec.kernel);
        forEachWindow(m_spec, in(), out(), n,
                      [&](int sample, std::ptrdiff_t pixel, Window rows, Window columns) {
                          float* to = y + pixel * channels;
                          std::fill_n(to, channels, 0.0F);
                          forEachElement(sample, rows, columns, [&](std::ptrdiff_t at) {
                              for (std::ptrdiff_t c = 0; c < channels; ++c)
                                  to[c] += x[at + c];
                          });
                          for (std::ptrdiff_t c = 0; c < channels; ++c)
                              to[c] /= size;
                      });
    }

    void backward(LayerScratch&, const float*, const float*, const float* dy, float* dx,
                  int n) const override
    {
        if (dx == nullptr)
            return;
        const std::ptrdiff_t channels = in().channels;
        const auto size = static_cast<float>(m_spec.kernel * m_spec.kernel);
        std::fill_n(dx, std::ptrdiff_t{n} * in().numel(), 0.0F);
        forEachWindow(m_spec, in(), out(), n,
                      [&](int sample, std::ptrdiff_t pixel, Window rows, Window columns) {
                          const float* from = dy + pixel * channels;
                          forEachElement(sample, rows, columns, [&](std::ptrdiff_t at) {
                              for (std::ptrdiff_t c = 0; c < channels; ++c)
                                  dx[at + c] += from[c] / size;
                          });
                      });
    }

private:
    template <typename Body>
    void forEachElement(int sample, Window rows, Window columns, Body body) const
    {
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column)
                body(((std::ptrdiff_t{sample} * in().height + row) * in().width + column) *
                     in().channels);
    }

    LayerSpec m_spec;
};

} // namespace

std::unique_ptr<Layer> makePool(const LayerSpec& spec, SampleShape in, SampleShape out)
{
    if (spec.kind == LayerKind::AvgPool2d)
        return std::make_unique<AvgPool2d>(spec, in, out);
    if (spec.kernel == 2 && spec.strideInUse() == 2 && spec.padding == 0)
        return std::make_unique<MaxPool2d>(in, out);
    return std::make_unique<AnyMaxPool2d>(spec, in, out);
}

} // namespace qs
