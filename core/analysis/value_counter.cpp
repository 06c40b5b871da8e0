// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/value_counter.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr std::size_t kPiece = 512;

} // namespace

ValueCounter::ValueCounter(const HistogramBins& bins)
    : m_bins(bins), m_counts({static_cast<std::size_t>(bins.count) + 3})
{
}

void ValueCounter::count(std::span<const float> x)
{
    const double lo = m_bins.lo;
    const double hi = m_bins.hi;
    const double perBin = m_bins.perBin();
    const auto last = static_cast<double>(m_bins.count - 1);
    CountTable& table = m_counts.local(x.size()).front();
    const int shift = table.shift();
    std::uint32_t bins[kPiece];
    for (std::size_t at = 0; at < x.size(); at += kPiece) {
        const std::size_t n = std::min(kPiece, x.size() - at);
        const float* in = x.data() + at;
        for (std::size_t i = 0; i < n; ++i) {
            const auto v = static_cast<double>(in[i]);
            const double scaled = (v - lo) * perBin;
            const double above = scaled > 0.0 ? scaled : 0.0;
            const double bin = above < last ? above : last;
            const double outside = v < lo ? last + 1 : v > hi ? last + 2 : bin;
            const double place = std::fabs(v) < HUGE_VAL ? outside : last + 3;
            bins[i] = static_cast<std::uint32_t>(static_cast<std::int32_t>(place)) << shift;
        }
        table.count(bins, n);
    }
}

Histogram ValueCounter::total()
{
    auto counts = m_counts.totals().front();
    const auto count = static_cast<std::size_t>(m_bins.count);
    Histogram h;
    h.lo = m_bins.lo;
    h.hi = m_bins.hi;
    h.below = counts[count];
    h.above = counts[count + 1];
    counts.resize(count);
    h.counts = std::move(counts);
    return h;
}

} // namespace qs
