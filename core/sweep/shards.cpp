// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/shards.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <utility>

namespace qs {
namespace {

/// Into how many pieces each tensor is cut.
std::vector<std::int64_t> cutsOf(std::span<const std::int64_t> costs, std::int64_t configurations,
                                 std::int64_t shards)
{
    double total = 0;
    for (const auto cost : costs)
        total += static_cast<double>(cost) * static_cast<double>(configurations);
    const double share = total / static_cast<double>(shards);
    std::vector<std::int64_t> cuts;
    std::int64_t pieces = 0;
    for (const auto cost : costs) {
        // An N-th that rounding made a little larger is still one piece.
        const double wanted = std::ceil(
            static_cast<double>(cost) * static_cast<double>(configurations) / share - 1e-9);
        cuts.push_back(static_cast<std::int64_t>(
            std::clamp(wanted, 1.0, static_cast<double>(configurations))));
        pieces += cuts.back();
    }
    // Tensors of too few configurations leave shards without work: cut the largest pieces on.
    using Candidate = std::pair<double, std::size_t>; // work of a piece, counted from the last
    std::priority_queue<Candidate> largest;
    const auto offer = [&](std::size_t t) {
        if (cuts[t] < configurations)
            largest.emplace(static_cast<double>(costs[t]) / static_cast<double>(cuts[t]),
                            costs.size() - 1 - t);
    };
    for (std::size_t t = 0; t < costs.size(); ++t)
        offer(t);
    while (pieces < shards && !largest.empty()) {
        const auto t = costs.size() - 1 - largest.top().second;
        largest.pop();
        ++cuts[t];
        ++pieces;
        offer(t);
    }
    return cuts;
}

} // namespace

std::vector<SweepPiece> shardPieces(std::span<const std::int64_t> costs,
                                    std::int64_t configurations, std::int64_t shard,
                                    std::int64_t shards)
{
    if (costs.empty() || configurations < 1)
        return {};
    const auto cuts = cutsOf(costs, configurations, shards);
    std::vector<SweepPiece> pieces;
    for (std::size_t t = 0; t < costs.size(); ++t) {
        // The first `longer` pieces have one configuration more.
        const auto size = configurations / cuts[t];
        const auto longer = configurations % cuts[t];
        std::int64_t first = 0;
        for (std::int64_t i = 0; i < cuts[t]; ++i) {
            const auto count = size + (i < longer ? 1 : 0);
            pieces.push_back({t, first, count});
            first += count;
        }
    }
    const auto work = [&](const SweepPiece& p) {
        return static_cast<double>(costs[p.tensor]) * static_cast<double>(p.count);
    };
    std::stable_sort(pieces.begin(), pieces.end(),
                     [&](const SweepPiece& a, const SweepPiece& b) { return work(a) > work(b); });
    // Shards beyond the pieces stay empty: no table of a hostile N.
    const auto used = std::min(shards, static_cast<std::int64_t>(pieces.size()));
    using Load = std::pair<double, std::int64_t>;
    std::vector<Load> loads;
    for (std::int64_t k = 1; k <= used; ++k)
        loads.emplace_back(0.0, k);
    std::priority_queue<Load, std::vector<Load>, std::greater<>> least(std::greater<>(),
                                                                       std::move(loads));
    std::vector<SweepPiece> mine;
    for (const auto& piece : pieces) {
        auto [load, k] = least.top();
        least.pop();
        if (k == shard)
            mine.push_back(piece);
        least.emplace(load + work(piece), k);
    }
    std::sort(mine.begin(), mine.end(), [](const SweepPiece& a, const SweepPiece& b) {
        return std::pair(a.tensor, a.first) < std::pair(b.tensor, b.first);
    });
    std::vector<SweepPiece> joined;
    for (const auto& piece : mine) {
        if (!joined.empty() && joined.back().tensor == piece.tensor &&
            joined.back().first + joined.back().count == piece.first)
            joined.back().count += piece.count;
        else
            joined.push_back(piece);
    }
    return joined;
}

} // namespace qs
