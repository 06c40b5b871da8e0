// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/observer.h"

namespace qs {

/// PyTorch's HistogramObserver: TorchHistogram and nonLinearParamSearch with
///
///     dst_nbins = 2^(bits of the dtype's storage)
///
/// which is PyTorch's 256 for 8-bit storage whatever quant_min, quant_max and reduce_range say, and
/// for 4-bit codes too. PyTorch has it per tensor only; here per channel and per group each set has
/// a histogram and a search of its own. Non-finite elements are left out (the
/// current one leaves out Inf; NaN, and in 1.13 Inf, make it raise).
/// Errors (Usage): what QuantSpec::range says.
Result<std::unique_ptr<Observer>> makeHistogramObserver(const QuantSpec& spec);

/// The same as PyTorch 1.13 did it (TorchHistogram::Version::V113).
Result<std::unique_ptr<Observer>> makeHistogram113Observer(const QuantSpec& spec);

/// What the search is told the number of levels is.
std::int64_t histogramDstBins(DType dtype);

} // namespace qs
