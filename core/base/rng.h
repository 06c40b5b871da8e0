// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace qs {

/// Counter-based random numbers: the i-th number of a seed is a pure function of (seed, i), so that
/// a parallel fill gives the same bits whatever the number of threads. SplitMix64's output function
/// (Steele, Lea, Flood 2014) on seed-mixed counters.
class CounterRng {
public:
    explicit CounterRng(std::uint64_t seed) : m_key(mix(seed + 0x9e3779b97f4a7c15ULL)) {}

    std::uint64_t bits(std::uint64_t i) const
    {
        return mix(m_key + (i + 1) * 0x9e3779b97f4a7c15ULL);
    }
    /// Uniform in the open interval (0, 1): (k + 0.5) / 2^53 with k of 53 random bits.
    double uniform(std::uint64_t i) const
    {
        return (static_cast<double>(bits(i) >> 11) + 0.5) * 0x1p-53;
    }
    /// Uniform in [0, n), n > 0. Bias below n / 2^64.
    std::uint64_t below(std::uint64_t i, std::uint64_t n) const
    {
        return static_cast<std::uint64_t>((static_cast<Wide>(bits(i)) * n) >> 64);
    }

private:
    __extension__ using Wide = unsigned __int128;

    static std::uint64_t mix(std::uint64_t z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::uint64_t m_key;
};

/// The inverse of the standard normal distribution function, 0 < p < 1, relative error about 1e-16.
/// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", 1988 (PPND16).
double inverseNormal(double p);

} // namespace qs
