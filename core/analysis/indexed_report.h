// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/report.h"
#include "core/base/job_context.h"
#include "core/index/value_index.h"

namespace qs {

/// Whether a report can be had from so many sets: every quantizer is monotone but for ggml's
/// blocks, groups and stochastic rounding (Staircase).
bool canReportFrom(std::span<const SortedValues> sets, const QuantParams& params,
                   Rounding rounding);

/// Roughly how long analyze() and analyzeIndexed() would take, in nanoseconds of one core: what
/// the pipeline chooses by. The first grows with the elements, the second with the levels.
double fusedCost(const TensorStats& stats);
double indexedCost(std::span<const SortedValues> sets, const QuantParams& params);

/// The report that analyze() gives, from the sorted values of the tensor, or of each channel, in
/// the order of the parameters': counts are the same, sums agree to
/// 1e-12. Each step of the quantizer's staircase is one stretch of the sorted values; its sums are
/// differences of the index' own, its error histogram is found by searching for the bins' borders
/// (or by reading it, where it has few values). The same bits for any number of threads. Where
/// there is no staircase after all (none but canReportFrom's reasons, and more codes than
/// Staircase::kMostSteps), nothing. Errors: cancelled.
Result<std::optional<Report>> analyzeIndexed(std::span<const SortedValues> sets,
                                             const TensorStats& stats, const QuantSpec& spec,
                                             const QuantParams& params,
                                             const JobContext& context = {});

} // namespace qs
