// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/network_samples.h"

#include <functional>
#include <optional>
#include <vector>

namespace qs {

/// Gives the outputs [count, outputs] of samples [begin, begin + count), features in PyTorch's
/// order: a network of any kind.
using OutputFunction = std::function<Result<std::vector<float>>(
    const NetworkSamples& samples, std::int64_t begin, std::int64_t count)>;

OutputFunction outputsOf(Network& network, const JobContext& context);

/// How well a network does on samples with labels, or with targets.
struct ModelScore {
    double loss = 0;                ///< mean cross_entropy, or mean squared error of targets
    std::optional<double> accuracy; ///< 0 … 1; none for targets
    std::int64_t samples = 0;
    std::vector<float> outputs; ///< [samples][outputs]
};

/// Batch by batch; batch >= 1. Sums in double, in order. Errors: the network's; cancelled.
Result<ModelScore> scoreOf(const OutputFunction& network, const NetworkSamples& samples,
                           std::int64_t batch, const JobContext& context = {});

/// Where two networks do not agree.
struct Mismatches {
    std::int64_t predictions = 0; ///< samples whose largest output is another one
    std::int64_t outputs = 0;     ///< numbers that differ
    std::int64_t samples = 0;
    std::int64_t numbers = 0;
    double largest = 0; ///< |difference| of two outputs
};
Mismatches mismatchesOf(const ModelScore& a, const ModelScore& b);

/// A measured time.
struct Timing {
    double msPer1000 = 0; ///< median of the runs
    int runs = 0;
    std::int64_t samples = 0; ///< of each run
    int threads = 1;
};

/// The time of each network: one after the other runs the first samples (1000, or all, again and
/// again until a run takes 2 ms) in batches, in so many rounds, so that what else the machine does
/// meets all of them alike. One run of each before to warm up. Errors: the networks'; cancelled.
Result<std::vector<Timing>> timeInTurns(const std::vector<OutputFunction>& networks,
                                        const NetworkSamples& samples, std::int64_t batch,
                                        int rounds, const JobContext& context = {});

} // namespace qs
