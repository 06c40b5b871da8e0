// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_bins.h"
#include "core/analysis/report.h"
#include "core/analysis/selection.h"
#include "core/quant/quantizer.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace qs {

/// One read of the tensor: quantizes every element and gathers the whole report. `stats` are the
/// tensor's own (computeStats). On all cores; the same bits whatever their number.
/// Errors: parameters that do not fit the tensor; cancelled.
Result<Report> analyze(const Tensor& tensor, const TensorStats& stats, const QuantSpec& spec,
                       const QuantParams& params, const JobContext& context = {});

/// One quantizer of many: what was asked for, and what it became for this tensor.
struct AnalysisItem {
    QuantSpec spec;
    QuantParams params;
    /// The report is of these elements only, its stats too: what the rest of the tensor is does not
    /// show in it. Of dtypes with more than 65,536 codes their use is not counted then.
    std::optional<Selection> only{};
};

/// What else is gathered while the tensor is read.
struct AnalysisOptions {
    /// Bins (>= 1) of a histogram of the values, the same as computeHistogram's.
    std::optional<int> valueBins;
    /// Bins of a histogram of the values that each item's `only` has.
    std::optional<HistogramBins> selectedBins;
    /// Bytes that tables of counts may take together, and at most half of what is available. Where
    /// all the items' tables need more, the tensor is read again for the rest of them; the numbers
    /// stay the same.
    std::uint64_t tableBytes = std::uint64_t{256} << 20;
};

struct Analysis {
    /// One for each item, in their order: the report, or why there is none.
    std::vector<Result<Report>> reports;
    std::optional<Histogram> values; ///< where options.valueBins asks for it
    /// One for each item; where options.selectedBins asks for it.
    std::vector<std::optional<Histogram>> selectedValues;
};

/// Many quantizers, and a histogram of the values, in one read of the tensor: each block is
/// evaluated by all of them while it is in the cache. Every report is bit for bit the one of
/// analyze(). An item whose parameters do not fit the tensor has that error as its report. Without
/// items only the values are counted. Errors: bins that are none (Usage); cancelled.
Result<Analysis> analyzeInOneRead(const Tensor& tensor, const TensorStats& stats,
                                  std::span<const AnalysisItem> items,
                                  const AnalysisOptions& options, const JobContext& context = {});

/// The reports of analyzeInOneRead() alone.
Result<std::vector<Result<Report>>> analyzeAll(const Tensor& tensor, const TensorStats& stats,
                                               std::span<const AnalysisItem> items,
                                               const JobContext& context = {});

} // namespace qs
