// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/tensor/tensor.h"
#include "core/tensor/tensor_stats.h"

#include <cstdint>
#include <vector>

namespace qs {

/// Exact counts over equal bins: bin i covers [lo + i*width, lo + (i+1)*width), the last one its
/// upper end too. What lies outside is counted apart, never dropped.
struct Histogram {
    double lo = 0;
    double hi = 1;
    std::vector<std::int64_t> counts;
    std::int64_t below = 0;
    std::int64_t above = 0;

    double width() const { return (hi - lo) / static_cast<double>(counts.size()); }
    double edge(std::size_t i) const
    {
        return lo + (hi - lo) * static_cast<double>(i) / static_cast<double>(counts.size());
    }
    bool operator==(const Histogram&) const = default;
};

inline constexpr int kMostBins = 1 << 24;

/// `count` equal bins, 1 … kMostBins of them, over [lo, hi], lo < hi. The one rule for where a
/// value falls: a pass over a tensor and whatever else counts values must agree on every one of
/// them.
struct HistogramBins {
    double lo = 0;
    double hi = 1;
    int count = 1;

    /// Over a tensor's finite elements, [stats.min, stats.max], widened where they are equal.
    /// A count outside its limits becomes the nearer limit.
    static HistogramBins of(const TensorStats& stats, int count);

    /// What x - lo is multiplied with.
    double perBin() const { return static_cast<double>(count) / (hi - lo); }
    /// Of lo <= x <= hi: floor((x - lo) * perBin()) in double, at most count - 1. It never falls
    /// while x rises.
    int binOf(double x) const
    {
        const double bin = (x - lo) * perBin();
        const auto last = static_cast<double>(count - 1);
        return static_cast<int>(bin < last ? bin : last);
    }
    /// Errors (Usage): none, too many, or not over a finite range of a width that can be divided.
    Result<void> check() const;
    bool operator==(const HistogramBins&) const = default;
};

/// Counts a tensor's finite elements over [stats.min, stats.max] in HistogramBins::of(stats,
/// bins). Errors: cancelled.
Result<Histogram> computeHistogram(const Tensor& tensor, const TensorStats& stats, int bins,
                                   const JobContext& context = {});

/// Counts a tensor's finite elements over any bins; those outside are counted below and above.
/// Errors: bins that are not over a finite range of a width that can be divided, or none (Usage);
/// cancelled.
Result<Histogram> computeHistogram(const Tensor& tensor, const HistogramBins& bins,
                                   const JobContext& context = {});

} // namespace qs
