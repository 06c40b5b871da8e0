// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/tile_product.h"

#include "core/nn/lanes.h"

#include <array>
#include <utility>

namespace qs {
namespace {

/// One tile of C, all of its sums in registers.
template <int tileRows, int vectors>
void multiplyTile(const TileProduct& p, std::ptrdiff_t row, std::ptrdiff_t column)
{
    Vector sum[tileRows][vectors];
    float* c = p.c + row * p.cRow + column;
    repeat<tileRows>([&](auto r) {
        repeat<vectors>([&](auto v) {
            if (p.start == ProductStart::Accumulate)
                load(sum[r][v], c + r * p.cRow + v * kLanes);
            else if (p.start == ProductStart::Row)
                load(sum[r][v], p.startRow + column + v * kLanes);
            else
                sum[r][v] = Vector{};
        });
    });
    const float* a = p.a + row * p.aRow;
    const float* b = p.b + column;
    const std::ptrdiff_t aRow = p.aRow;
    for (std::ptrdiff_t k = 0; k < p.depth; ++k) {
        Vector bk[vectors];
        repeat<vectors>([&](auto v) { load(bk[v], b + v * kLanes); });
        repeat<tileRows>([&](auto r) {
            const float ark = a[r * aRow];
            repeat<vectors>([&](auto v) { sum[r][v] += bk[v] * ark; });
        });
        a += p.aStep;
        b += p.bRow;
    }
    repeat<tileRows>([&](auto r) {
        repeat<vectors>([&](auto v) { store(sum[r][v], c + r * p.cRow + v * kLanes); });
    });
}

using Tile = void (*)(const TileProduct&, std::ptrdiff_t row, std::ptrdiff_t column);

/// tiles[rows - 1][vectors - 1]
template <int... shapes>
constexpr auto makeTiles(std::integer_sequence<int, shapes...>)
{
    std::array<Tile, sizeof...(shapes)> tiles{};
    ((tiles[static_cast<std::size_t>(shapes)] =
          &multiplyTile<shapes / kTileVectors + 1, shapes % kTileVectors + 1>),
     ...);
    return tiles;
}
constexpr auto kTiles = makeTiles(std::make_integer_sequence<int, kTileRows * kTileVectors>{});

} // namespace

void multiply(const TileProduct& p)
{
    const std::ptrdiff_t vectors = roundUpToLanes(p.columns) / kLanes;
    // Tiles of nearly equal height: 10 rows as 5 + 5 rather than 6 + 4.
    const std::ptrdiff_t stacks = (p.rows + kTileRows - 1) / kTileRows;
    for (std::ptrdiff_t stack = 0; stack < stacks; ++stack) {
        const std::ptrdiff_t row = p.rows * stack / stacks;
        const std::ptrdiff_t height = p.rows * (stack + 1) / stacks - row;
        // From the right: a tile's extra columns spill into columns that are written after it.
        for (std::ptrdiff_t end = vectors; end > 0;) {
            const std::ptrdiff_t rest = end % kTileVectors;
            const std::ptrdiff_t width = rest != 0 ? rest : std::ptrdiff_t{kTileVectors};
            end -= width;
            const auto shape = (height - 1) * kTileVectors + width - 1;
            kTiles[static_cast<std::size_t>(shape)](p, row, end * kLanes);
        }
    }
}

} // namespace qs
