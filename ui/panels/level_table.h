// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace qs {

/// The levels of a quantizer with one set of parameters in ascending order, and where one becomes
/// the next: found by asking the quantizer itself, so that every dialect and rounding is right to
/// the last bit of float32. Immutable.
class LevelTable {
public:
    /// More codes than this are not listed.
    static constexpr std::int64_t kMostLevels = 65536;
    /// Whether a table can be made: not of ggml's blocks, not of qint32.
    static bool fits(const QuantParams& params);

    /// `quantizer` is of one set of parameters (shape {1}), and not stochastic.
    explicit LevelTable(const Quantizer& quantizer);

    /// The table of these parameters; the last one is kept, because several pictures ask for it.
    /// Stochastic rounding has that of floor: the lower of the two levels an element may become.
    static std::shared_ptr<const LevelTable> of(const QuantParams& params, Rounding rounding);

    /// Ascending, distinct and finite; at least two.
    const std::vector<double>& levels() const { return m_levels; }
    /// thresholds[i]: up to there level i, beyond it level i + 1. One fewer than levels.
    const std::vector<double>& thresholds() const { return m_thresholds; }
    /// The place of a code's level: codes of +0 and -0 have the same one. -1: not a finite value.
    std::int64_t placeOf(std::int32_t code) const
    {
        return m_places[static_cast<std::size_t>(code - m_firstCode)];
    }
    /// Elements on each level, from counts per code.
    std::vector<std::int64_t> countsPerLevel(std::span<const std::int64_t> codeCounts) const;

private:
    std::int32_t m_firstCode = 0;
    std::vector<double> m_levels;
    std::vector<double> m_thresholds;
    std::vector<std::int32_t> m_places;
};

/// The value of a code, or of a place between codes, before float32 rounds it; of integer dtypes.
double idealLevel(const QuantParams& params, double code);
/// Where codes pass a place: the real x, exact in float32, from which on `quantizer` gives codes
/// above code, near `guess`. Returned as `guess` itself where no float32 lies between.
double thresholdAbove(const Quantizer& quantizer, std::int32_t code, double guess);
/// Where clipping begins above (side 1) or below (side -1), near `guess`; infinite: nowhere.
double clippingFrom(const Quantizer& quantizer, int side, double guess);

} // namespace qs
