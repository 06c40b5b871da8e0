// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/op.h"

#include <cstring>

namespace qs::integer {
namespace {

/// The part of a window that lies in the image, for each output position.
template <typename Body>
void forEachWindow(const IntegerOp& op, SampleShape in, SampleShape out, Body body)
{
    for (int row = 0; row < out.height; ++row)
        for (int column = 0; column < out.width; ++column) {
            const int y = row * op.stride - op.padding;
            const int x = column * op.stride - op.padding;
            body(std::max(y, 0), std::min(y + op.kernel, in.height), std::max(x, 0),
                 std::min(x + op.kernel, in.width));
        }
}

class Pool : public Op {
public:
    Pool(const IntegerOp& op, SampleShape in, SampleShape out) : m_in(in), m_out(out)
    {
        m_op.kernel = op.kernel;
        m_op.stride = op.stride;
        m_op.padding = op.padding;
    }

protected:
    /// Calls body(pixel) for each pixel of a window, and last(y) behind each window.
    template <typename Body, typename Last>
    void forEachPixel(const Run& run, Body body, Last last) const
    {
        const std::ptrdiff_t channels = m_in.channels;
        std::uint8_t* y = run.y;
        for (int s = 0; s < run.samples; ++s) {
            const std::uint8_t* x = run.x + std::ptrdiff_t{s} * m_in.numel();
            forEachWindow(m_op, m_in, m_out, [&](int top, int bottom, int left, int right) {
                for (int row = top; row < bottom; ++row)
                    for (int column = left; column < right; ++column)
                        body(x + (std::ptrdiff_t{row} * m_in.width + column) * channels, y,
                             row == top && column == left);
                last(y);
                y += channels;
            });
        }
    }

    IntegerOp m_op;
    SampleShape m_in;
    SampleShape m_out;
};

class MaxPool : public Pool {
public:
    using Pool::Pool;
    void run(Work&, const Run& run) const override
    {
        const std::ptrdiff_t channels = m_in.channels;
        forEachPixel(
            run,
            [&](const std::uint8_t* x, std::uint8_t* y, bool first) {
                if (first)
                    std::memcpy(y, x, static_cast<std::size_t>(channels));
                else
                    for (std::ptrdiff_t c = 0; c < channels; ++c)
                        y[c] = std::max(y[c], x[c]);
            },
            [](std::uint8_t*) {});
    }
};

/// sum / count to the nearest whole number, half to even. sum >= 0, count > 0.
std::int32_t roundedMean(std::int32_t sum, std::int32_t count)
{
    const std::int32_t mean = sum / count;
    const std::int32_t twice = 2 * (sum % count);
    return mean + (twice > count || (twice == count && mean % 2 != 0) ? 1 : 0);
}

/// round(Σ q / kernel^2), half to even, with zero_point as the code of padding. As PyTorch's
/// quantized avg_pool2d, which rounds after zero_point is added
/// (aten/src/ATen/native/quantized/cpu/ kernels/QuantizedOpKernels.cpp); it multiplies with the
/// float32 nearest to 1 / kernel^2, which is the same but at some ties of kernels of 6, 10, ...
/// QNNPACK's own kernel for quint8 rounds before, which differs at ties where zero_point is odd.
class AvgPool : public Pool {
public:
    AvgPool(const IntegerOp& op, const OpInput& in, SampleShape out)
        : Pool(op, in.shape, out), m_zeroPoint(asBytes(*in.quant).zeroPoint)
    {
    }
    void run(Work& work, const Run& run) const override
    {
        auto& sums = work.product.sums;
        const std::ptrdiff_t channels = m_in.channels;
        const int count = m_op.kernel * m_op.kernel;
        int inside = 0;
        forEachPixel(
            run,
            [&](const std::uint8_t* x, std::uint8_t*, bool first) {
                inside = first ? 1 : inside + 1;
                for (std::ptrdiff_t c = 0; c < channels; ++c) {
                    auto& sum = sums[static_cast<std::size_t>(c)];
                    sum = (first ? 0 : sum) + x[c];
                }
            },
            [&](std::uint8_t* y) {
                const std::int32_t padding = (count - inside) * m_zeroPoint;
                for (std::ptrdiff_t c = 0; c < channels; ++c)
                    y[c] = static_cast<std::uint8_t>(
                        roundedMean(sums[static_cast<std::size_t>(c)] + padding, count));
            });
    }
    void prepare(Work& work) const override
    {
        work.product.sums = LargeArray<std::int32_t>(static_cast<std::size_t>(m_in.channels));
    }

private:
    int m_zeroPoint;
};

} // namespace

std::unique_ptr<Op> makePool(const IntegerOp& op, const OpInput& in, SampleShape out)
{
    if (op.kind == IntegerOpKind::MaxPool2d)
        return std::make_unique<MaxPool>(op, in.shape, out);
    return std::make_unique<AvgPool>(op, in, out);
}

} // namespace qs::integer
