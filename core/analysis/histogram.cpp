// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/histogram.h"

#include "core/analysis/value_counter.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

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

Result<void> HistogramBins::check() const
{
    if (count < 1 || count > kMostBins)
        return Error::usage("histogram: expected 1 to " + std::to_string(kMostBins) +
                            " bins, found " + std::to_string(count));
    if (!std::isfinite(lo) || !(lo < hi) || !std::isfinite(hi - lo) || !std::isfinite(perBin()))
        return Error::usage("histogram: expected a range from a lower to an upper finite number, "
                            "found " +
                            std::to_string(lo) + " to " + std::to_string(hi));
    return {};
}

Result<Histogram> computeHistogram(const Tensor& tensor, const TensorStats& stats, int bins,
                                   const JobContext& context)
{
    return computeHistogram(tensor, HistogramBins::of(stats, bins), context);
}

Result<Histogram> computeHistogram(const Tensor& tensor, const HistogramBins& bins,
                                   const JobContext& context)
{
    if (auto checked = bins.check(); !checked)
        return checked.error();
    ValueCounter counter(bins);
    const bool done = forEachBlock(tensor.numel(), context,
                                   [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                                       thread_local std::vector<float> buffer;
                                       counter.count(tensor.read(begin, end, buffer));
                                   });
    if (!done)
        return Error::cancelled();
    return counter.total();
}

} // namespace qs
