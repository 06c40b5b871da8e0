// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: rows of accumulators to rows of codes.

#include "core/integer/code_clamp.h"

#include <cstddef>
#include <vector>

namespace qs::integer {

/// One multiplier per channel, and the clamp behind it.
class RowRequantizer {
public:
    RowRequantizer() = default;
    /// rowLength: elements in a row of sums, a multiple of kRun.
    RowRequantizer(RequantizeMode mode, const std::vector<Multiplier>& multipliers,
                   const CodeClamp& clamp, std::ptrdiff_t rowLength);

    /// to[r][c] = the code of sums[r][c]. Up to kRun bytes behind the end are overwritten.
    void requantize(const std::int32_t* sums, std::ptrdiff_t rows, std::uint8_t* to) const;
    /// sums are `pool` lines of `width` rows each; to[i][c] = the code of the largest sum of the
    /// square of pool * pool rows whose first is row pool * i, i < columns: as codes are monotone
    /// in sums, it is the largest code.
    void requantizeLargest(const std::int32_t* sums, std::ptrdiff_t width, int pool,
                           std::ptrdiff_t columns, std::uint8_t* to) const;
    void count(const std::int32_t* sums, std::ptrdiff_t rows, Saturation& saturation) const;

private:
    template <typename Step, typename Load>
    void forEachRun(std::ptrdiff_t rows, std::uint8_t* to, Load load) const;
    template <typename Load>
    void dispatch(std::ptrdiff_t rows, std::uint8_t* to, Load load) const;

    RequantizeMode m_mode = RequantizeMode::Float;
    CodeClamp m_clamp;
    std::ptrdiff_t m_channels = 0;
    std::ptrdiff_t m_rowLength = 0;
    std::vector<float> m_real;
    std::vector<std::int32_t> m_m0;
    std::vector<std::int32_t> m_shift;
    bool m_leftShift = false; ///< in some channel
};

} // namespace qs::integer
