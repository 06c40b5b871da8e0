// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/indexed_histogram.h"

#include "core/index/thresholds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {

Histogram indexedHistogram(const SortedValues& values, const HistogramBins& bins)
{
    Histogram h;
    h.lo = bins.lo;
    h.hi = bins.hi;
    const auto count = static_cast<std::int64_t>(bins.count);
    h.counts.assign(static_cast<std::size_t>(count), 0);
    if (values.places() == 0)
        return h;
    // In order: below, the bins, above.
    const auto slotOf = [&](std::int32_t key) -> std::int64_t {
        const auto x = static_cast<double>(floatOf(key));
        if (x < bins.lo)
            return 0;
        if (x > bins.hi)
            return count + 1;
        return 1 + bins.binOf(x);
    };
    const std::int32_t first = values.keyAt(0);
    const std::int32_t last = values.keyAt(values.places() - 1);
    const std::int64_t firstSlot = slotOf(first);
    const std::int64_t lastSlot = slotOf(last);
    constexpr auto kMost = static_cast<double>(std::numeric_limits<float>::max());
    std::vector<Threshold> thresholds;
    for (std::int64_t slot = firstSlot + 1; slot <= lastSlot; ++slot) {
        const double x = bins.lo + static_cast<double>(slot - 1) / bins.perBin();
        thresholds.push_back(
            {first, last, slot,
             std::int64_t{keyOf(static_cast<float>(std::clamp(x, -kMost, kMost)))}});
    }
    findThresholds(thresholds,
                   [&](std::span<const std::int32_t> keys, std::span<std::int64_t> slots) {
                       std::transform(keys.begin(), keys.end(), slots.begin(), slotOf);
                   });
    std::vector<std::int32_t> keys;
    for (const auto& t : thresholds)
        keys.push_back(t.high);
    std::vector<std::int64_t> places(keys.size());
    values.placesOf(keys, 0, values.places(), places.data());
    std::int64_t slot = firstSlot;
    std::int64_t before = 0;
    const auto add = [&](std::int64_t n) {
        if (slot == 0)
            h.below += n;
        else if (slot == count + 1)
            h.above += n;
        else
            h.counts[static_cast<std::size_t>(slot - 1)] += n;
        ++slot;
    };
    for (const std::int64_t place : places) {
        const std::int64_t below = values.countBelow(place);
        add(below - before);
        before = below;
    }
    add(values.count() - before);
    return h;
}

} // namespace qs
