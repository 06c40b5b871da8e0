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

/// Counts a tensor's finite elements over [stats.min, stats.max] (widened where they are equal), in
/// bins >= 1 bins. The bin of x is floor((x - lo) * bins / (hi - lo)) in double. Errors: cancelled.
Result<Histogram> computeHistogram(const Tensor& tensor, const TensorStats& stats, int bins,
                                   const JobContext& context = {});

} // namespace qs
