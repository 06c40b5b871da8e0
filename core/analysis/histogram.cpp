// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/histogram.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <oneapi/tbb/enumerable_thread_specific.h>

namespace qs {

Result<Histogram> computeHistogram(const Tensor& tensor, const TensorStats& stats, int bins,
                                   const JobContext& context)
{
    Histogram h;
    h.lo = static_cast<double>(stats.min);
    h.hi = static_cast<double>(stats.max);
    if (h.lo == h.hi) {
        const double pad = h.lo == 0 ? 1.0 : std::fabs(h.lo) * 0.5;
        h.lo -= pad;
        h.hi += pad;
    }
    const auto count = static_cast<std::size_t>(std::max(bins, 1));
    const double lo = h.lo;
    const double perBin = static_cast<double>(count) / (h.hi - h.lo);
    const auto last = static_cast<double>(count - 1);
    using Counts = std::vector<std::int64_t>;
    tbb::enumerable_thread_specific<Counts> perThread([&] { return Counts(count + 1); });
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            std::int32_t index[512];
            Counts& counts = perThread.local();
            const auto x = tensor.read(begin, end, buffer);
            for (std::size_t at = 0; at < x.size(); at += 512) {
                const std::size_t n = std::min<std::size_t>(512, x.size() - at);
                for (std::size_t i = 0; i < n; ++i) {
                    // Non-finite elements go to the extra bin at the end.
                    const auto v = static_cast<double>(x[at + i]);
                    const double bin = std::min(std::max((v - lo) * perBin, 0.0), last);
                    index[i] = std::fabs(v) < HUGE_VAL ? static_cast<std::int32_t>(bin)
                                                       : static_cast<std::int32_t>(count);
                }
                for (std::size_t i = 0; i < n; ++i)
                    ++counts[static_cast<std::size_t>(index[i])];
            }
        });
    if (!done)
        return Error::cancelled();
    h.counts.assign(count, 0);
    for (const auto& counts : perThread) {
        for (std::size_t i = 0; i < count; ++i)
            h.counts[i] += counts[i];
    }
    return h;
}

} // namespace qs
