// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/index/value_index.h"
#include "core/quant/quantizer.h"

#include <cmath>
#include <optional>

namespace qs {

/// What a quantizer does to elements, as far as curves need it: sums over the finite ones, e =
/// dequantized - original.
struct SquaredErrors {
    std::int64_t count = 0;
    double rounding = 0; ///< Σe² of elements that are not clipped
    double clipping = 0; ///< Σe² of those that are
    double signal = 0;   ///< Σx²
    std::int64_t clippedLow = 0;
    std::int64_t clippedHigh = 0;

    double total() const { return rounding + clipping; }
    /// Σe² / n; 0 where there is no element.
    double mse() const { return count > 0 ? total() / static_cast<double>(count) : 0; }
    double roundingMse() const { return count > 0 ? rounding / static_cast<double>(count) : 0; }
    double clippingMse() const { return count > 0 ? clipping / static_cast<double>(count) : 0; }
    /// 10 log10(Σx² / Σe²) in dB; none where the error is 0 or there is no signal.
    std::optional<double> sqnrDb() const
    {
        if (!(total() > 0) || !(signal > 0))
            return std::nullopt;
        return 10 * std::log10(signal / total());
    }
    SquaredErrors& operator+=(const SquaredErrors& o)
    {
        count += o.count;
        rounding += o.rounding;
        clipping += o.clipping;
        signal += o.signal;
        clippedLow += o.clippedLow;
        clippedHigh += o.clippedHigh;
        return *this;
    }
};

/// One set of sorted values through one channel's parameters: the report's figures to 1e-12, in
/// O(levels log n). None where there is no Staircase. Not parallel: curves are, over their points.
std::optional<SquaredErrors> squaredErrors(const SortedValues& values, const QuantParams& params,
                                           std::size_t channel, Rounding rounding);

/// All sets of an index, each through its own channel's parameters, added in order.
/// index.sets() == params.channels(), else none.
std::optional<SquaredErrors> squaredErrors(const ValueIndex& index, const QuantParams& params,
                                           Rounding rounding);

} // namespace qs
