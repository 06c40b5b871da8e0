// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/quant/quant_spec.h"
#include "core/tensor/tensor.h"
#include "core/tensor/tensor_stats.h"

#include <span>
#include <vector>

namespace qs {

/// What a search for ranges minimizes: each set's summed squared error when its elements are
/// quantized by the spec with given ranges. Either on all elements or on bins of them.
class MseProblem {
public:
    /// On all elements of the batches, each with observed.size() sets. They must outlive it.
    static MseProblem exact(std::span<const Tensor> batches, const QuantSpec& spec,
                            std::span<const ChannelRange> observed);

    /// On bins over each set's observed range, 64 … 16384 of them, each with the count, sum and sum
    /// of squares of its elements, taken to be quantized as their mean is:
    ///
    ///     Σ over bins  Σx² - 2 y Σx + n y²,   y = fakeQuantize(Σx / n)
    ///
    /// exact but for bins that hold a decision threshold. Errors: cancelled.
    static Result<MseProblem> binned(std::span<const Tensor> batches, const QuantSpec& spec,
                                     std::span<const ChannelRange> observed,
                                     const JobContext& context);

    /// Each set's summed squared error. ranges: one per set. Errors: what paramsFromRanges says;
    /// cancelled.
    Result<std::vector<double>> errors(std::span<const ChannelRange> ranges,
                                       const JobContext& context) const;
    /// How many finite elements a set has, for means.
    double count(std::size_t set) const { return m_counts[set]; }

private:
    MseProblem() = default;

    QuantSpec m_spec;
    std::vector<Tensor> m_tensors; ///< the batches, or one tensor [sets, bins] of means
    std::vector<double> m_counts;  ///< finite elements of each set
    std::vector<double> m_n;       ///< of each bin; empty where exact
    std::vector<double> m_rest;    ///< Σx² - (Σx)² / n of each set, summed over its bins
};

} // namespace qs
