// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/histogram.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <oneapi/tbb/enumerable_thread_specific.h>

namespace qs {

HistogramBins HistogramBins::of(const TensorStats& stats, int count)
{
    HistogramBins bins{static_cast<double>(stats.min), static_cast<double>(stats.max),
                       std::clamp(count, 1, kMostBins)};
    if (bins.lo == bins.hi) {
        const double pad = bins.lo == 0 ? 1.0 : std::fabs(bins.lo) * 0.5;
        bins.lo -= pad;
        bins.hi += pad;
    }
    return bins;
}

Result<Histogram> computeHistogram(const Tensor& tensor, const TensorStats& stats, int bins,
                                   const JobContext& context)
{
    return computeHistogram(tensor, HistogramBins::of(stats, bins), context);
}

Result<Histogram> computeHistogram(const Tensor& tensor, const HistogramBins& bins,
                                   const JobContext& context)
{
    if (!(bins.lo < bins.hi) || bins.count < 1)
        return Error::usage("histogram: expected a range");
    Histogram h;
    h.lo = bins.lo;
    h.hi = bins.hi;
    const auto count = static_cast<std::size_t>(bins.count);
    using Counts = std::vector<std::int64_t>;
    tbb::enumerable_thread_specific<Counts> perThread([&] { return Counts(count + 3); });
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            Counts& counts = perThread.local();
            for (const float x : tensor.read(begin, end, buffer)) {
                const auto v = static_cast<double>(x);
                const std::size_t at = !std::isfinite(x) ? count + 2
                                       : v < bins.lo     ? count
                                       : v > bins.hi     ? count + 1
                                                     : static_cast<std::size_t>(bins.binOf(v));
                ++counts[at];
            }
        });
    if (!done)
        return Error::cancelled();
    h.counts.assign(count, 0);
    for (const auto& counts : perThread) {
        for (std::size_t i = 0; i < count; ++i)
            h.counts[i] += counts[i];
        h.below += counts[count];
        h.above += counts[count + 1];
    }
    return h;
}

} // namespace qs
