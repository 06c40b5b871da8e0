// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor_stats.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
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

/// Sums go in eight lanes side by side, whatever the machine: the same bits everywhere. Two
/// vectors, because a compiler takes wider ones apart in memory.
constexpr std::size_t kLanes = 4;
using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
using Doubles = double __attribute__((vector_size(kLanes * sizeof(double))));
using Masks = std::int32_t __attribute__((vector_size(kLanes * sizeof(float))));

/// Calls body(half, v) for every four elements, half = 0 and 1 in turn; the last ones are filled up
/// with NaN, which is nothing that is counted.
template <typename Body>
void forEachFour(std::span<const float> x, Body body)
{
    Floats v;
    std::size_t i = 0;
    for (; i + 2 * kLanes <= x.size(); i += 2 * kLanes) {
        std::memcpy(&v, x.data() + i, sizeof(v));
        body(0, v);
        std::memcpy(&v, x.data() + i + kLanes, sizeof(v));
        body(1, v);
    }
    for (std::size_t half = 0; i < x.size(); i += kLanes, ++half) {
        v = Floats{} + std::numeric_limits<float>::quiet_NaN();
        std::memcpy(&v, x.data() + i, std::min(x.size() - i, kLanes) * sizeof(float));
        body(half, v);
    }
}

double sumOf(const std::array<Doubles, 2>& lanes)
{
    const Doubles pairs = lanes[0] + lanes[1];
    return (pairs[0] + pairs[1]) + (pairs[2] + pairs[3]);
}

TensorStats statsOf(std::span<const float> x)
{
    TensorStats s;
    s.count = static_cast<std::int64_t>(x.size());
    std::array<Floats, 2> lows{Floats{} + kInf, Floats{} + kInf};
    std::array<Floats, 2> highs{Floats{} - kInf, Floats{} - kInf};
    std::array<Masks, 2> finites{};
    std::array<Doubles, 2> sums{};
    forEachFour(x, [&](std::size_t half, const Floats& v) {
        const Masks ok = v - v == Floats{}; // neither NaN nor infinite
        finites[half] -= ok;
        lows[half] = (ok & (v < lows[half])) ? v : lows[half];
        highs[half] = (ok & (v > highs[half])) ? v : highs[half];
        sums[half] += __builtin_convertvector(ok ? v : Floats{}, Doubles);
    });
    std::int64_t finite = 0;
    float lo = kInf;
    float hi = -kInf;
    for (std::size_t l = 0; l < 2 * kLanes; ++l) {
        const auto half = l / kLanes;
        const auto lane = l % kLanes;
        finite += finites[half][lane];
        lo = std::min(lo, lows[half][lane]);
        hi = std::max(hi, highs[half][lane]);
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
    s.mean = sumOf(sums) / static_cast<double>(finite);
    const Doubles mean = Doubles{} + s.mean;
    std::array<Doubles, 2> squares{};
    forEachFour(x, [&](std::size_t half, const Floats& v) {
        // Of what is not finite, a NaN: it is not equal to itself.
        const Doubles d = __builtin_convertvector(v - v == Floats{} ? v : v - v, Doubles) - mean;
        squares[half] += d == d ? d * d : Doubles{};
    });
    s.stddev = sumOf(squares);
    return s;
}

} // namespace

void StatsOfParts::set(std::int64_t part, std::span<const float> elements)
{
    m_parts[static_cast<std::size_t>(part)] = statsOf(elements);
}

TensorStats StatsOfParts::total() const
{
    TensorStats total;
    for (const auto& part : m_parts)
        join(total, part);
    const auto n = static_cast<double>(total.finiteCount());
    total.stddev = n > 0 ? std::sqrt(total.stddev / n) : 0;
    return total;
}

Result<TensorStats> computeStats(const Tensor& tensor, const JobContext& context)
{
    StatsOfParts parts(blockCount(tensor.numel()));
    const bool done = forEachBlock(tensor.numel(), context,
                                   [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
                                       thread_local std::vector<float> buffer;
                                       parts.set(block, tensor.read(begin, end, buffer));
                                   });
    if (!done)
        return Error::cancelled();
    return parts.total();
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
