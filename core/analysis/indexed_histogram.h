// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"
#include "core/index/value_index.h"

namespace qs {

/// computeHistogram's counts from the sorted values: the bins' borders are searched for with
/// HistogramBins::binOf, so that not one count differs. O(bins log n), for any range: bins are
/// exact on every zoom.
Histogram indexedHistogram(const SortedValues& values, const HistogramBins& bins);

} // namespace qs
