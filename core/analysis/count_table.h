// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// How often each of `size` bins occurred, as one thread counts it: 32-bit counters that are added
/// to 64-bit totals before they could overflow, that is at least every 2^32 - 1 elements.
///
/// Small tables are kept four times, side by side. Neighbours in a tensor often share a bin, and a
/// counter that is raised again before the last store is done makes the next one wait for it.
class CountTable {
public:
    explicit CountTable(std::size_t size)
        : m_size(size), m_shift(size <= kMostRepeated ? 2 : 0), m_counters(size << m_shift)
    {
    }

    /// Bytes that a table of this size takes.
    static std::uint64_t bytes(std::size_t size)
    {
        return sizeof(std::uint32_t) * (size <= kMostRepeated ? 4 * size : size);
    }

    /// Counters of a bin start at bin << shift().
    int shift() const { return m_shift; }

    /// Counts n bins, each given as bin << shift().
    void count(const std::uint32_t* shifted, std::size_t n)
    {
        std::uint32_t* const counters = m_counters.data();
        const std::size_t whole = n - n % 4;
        if (m_shift == 0)
            countFours<0>(counters, shifted, whole);
        else
            countFours<1>(counters, shifted, whole);
        for (std::size_t i = whole; i < n; ++i)
            ++counters[shifted[i]];
    }

    /// Adds the counts to totals[0 … size) and starts again at 0.
    void moveTo(std::span<std::int64_t> totals)
    {
        const std::size_t each = std::size_t{1} << m_shift;
        for (std::size_t bin = 0; bin < m_size; ++bin) {
            for (std::size_t i = 0; i < each; ++i)
                totals[bin] += m_counters[(bin << m_shift) + i];
        }
        std::fill(m_counters.begin(), m_counters.end(), 0);
    }

private:
    /// Four tables of this size fill half of a usual first-level cache.
    static constexpr std::size_t kMostRepeated = 1024;

    template <std::uint32_t step>
    static void countFours(std::uint32_t* counters, const std::uint32_t* shifted, std::size_t n)
    {
        for (std::size_t i = 0; i < n; i += 4) {
            // Read before any counter is written: the compiler must assume that they overlap.
            const std::array<std::uint32_t, 4> bin{shifted[i], shifted[i + 1], shifted[i + 2],
                                                   shifted[i + 3]};
            ++counters[bin[0]];
            ++counters[bin[1] + step];
            ++counters[bin[2] + 2 * step];
            ++counters[bin[3] + 3 * step];
        }
    }

    std::size_t m_size;
    int m_shift;
    std::vector<std::uint32_t> m_counters;
};

} // namespace qs
