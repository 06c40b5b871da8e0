// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/search_step.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

struct SearchResult {
    float min = 0;
    float max = 0;
    std::vector<SearchStep> steps;
};

/// HistogramObserver._non_linear_param_search of PyTorch (torch/ao/quantization/observer.py; the
/// same in 1.13), to the bit: greedily narrows [min, max], from the end at which a step of 1e-5 of
/// the elements crosses more bins, until the error grows for the first time. counts are bins of
/// equal width over [min, max], max - min finite in float32. dstBins: levels that the error
/// assumes, 2^bits of the dtype's storage. Ends after at most 100,000 steps.
SearchResult nonLinearParamSearch(std::span<const float> counts, float min, float max,
                                  std::int64_t dstBins);

/// HistogramObserver._compute_quantization_error for the bins [first, last]: each source bin's
/// elements are spread evenly over it, and what lies outside the dstBins equal bins over
/// [first, last] goes to the outermost of them:
///
///     Σ over source bins  count / width * ∫ (x - centre(x))² dx
double histogramQuantizationError(std::span<const float> counts, float min, float max,
                                  std::int64_t first, std::int64_t last, std::int64_t dstBins);

} // namespace qs
