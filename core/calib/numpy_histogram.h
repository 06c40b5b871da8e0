// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// What numpy.histogram gives for float32 elements and a number of equal bins.
struct NumpyHistogram {
    std::vector<std::int64_t> counts;
    std::vector<float> edges; ///< one more than counts
    bool operator==(const NumpyHistogram&) const = default;
};

/// numpy.histogram(x, bins, range=(first, last)) to the bit (numpy/lib/histograms.py): edges are
/// numpy.linspace's, computed in double and rounded to float32; the bin of x is the one whose edges
/// hold it, edges[i] <= x < edges[i + 1], the last one its upper end too. first == last stands for
/// [first - 0.5, first + 0.5]. Elements outside are not counted. x holds finite elements only. The
/// same bits for any number of threads. `magnitudes`: of |x|, without a copy of them.
NumpyHistogram numpyHistogram(std::span<const float> x, float first, float last, int bins,
                              bool magnitudes = false);

} // namespace qs
