// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/analyze.h"
#include "core/analysis/error_unit.h"
#include "core/analysis/histogram.h"

#include <optional>

namespace qs {

/// The element of a layout's set `set` whose value is nearest to x, by its flat row-major index in
/// the tensor; of equally near ones the first. Distances in double. None where the set has no
/// finite element. layout.numel() == tensor.numel(), 0 <= set < layout.count(). On all cores, the
/// same answer whatever their number. Errors: cancelled.
Result<std::optional<std::int64_t>> nearestElement(const Tensor& tensor, const ParamLayout& layout,
                                                   std::int64_t set, double x,
                                                   const JobContext& context = {});

/// The finite element whose error through `item`'s quantizer is nearest to `error`, likewise.
/// Errors: parameters that do not fit the tensor (Usage); cancelled.
Result<std::optional<std::int64_t>> nearestError(const Tensor& tensor, const AnalysisItem& item,
                                                 ErrorUnit unit, double error,
                                                 const JobContext& context = {});

/// Counts the values of the elements that item.only has, over any bins; all finite ones without
/// item.only. Errors: bins that are none (Usage); parameters that do not fit the tensor (Usage);
/// cancelled.
Result<Histogram> selectedValues(const Tensor& tensor, const AnalysisItem& item,
                                 const HistogramBins& bins, const JobContext& context = {});

} // namespace qs
