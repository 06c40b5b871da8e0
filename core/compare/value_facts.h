// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace qs {

/// What a quantizer's values are like, counted over them: what a person looks at to see why a layer
/// is bad.
struct ValueFacts {
    std::int64_t count = 0;
    float min = 0;
    float max = 0;
    double rms = 0;
    double amax = 0;            ///< largest |x|
    double amax999 = 0;         ///< 99.9 % of |x| are not above it
    double clipped = 0;         ///< share of values beyond the codes
    double atEnds = 0;          ///< share whose code is the first or the last one, but not of 0
    double vanished = 0;        ///< share that is not 0 and has the code of 0
    std::int64_t codesUsed = 0; ///< 0: not counted (more than 65,536 codes, ggml's blocks)
    std::int64_t codesTotal = 0;
    /// The largest channel's max |x| over the median channel's; none for fewer than two channels.
    std::optional<double> channelSpread;
};

/// Gathers them from tensors of one shape but for their first axis.
class FactsGatherer {
public:
    /// channelAxis: whose extremes are compared.
    explicit FactsGatherer(int channelAxis) : m_axis(channelAxis) {}
    /// Errors (Usage): params that do not fit the tensor's shape.
    Result<void> add(const Tensor& values, const QuantParams& params);
    ValueFacts facts() const;

private:
    /// The first so many |x| decide amax999.
    static constexpr std::size_t kMostKept = 1 << 20;
    int m_axis;
    ValueFacts m_facts;
    double m_squares = 0;
    std::int64_t m_clipped = 0;
    std::int64_t m_atEnds = 0;
    std::int64_t m_vanished = 0;
    std::vector<float> m_sizes;
    std::vector<bool> m_used; ///< by code
    std::vector<float> m_channels;
};

} // namespace qs
