// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace qs {

/// Bins of the error histograms over [-1, 1] LSB.
inline constexpr int kErrorBins = 256;
/// Counters of one error histogram: the bins, below, above.
inline constexpr std::size_t kErrorCounters = kErrorBins + 2;

/// Where an error in LSB falls: 0 … kErrorBins - 1 over [-1, 1], kErrorBins below, kErrorBins + 1
/// above. In float32, as it stands here: the rule for every way to count.
inline std::int32_t errorBin(float lsb)
{
    const float bin = (lsb + 1.0F) * (kErrorBins / 2.0F);
    const float inside = std::min(std::max(bin, 0.0F), static_cast<float>(kErrorBins - 1));
    return lsb < -1.0F  ? kErrorBins
           : lsb > 1.0F ? kErrorBins + 1
                        : static_cast<std::int32_t>(inside);
}

/// The histogram that kErrorCounters counters are.
inline Histogram errorHistogram(std::span<const std::int64_t> counters)
{
    Histogram h;
    h.lo = -1;
    h.hi = 1;
    h.counts.assign(counters.begin(), counters.begin() + kErrorBins);
    h.below = counters[kErrorBins];
    h.above = counters[kErrorBins + 1];
    return h;
}

} // namespace qs
