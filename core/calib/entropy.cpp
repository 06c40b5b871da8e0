// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/entropy.h"

#include "core/base/parallel.h"
#include "core/calib/torch_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace qs {
namespace {

using Counts = std::vector<std::int64_t>;

/// smooth_distribution: zeros become eps, paid for by the others. False where all are zero.
bool smooth(const Counts& counts, std::vector<float>& to)
{
    constexpr double kEps = 0.0001;
    const auto zeros = std::count(counts.begin(), counts.end(), 0);
    const auto others = static_cast<std::ptrdiff_t>(counts.size()) - zeros;
    if (others == 0)
        return false;
    const double taken = kEps * static_cast<double>(zeros) / static_cast<double>(others);
    to.resize(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const float added = counts[i] == 0 ? static_cast<float>(kEps) : static_cast<float>(-taken);
        to[i] = static_cast<float>(counts[i]) + added;
    }
    return true;
}

/// scipy.stats.entropy(p, q): both made to add up to 1, then the sum of p * log(p / q), each term
/// computed in double and stored as float32.
float divergence(std::vector<float>& p, std::vector<float>& q)
{
    const float sumP = numpySum(p);
    const float sumQ = numpySum(q);
    for (std::size_t i = 0; i < p.size(); ++i) {
        const auto a = static_cast<double>(p[i] / sumP);
        const auto b = static_cast<double>(q[i] / sumQ);
        p[i] = static_cast<float>(
            a > 0 && b > 0 ? a * std::log(a / b)
                           : (a == 0 && b >= 0 ? 0.0 : std::numeric_limits<double>::infinity()));
    }
    return numpySum(p);
}

/// The error of the slice [start, end) of the counts. sums[i] is the sum of the first i counts.
float sliceError(const Counts& counts, const Counts& sums, std::size_t start, std::size_t end,
                 std::size_t levels)
{
    Counts p(counts.begin() + static_cast<std::ptrdiff_t>(start),
             counts.begin() + static_cast<std::ptrdiff_t>(end));
    const std::size_t merged = p.size() / levels;
    p.front() += sums[start];
    p.back() += sums.back() - sums[end];
    Counts q(p.size(), 0);
    for (std::size_t k = 0; k < levels; ++k) {
        const std::size_t first = k * merged;
        const std::size_t last = first + merged;
        const std::size_t lastCounted = k + 1 == levels ? p.size() : last;
        const std::int64_t all = sums[start + lastCounted] - sums[start + first];
        const auto filled = std::count_if(p.begin() + static_cast<std::ptrdiff_t>(first),
                                          p.begin() + static_cast<std::ptrdiff_t>(last),
                                          [](std::int64_t n) { return n != 0; });
        if (filled != 0)
            std::fill(q.begin() + static_cast<std::ptrdiff_t>(first),
                      q.begin() + static_cast<std::ptrdiff_t>(last), all / filled);
    }
    std::vector<float> smoothP;
    std::vector<float> smoothQ;
    if (!smooth(p, smoothP) || !smooth(q, smoothQ))
        return std::numeric_limits<float>::infinity();
    return divergence(smoothP, smoothQ);
}

} // namespace

EntropyRange entropyRange(std::span<const float> x, int levels, int bins)
{
    const auto [lowest, highest] = std::minmax_element(x.begin(), x.end());
    const float min = *lowest + 0.0F;
    const float max = *highest + 0.0F;
    const float top = std::max(std::fabs(min), std::fabs(max));
    EntropyRange result;
    result.histogram = numpyHistogram(x, -top, top, bins);
    const auto& counts = result.histogram.counts;
    const auto& edges = result.histogram.edges;
    Counts sums(counts.size() + 1, 0);
    std::partial_sum(counts.begin(), counts.end(), sums.begin() + 1);

    const auto middle = static_cast<std::int64_t>(bins / 2);
    const auto first = static_cast<std::int64_t>(levels / 2);
    auto& steps = result.search.steps;
    steps.resize(static_cast<std::size_t>(std::max<std::int64_t>(middle - first + 1, 0)));
    forEachIndex(static_cast<std::int64_t>(steps.size()), {}, [&](std::int64_t k) {
        const auto start = static_cast<std::size_t>(middle - first - k);
        const auto end =
            static_cast<std::size_t>(std::min<std::int64_t>(middle + first + k + 1, bins));
        steps[static_cast<std::size_t>(k)] = {
            edges[start], edges[end],
            static_cast<double>(
                sliceError(counts, sums, start, end, static_cast<std::size_t>(levels))),
            false};
    });
    double best = std::numeric_limits<double>::infinity();
    result.search.min = steps.empty() ? min : steps.front().min;
    result.search.max = steps.empty() ? max : steps.front().max;
    for (auto& step : steps) {
        if (!(step.error < best))
            continue;
        step.best = true;
        best = step.error;
        result.search.min = step.min;
        result.search.max = step.max;
    }
    result.search.min = std::max(result.search.min, min) + 0.0F;
    result.search.max = std::min(result.search.max, max) + 0.0F;
    return result;
}

} // namespace qs
