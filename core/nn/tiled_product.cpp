// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/tiled_product.h"

#include "core/nn/lanes.h"

namespace qs {
namespace {

/// Vectors of a tile's row: with kTileRows rows of them, the sums, a row of B and an element of A
/// just fit the registers (16, or 32 with AVX-512).
constexpr int kTileVectors = 2;
constexpr int kTileRows = kLanes == 16 ? 12 : 6;

/// A tile of C: `rows` rows from `row` on, `vectors` vectors from `column` on.
template <int rows, int vectors>
void tile(const TiledProduct& p, std::ptrdiff_t row, std::ptrdiff_t column)
{
    Vector sum[rows][vectors];
    repeat<rows>([&](auto r) {
        repeat<vectors>([&](auto v) { load(sum[r][v], p.start + column + v * kLanes); });
    });
    const float* a[rows];
    repeat<rows>([&](auto r) { a[r] = p.a + p.aRows[row + r]; });
    const float* b = p.b + column;
    for (std::ptrdiff_t s = 0; s < p.segments; ++s) {
        for (std::ptrdiff_t k = 0; k < p.depth; ++k) {
            Vector x[vectors];
            repeat<vectors>([&](auto v) { load(x[v], b + v * kLanes); });
            repeat<rows>([&](auto r) {
                const float factor = a[r][k];
                repeat<vectors>([&](auto v) { sum[r][v] += x[v] * factor; });
            });
            b += p.bRow;
        }
        repeat<rows>([&](auto r) { a[r] += p.aSegment; });
    }
    repeat<rows>([&](auto r) {
        float* to = p.c + (row + r) * p.cRow + column;
        repeat<vectors>([&](auto v) {
            const std::ptrdiff_t left = p.columns - column - v * kLanes;
            if (left >= kLanes) {
                store(sum[r][v], to + v * kLanes);
            } else if (left > 0) {
                // A whole vector would reach into the next row.
                float part[kLanes];
                store(sum[r][v], part);
                std::copy_n(part, left, to + v * kLanes);
            }
        });
    });
}

template <int vectors, int rows = kTileRows>
void lastRows(const TiledProduct& p, std::ptrdiff_t row, std::ptrdiff_t column)
{
    if constexpr (rows > 0) {
        if (p.rows - row == rows)
            return tile<rows, vectors>(p, row, column);
        lastRows<vectors, rows - 1>(p, row, column);
    }
}

template <int vectors>
void panel(const TiledProduct& p, std::ptrdiff_t column)
{
    std::ptrdiff_t row = 0;
    for (; row + kTileRows <= p.rows; row += kTileRows)
        tile<kTileRows, vectors>(p, row, column);
    lastRows<vectors>(p, row, column);
}

} // namespace

void multiply(const TiledProduct& product)
{
    std::ptrdiff_t column = 0;
    for (; product.columns - column > kLanes; column += kTileVectors * kLanes)
        panel<kTileVectors>(product, column);
    if (column < product.columns)
        panel<1>(product, column);
}

} // namespace qs
