// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace qs {

/// How far values are from what they should be. Sums in double, in order.
class ErrorFigures {
public:
    /// Pairs in parts, one after the other; equally many of both.
    void add(std::span<const float> exact, std::span<const float> found);

    std::int64_t count() const { return m_count; }
    double mse() const;       ///< mean (found - exact)²; 0 of nothing
    double meanError() const; ///< mean (found - exact)
    double rms() const;       ///< of exact
    /// 10 log10(Σ exact² / Σ (found - exact)²); none where there is no error, or no signal.
    std::optional<double> sqnrDb() const;
    /// Σ exact found / sqrt(Σ exact² Σ found²); none where one of them is all 0.
    std::optional<double> cosine() const;
    bool exact() const { return m_error == 0; } ///< no pair differs

private:
    std::int64_t m_count = 0;
    double m_signal = 0;
    double m_found = 0;
    double m_product = 0;
    double m_error = 0;
    double m_difference = 0;
};

} // namespace qs
