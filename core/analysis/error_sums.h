// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/report.h"

#include <cstddef>
#include <vector>

namespace qs {

/// The sums a report is made of, over finite elements x and what became of them, y: e = y - x.
struct ErrorSums {
    double e2Inside = 0;  ///< Σe² over elements that are not clipped
    double e2Clipped = 0; ///< Σe² over those that are; apart, as one may be lost in the other's
    double e = 0;
    double absE = 0;
    double maxE = 0;
    double x2 = 0;
    double y2 = 0;
    double xy = 0;
};

/// Sums over one block, element after element in a fixed number of lanes, so that the order of
/// additions, and so every bit, is the same on every machine.
class BlockSums {
public:
    /// Adds n elements. `clip` is 1 or -1 where an element is clipped, else 0; null where none is.
    void add(const float* x, const float* y, const float* clip, std::size_t n);
    ErrorSums total() const;

private:
    static constexpr std::size_t kLanes = 4;
    using Doubles = double __attribute__((vector_size(kLanes * sizeof(double))));

    template <bool anyClipped>
    void addElements(const float* x, const float* y, const float* clip, std::size_t n);

    Doubles m_e2Inside{};
    Doubles m_e2Clipped{};
    Doubles m_e{};
    Doubles m_absE{};
    Doubles m_maxE{};
    Doubles m_x2{};
    Doubles m_y2{};
    Doubles m_xy{};
};

/// Joins the sums of blocks in their order. What each addition rounds away is kept and added at the
/// end (Neumaier 1974), so that the number of blocks costs no digits.
ErrorSums joined(const std::vector<ErrorSums>& blocks);

/// Sets every figure of the report that is made of sums; its stats say over how many elements.
void addErrorSums(const ErrorSums& sums, Report& report);

} // namespace qs
