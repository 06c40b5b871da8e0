// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/numpy_histogram.h"

namespace qs {

/// ONNX Runtime's percentile range (onnxruntime/python/tools/quantization/calibrate.py,
/// HistogramCollector.collect_value, collect_absolute_value and compute_percentile, for batches
/// that are collected in one call), to the bit:
///
///     symmetric: 2048 bins over [min |x|, max |x|];  the range is [-e, e] with
///                e = edges[first bin at which the sum of counts reaches p / 100]
///     affine:    2048 bins over [-T, T], T = max |x|;  each end is the lower edge of the first bin
///                at which the sum of counts reaches (100 - p) / 200, or 1 - (100 - p) / 200
///
/// then limited to the extremes of x. Both ends are lower edges of their bins, as there, so that
/// the upper one lies up to a bin too low; where this puts it below the lower one (all elements in
/// one bin) the two are exchanged, so that min <= max.
struct PercentileRange {
    float min = 0;
    float max = 0;
    NumpyHistogram histogram;
};

/// x: at least one element, all finite. 0 <= percentile <= 100.
PercentileRange percentileRange(std::span<const float> x, double percentile, bool symmetric);

inline constexpr int kPercentileBins = 2048;

} // namespace qs
