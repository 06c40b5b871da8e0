// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/analyze.h"
#include "core/tensor/tensor_stats.h"

#include <functional>
#include <span>
#include <vector>

namespace qs {

/// One row of a sweep: what one spec makes of one tensor.
struct SweepOutcome {
    Report report;
    std::vector<ChannelRange> observed; ///< Observer::ranges()
};

/// Gets the outcome of specs[index], or why there is none (as chooseQuantParams and analyze say
/// it); in the order of specs, on the caller's thread.
using SweepSink = std::function<void(std::size_t index, Result<SweepOutcome> outcome)>;

/// All specs on one tensor. Every outcome is bit for bit the one of the spec alone, but the tensor
/// is read once for its stats, once for the extremes of each layout of parameters, and once for all
/// the reports (several times where the parameters of all specs together would take more than
/// 256 MiB). Observers that look at every element read it on their own, but once for all specs for
/// which they choose the same ranges (choiceBasis). Errors: cancelled.
Result<void> sweepTensor(const Tensor& tensor, std::span<const QuantSpec> specs,
                         const JobContext& context, const SweepSink& sink);

} // namespace qs
