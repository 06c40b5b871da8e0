// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// The configurations [first, first + count) of one tensor.
struct SweepPiece {
    std::size_t tensor = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
    bool operator==(const SweepPiece&) const = default;
};

/// The K-th of N parts (1 <= shard <= shards) of every tensor's `configurations`, in the order of
/// tensors. costs[t] > 0 is the work of one configuration of tensor t. A pure function: each
/// (tensor, configuration) is in exactly one shard.
///
/// A tensor stays whole unless its work is more than an N-th of all; then, and where there are more
/// shards than tensors, it is cut into pieces of equal size. The largest piece goes to the shard
/// with the least work first (Graham 1969, LPT: no shard gets more than 4/3 of the best), and
/// every shard gets one as long as there are as many configurations of tensors as shards.
std::vector<SweepPiece> shardPieces(std::span<const std::int64_t> costs,
                                    std::int64_t configurations, std::int64_t shard,
                                    std::int64_t shards);

} // namespace qs
