// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/tensor/param_layout.h"
#include "core/tensor/tensor.h"

#include <optional>
#include <span>
#include <vector>

namespace qs {

/// Facts about a tensor's elements, read as float32. Non-finite elements are counted and left out
/// of everything else.
struct TensorStats {
    std::int64_t count = 0; ///< all elements
    std::int64_t nanCount = 0;
    std::int64_t posInfCount = 0;
    std::int64_t negInfCount = 0;
    float min = 0; ///< smallest finite element; 0 where there is none
    float max = 0;
    double mean = 0;   ///< Σx / n over the n finite elements
    double stddev = 0; ///< sqrt(Σ(x-mean)² / n): the population's

    std::int64_t finiteCount() const { return count - nonfiniteCount(); }
    std::int64_t nonfiniteCount() const { return nanCount + posInfCount + negInfCount; }
    bool operator==(const TensorStats&) const = default;
};

/// One pass, in blocks whose partial sums are joined in a fixed order (Chan, Golub, LeVeque 1983),
/// so that a mean far from zero costs no digits. Errors: cancelled.
Result<TensorStats> computeStats(const Tensor& tensor, const JobContext& context = {});

/// The same of parts of a tensor, or of some of its elements, joined in the parts' order. Different
/// parts may be set from different threads.
class StatsOfParts {
public:
    explicit StatsOfParts(std::int64_t parts) : m_parts(static_cast<std::size_t>(parts)) {}
    void set(std::int64_t part, std::span<const float> elements);
    TensorStats total() const;

private:
    std::vector<TensorStats> m_parts; ///< stddev: Σ(x-mean)²
};

/// Smallest and largest finite element of those that share parameters.
struct ChannelRange {
    float min = 0;
    float max = 0;
    bool observed = false; ///< false where there is no finite element
};
/// One for each of the layout's sets of parameters. layout.numel() == tensor.numel().
/// Errors: cancelled.
Result<std::vector<ChannelRange>> computeRanges(const Tensor& tensor, const ParamLayout& layout,
                                                const JobContext& context = {});

} // namespace qs
