// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"
#include "core/analysis/shared_counts.h"

#include <span>

namespace qs {

/// Fills a histogram from the blocks of a tensor. Elements that are not finite are left out.
class ValueCounter {
public:
    explicit ValueCounter(const HistogramBins& bins);

    /// Counts the elements of a block. Callable from any thread.
    void count(std::span<const float> x);
    /// Of everything counted; no other thread may be counting.
    Histogram total();

private:
    HistogramBins m_bins;
    SharedCounts m_counts; ///< behind the bins: elements below, above, and not finite
};

} // namespace qs
