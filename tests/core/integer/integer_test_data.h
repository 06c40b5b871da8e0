// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/integer/integer_network.h"

#include <vector>

namespace qs::test {

/// Random numbers one after the other.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : m_rng(seed) {}
    /// In [low, high].
    int whole(int low, int high)
    {
        return low +
               static_cast<int>(m_rng.below(m_next++, static_cast<std::uint64_t>(high - low + 1)));
    }
    bool coin() { return whole(0, 1) == 1; }
    float real(float low, float high)
    {
        return low + (high - low) * static_cast<float>(m_rng.uniform(m_next++));
    }

private:
    CounterRng m_rng;
    std::uint64_t m_next = 0;
};

/// A range of 2 … 8 bits, signed or not, with a zero_point in it.
inline IntegerQuant drawQuant(Draw& draw, float scale)
{
    const int bits = draw.coin() ? 8 : draw.whole(2, 8);
    IntegerQuant q;
    q.scale = scale;
    q.quantMin = draw.coin() ? -(1 << (bits - 1)) : 0;
    q.quantMax = q.quantMin + (1 << bits) - 1;
    q.zeroPoint = draw.whole(q.quantMin, q.quantMax);
    return q;
}

inline IntegerOp quantizeOp(IntegerQuant output)
{
    IntegerOp op;
    op.output = output;
    return op;
}

/// A Linear or Conv2d with random weights; output ranges that some outputs leave.
inline IntegerOp drawProduct(Draw& draw, IntegerOpKind kind, int in, int out, int kernel,
                             int stride, int padding, float inScale)
{
    IntegerOp op;
    op.kind = kind;
    op.out = out;
    op.kernel = kernel;
    op.stride = stride;
    op.padding = padding;
    op.activation = static_cast<IntegerActivation>(draw.whole(0, 2));
    const bool perChannel = draw.coin();
    const int window = kind == IntegerOpKind::Conv2d ? kernel * kernel : 1;
    IntegerWeights& w = op.weights;
    const IntegerQuant range = drawQuant(draw, 1);
    w.quantMin = range.quantMin;
    w.quantMax = range.quantMax;
    for (int i = 0; i < in * out * window; ++i)
        w.codes.push_back(draw.whole(w.quantMin, w.quantMax));
    for (int c = 0; c < (perChannel ? out : 1); ++c) {
        w.scale.push_back(draw.real(0.001F, 0.05F));
        w.zeroPoint.push_back(draw.whole(w.quantMin, w.quantMax));
    }
    for (int c = 0; c < out; ++c)
        w.bias.push_back(draw.real(-2, 2));
    op.output = drawQuant(draw, inScale * draw.real(0.02F, 3) * 0.3F);
    return op;
}

inline std::vector<float> drawSamples(Draw& draw, std::size_t count, float low, float high)
{
    std::vector<float> x(count);
    for (auto& v : x)
        v = draw.real(low, high);
    return x;
}

inline std::vector<int> allOps(int count)
{
    std::vector<int> ops;
    for (int i = 0; i < count; ++i)
        ops.push_back(i);
    return ops;
}

} // namespace qs::test
