// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor_stats.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

/// Joins b, of later elements, into a.
void join(TensorStats& a, const TensorStats& b)
{
    const auto na = static_cast<double>(a.finiteCount());
    const auto nb = static_cast<double>(b.finiteCount());
    if (nb > 0) {
        // stddev holds Σ(x-mean)² until the very end.
        const double delta = b.mean - a.mean;
        a.stddev += b.stddev + delta * delta * na * nb / (na + nb);
        a.mean += delta * nb / (na + nb);
        a.min = na > 0 ? std::min(a.min, b.min) : b.min;
        a.max = na > 0 ? std::max(a.max, b.max) : b.max;
    }
    a.count += b.count;
    a.nanCount += b.nanCount;
    a.posInfCount += b.posInfCount;
    a.negInfCount += b.negInfCount;
}

TensorStats statsOf(std::span<const float> x)
{
    TensorStats s;
    s.count = static_cast<std::int64_t>(x.size());
    float lo = kInf;
    float hi = -kInf;
    std::int64_t finite = 0;
    double sum = 0;
    for (const float v : x) {
        const bool ok = std::fabs(v) < kInf;
        finite += ok ? 1 : 0;
        lo = ok && v < lo ? v : lo;
        hi = ok && v > hi ? v : hi;
        sum += ok ? static_cast<double>(v) : 0.0;
    }
    if (finite != s.count) {
        for (const float v : x) {
            s.nanCount += std::isnan(v) ? 1 : 0;
            s.posInfCount += v == kInf ? 1 : 0;
            s.negInfCount += v == -kInf ? 1 : 0;
        }
    }
    if (finite == 0)
        return s;
    s.min = lo;
    s.max = hi;
    s.mean = sum / static_cast<double>(finite);
    double squares = 0;
    for (const float v : x) {
        const double d = std::fabs(v) < kInf ? static_cast<double>(v) - s.mean : 0.0;
        squares += d * d;
    }
    s.stddev = squares;
    return s;
}

} // namespace

Result<TensorStats> computeStats(const Tensor& tensor, const JobContext& context)
{
    std::vector<TensorStats> parts(static_cast<std::size_t>(blockCount(tensor.numel())));
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            parts[static_cast<std::size_t>(block)] = statsOf(tensor.read(begin, end, buffer));
        });
    if (!done)
        return Error::cancelled();
    TensorStats total;
    for (const auto& part : parts)
        join(total, part);
    const auto n = static_cast<double>(total.finiteCount());
    total.stddev = n > 0 ? std::sqrt(total.stddev / n) : 0;
    return total;
}

Result<std::vector<ChannelRange>> computeChannelRanges(const Tensor& tensor, int axis,
                                                       const JobContext& context)
{
    const auto layout = ChannelLayout::of(tensor.shape(), axis);
    std::vector<ChannelRange> ranges(static_cast<std::size_t>(layout.channels));
    const bool done = forEachIndex(layout.channels, context, [&](std::int64_t c) {
        thread_local std::vector<float> buffer;
        float lo = kInf;
        float hi = -kInf;
        for (std::int64_t o = 0; o < layout.outer && !context.stopRequested(); ++o) {
            const std::int64_t run = (o * layout.channels + c) * layout.inner;
            for (std::int64_t at = 0; at < layout.inner; at += kBlockSize) {
                const std::int64_t end = std::min(at + kBlockSize, layout.inner);
                for (const float v : tensor.read(run + at, run + end, buffer)) {
                    const bool ok = std::fabs(v) < kInf;
                    lo = ok && v < lo ? v : lo;
                    hi = ok && v > hi ? v : hi;
                }
            }
        }
        if (lo <= hi)
            ranges[static_cast<std::size_t>(c)] = {lo, hi, true};
    });
    if (!done)
        return Error::cancelled();
    return ranges;
}

} // namespace qs
