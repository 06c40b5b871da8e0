// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor_stats.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

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

namespace {

void extend(ChannelRange& range, float lo, float hi)
{
    if (!(lo <= hi))
        return;
    // Adding 0 turns -0 into 0: which of them came first must not show.
    range.min = (range.observed ? std::min(range.min, lo) : lo) + 0.0F;
    range.max = (range.observed ? std::max(range.max, hi) : hi) + 0.0F;
    range.observed = true;
}

/// Fills ranges[first + i] from the elements [begin, end), whose sets all lie in it.
void rangesOf(const Tensor& tensor, const ParamLayout& layout, std::int64_t begin, std::int64_t end,
              std::int64_t first, std::span<ChannelRange> ranges)
{
    thread_local std::vector<float> buffer;
    const auto x = tensor.read(begin, end, buffer);
    layout.forEachRun(begin, end - begin, [&](std::int64_t index, std::int64_t at, std::int64_t n) {
        ChannelRange* to = ranges.data() + (index - first);
        const float* in = x.data() + at;
        if (layout.stride() == 1) {
            for (std::int64_t i = 0; i < n; ++i) {
                if (std::fabs(in[i]) < kInf)
                    extend(to[i], in[i], in[i]);
            }
            return;
        }
        float lo = kInf;
        float hi = -kInf;
        for (std::int64_t i = 0; i < n; ++i) {
            const bool ok = std::fabs(in[i]) < kInf;
            lo = ok && in[i] < lo ? in[i] : lo;
            hi = ok && in[i] > hi ? in[i] : hi;
        }
        extend(*to, lo, hi);
    });
}

} // namespace

Result<std::vector<ChannelRange>> computeRanges(const Tensor& tensor, const ParamLayout& layout,
                                                const JobContext& context)
{
    // Extremes do not depend on the order they are joined in, so threads may keep their own.
    std::vector<ChannelRange> ranges(static_cast<std::size_t>(layout.count()));
    std::mutex mutex;
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            // The sets a block touches: all of them where an axis comes round in it.
            std::int64_t first = 0;
            std::int64_t last = layout.count();
            if (layout.groupSize() > 0 && layout.inner() == 1) {
                first = layout.indexOf(begin);
                last = layout.indexOf(end - 1) + 1;
            } else if (layout.groupSize() > 0) {
                const std::int64_t slab = layout.inner() * layout.channels();
                const std::int64_t sets = layout.count() / (layout.numel() / slab);
                first = begin / slab * sets;
                last = ((end - 1) / slab + 1) * sets;
            } else if (begin / (layout.inner() * layout.channels()) ==
                       (end - 1) / (layout.inner() * layout.channels())) {
                first = layout.indexOf(begin);
                last = layout.indexOf(end - 1) + 1;
            }
            thread_local std::vector<ChannelRange> own;
            own.assign(static_cast<std::size_t>(last - first), {});
            rangesOf(tensor, layout, begin, end, first, own);
            const std::lock_guard lock(mutex);
            for (std::int64_t i = first; i < last; ++i) {
                const auto& some = own[static_cast<std::size_t>(i - first)];
                if (some.observed)
                    extend(ranges[static_cast<std::size_t>(i)], some.min, some.max);
            }
        });
    if (!done)
        return Error::cancelled();
    return ranges;
}

} // namespace qs
