// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/histogram_search.h"
#include "core/calib/numpy_histogram.h"

namespace qs {

/// Bins of the entropy search: an odd number, so that 0 is in the middle of one of them and every
/// slice about it is symmetric. ONNX Runtime's own 128 (with 128 quantized bins) would leave a
/// single slice to choose, the whole range.
inline constexpr int kEntropyBins = 2049;

/// The range whose histogram loses least when it is quantized: ONNX Runtime's
/// HistogramCollector.collect_value and get_entropy_threshold
/// (onnxruntime/python/tools/quantization/calibrate.py, for batches that are collected in one
/// call), to the bit of numpy 1.24. Over `bins` bins of [-T, T], T = max |x|, for every slice of i
/// bins to both sides of the middle one, i = levels / 2 … bins / 2:
///
///     p = the slice, with all that lies outside of it added to its end bins
///     q = the slice merged to `levels` bins of whole numbers of bins (the rest to the last) and
///         spread again: each merged count divided by how many of its bins p has elements in
///     error = KL(p || q), zeros of both raised to 1e-4
///
/// The smallest error, the earlier where equal, decides; then limited to the extremes of x.
/// As there, q is written to an array of integers (fractions are cut off), to all bins of a merged
/// one, empty ones too, and bins behind the last whole merged one stay 0.
struct EntropyRange {
    SearchResult search;
    NumpyHistogram histogram;
};

/// x: at least one element, all finite. 2 <= levels <= bins, bins >= 3.
EntropyRange entropyRange(std::span<const float> x, int levels, int bins = kEntropyBins);

} // namespace qs
