// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/packed_weights.h"

#include "core/integer/integer_lanes.h"

#include <algorithm>
#include <array>

namespace qs::integer {
namespace {

constexpr int kPairLanes = 2 * kLanes; // int16 in a vector

/// What one tile works on.
struct Tile {
    const std::int16_t* a;
    const Position* at;
    const std::int16_t* weights;
    int segments;
    int pairs;
    const std::ptrdiff_t* steps;
    const std::int32_t* start;
    std::int32_t* sums;
};

/// Rows and vectors whose sums stay in registers, beside the weights and one pair of activations.
template <int rows, int vectors>
void multiplyTile(const Tile& t)
{
    const std::int16_t* a[rows];
    Sums sum[rows * vectors];
    repeat<rows>([&](auto r) {
        a[r] = t.a + t.at[r].from;
        const std::int32_t* start = t.start != nullptr ? t.start : t.sums + t.at[r].to;
        repeat<vectors>([&](auto v) { sum[r * vectors + v] = loadSums(start + v * kLanes); });
    });
    const std::int16_t* w = t.weights;
    for (int s = 0; s < t.segments; ++s) {
#pragma GCC unroll 2
        for (std::ptrdiff_t k = 0; k < t.pairs; ++k) {
            Sums weight[vectors];
            repeat<vectors>([&](auto v) { weight[v] = loadPairs(w + v * kPairLanes); });
            repeat<rows>([&](auto r) {
                const Sums x = broadcastPair(a[r] + 2 * k);
                repeat<vectors>([&](auto v) {
                    auto& total = sum[r * vectors + v];
                    total = addProducts(total, x, weight[v]);
                });
            });
            w += vectors * kPairLanes;
        }
        repeat<rows>([&](auto r) { a[r] += t.steps[s]; });
    }
    repeat<rows>([&](auto r) {
        repeat<vectors>(
            [&](auto v) { storeSums(sum[r * vectors + v], t.sums + t.at[r].to + v * kLanes); });
    });
}

#if defined(__AVX512BW__)
constexpr std::array<int, 4> kTileRows = {0, 12, 12, 8}; // 32 registers
#else
constexpr std::array<int, 4> kTileRows = {0, 8, 6, 3}; // 16 registers
#endif

template <int vectors>
void multiplyGroup(Tile t, int rows)
{
    constexpr int most = kTileRows[vectors];
    constexpr auto kernels = []<int... i>(std::integer_sequence<int, i...>)
    {
        return std::array<void (*)(const Tile&), sizeof...(i)>{&multiplyTile<i + 1, vectors>...};
    }
    (std::make_integer_sequence<int, most>{});
    // Tiles of about the same size: a small last one would leave the multipliers idle.
    for (int tiles = (rows + most - 1) / most; tiles > 0; --tiles) {
        const int n = (rows + tiles - 1) / tiles;
        kernels[static_cast<std::size_t>(n - 1)](t);
        t.at += n;
        rows -= n;
    }
}

/// Vectors of the next group, of those that are left: pairs, and three rather than a lone last one.
int groupSize(std::ptrdiff_t left)
{
    return static_cast<int>(left == 3 ? 3 : std::min<std::ptrdiff_t>(left, 2));
}

} // namespace

PackedWeights::PackedWeights(const std::vector<std::int16_t>& weights, int outputs, int segments,
                             int length)
    : m_segments(segments), m_pairs((length + 1) / 2)
{
    constexpr std::ptrdiff_t whole = std::max(kLanes, kRun);
    m_rowLength = (outputs + whole - 1) / whole * whole;
    const std::ptrdiff_t perOutput = std::ptrdiff_t{2} * m_segments * m_pairs;
    m_data = LargeArray<std::int16_t>(static_cast<std::size_t>(m_rowLength * perOutput));
    std::int16_t* to = m_data.data();
    const std::ptrdiff_t vectors = m_rowLength / kLanes;
    for (std::ptrdiff_t first = 0; first < vectors;) {
        const int group = groupSize(vectors - first);
        for (int s = 0; s < segments; ++s)
            for (int pair = 0; pair < m_pairs; ++pair)
                for (std::ptrdiff_t o = first * kLanes; o < (first + group) * kLanes; ++o)
                    for (int k = 2 * pair; k < 2 * pair + 2; ++k)
                        *to++ =
                            o < outputs && k < length
                                ? weights[static_cast<std::size_t>((o * segments + s) * length + k)]
                                : std::int16_t{0};
        first += group;
    }
}

void PackedWeights::multiply(const std::int16_t* a, const Position* at, int rows,
                             const std::ptrdiff_t* steps, const std::int32_t* start,
                             std::int32_t* sums) const
{
    const std::ptrdiff_t perVector = std::ptrdiff_t{m_segments} * m_pairs * kPairLanes;
    const std::ptrdiff_t vectors = m_rowLength / kLanes;
    for (std::ptrdiff_t first = 0; first < vectors;) {
        const int group = groupSize(vectors - first);
        const Tile tile{.a = a,
                        .at = at,
                        .weights = m_data.data() + first * perVector,
                        .segments = m_segments,
                        .pairs = m_pairs,
                        .steps = steps,
                        .start = start != nullptr ? start + first * kLanes : nullptr,
                        .sums = sums + first * kLanes};
        if (group == 3)
            multiplyGroup<3>(tile, rows);
        else if (group == 2)
            multiplyGroup<2>(tile, rows);
        else
            multiplyGroup<1>(tile, rows);
        first += group;
    }
}

} // namespace qs::integer
