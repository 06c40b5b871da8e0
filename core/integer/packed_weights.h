// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: products of centred codes (code - zero_point, as int16).

#include "core/base/large_array.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace qs::integer {

/// Bytes that may be read and written behind the end of every array that kernels work on.
inline constexpr std::ptrdiff_t kSlack = 64;

/// Channels are worked on in runs of this many, whatever the width of vectors.
inline constexpr int kRun = 8;

/// Where a window begins, and where its row of sums goes.
struct Position {
    std::ptrdiff_t from;
    std::ptrdiff_t to;
};

/// Centred weights in the order in which the kernel reads them. A window is `segments` runs of
/// `length` elements; a run of odd length is filled up with a 0.
class PackedWeights {
public:
    PackedWeights() = default;
    /// weights: [outputs][segments][length].
    PackedWeights(const std::vector<std::int16_t>& weights, int outputs, int segments, int length);

    /// Outputs, filled up to whole vectors and runs: the length of a row of sums.
    std::ptrdiff_t rowLength() const { return m_rowLength; }

    /// sums[at[r].to + o] = start[o] + Σ_s Σ_k a[at[r].from + offset_s + k] * w[o][s][k], modulo
    /// 2^32, for r < rows and o < rowLength(); offset_s is the sum of steps[0 … s - 1]. start has
    /// rowLength() elements; where it is null, what is in sums stands for it. One element behind
    /// each segment of odd length is read, too.
    void multiply(const std::int16_t* a, const Position* at, int rows, const std::ptrdiff_t* steps,
                  const std::int32_t* start, std::int32_t* sums) const;

private:
    std::ptrdiff_t m_rowLength = 0;
    int m_segments = 0;
    int m_pairs = 0;                 ///< in a segment
    LargeArray<std::int16_t> m_data; ///< [group][segment][pair][vector of the group][lane][2]
};

} // namespace qs::integer
