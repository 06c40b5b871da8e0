// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/percentile.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qs {

PercentileRange percentileRange(std::span<const float> x, double percentile, bool symmetric)
{
    const auto [lowest, highest] = std::minmax_element(x.begin(), x.end());
    const float min = *lowest + 0.0F;
    const float max = *highest + 0.0F;
    PercentileRange result;
    if (symmetric) {
        float least = std::fabs(x.front());
        for (const float v : x)
            least = std::min(least, std::fabs(v));
        const float most = std::max(std::fabs(min), std::fabs(max));
        result.histogram = numpyHistogram(x, least, most, kPercentileBins, true);
    } else {
        const float top = std::max(std::fabs(min), std::fabs(max));
        result.histogram = numpyHistogram(x, -top, top, kPercentileBins);
    }
    const auto& counts = result.histogram.counts;
    const auto total =
        static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    std::vector<double> sums(counts.size());
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        sum += static_cast<double>(counts[i]) / total;
        sums[i] = sum;
    }
    const auto edgeAt = [&](double part) {
        const auto bin = std::lower_bound(sums.begin(), sums.end(), part) - sums.begin();
        return result.histogram.edges[static_cast<std::size_t>(bin)];
    };
    if (symmetric) {
        result.max = edgeAt(percentile / 100.0);
        result.min = -result.max;
    } else {
        const double cut = (100.0 - percentile) / 200.0;
        result.max = edgeAt(1.0 - cut);
        result.min = edgeAt(cut);
    }
    if (result.min < min)
        result.min = min;
    if (result.max > max)
        result.max = max;
    if (result.max < result.min)
        std::swap(result.min, result.max);
    result.min += 0.0F;
    result.max += 0.0F;
    return result;
}

} // namespace qs
