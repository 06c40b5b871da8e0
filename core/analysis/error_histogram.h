// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_curves.h"
#include "core/analysis/error_unit.h"
#include "core/analysis/histogram.h"

namespace qs {

/// Exact counts of errors over any bins, whatever the zoom.
struct ErrorHistograms {
    Histogram rounding; ///< of elements that are not clipped
    Histogram clipping; ///< of those that are
};

/// The errors of all finite elements through one quantizer, in `bins` (HistogramBins::binOf). From
/// the index where it has one for these parameters, else in one read: not one count differs.
/// Errors: parameters that do not fit the tensor; bins without a width (Usage); cancelled.
Result<ErrorHistograms> errorHistograms(const ErrorSource& source, const AnalysisItem& item,
                                        const HistogramBins& bins, ErrorUnit unit,
                                        const JobContext& context = {});

} // namespace qs
