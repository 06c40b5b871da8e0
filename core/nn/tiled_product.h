// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/nn.

#include <cstddef>
#include <cstdint>

namespace qs {

/// C[r][n] = start[n] + Σ_s Σ_k A_s[r][k] B[s * depth + k][n], for r < rows, n < columns: a matrix
/// product whose rows of A lie anywhere, in `segments` parts each.
///
///     A_s[r][k] = a[aRows[r] + s * aSegment + k]
///
/// A convolution of an image is one such product: a row is an output position, a segment a line of
/// its window. B's rows are whole vectors (lanes.h), and so is start; behind the end of B one
/// vector more may be read. Runs on the calling thread; each sum is in the order of s and k.
struct TiledProduct {
    const float* a = nullptr;
    const std::int32_t* aRows = nullptr;
    std::ptrdiff_t aSegment = 0;
    std::ptrdiff_t segments = 1;
    std::ptrdiff_t depth = 0;
    const float* b = nullptr;
    std::ptrdiff_t bRow = 0;
    float* c = nullptr;
    std::ptrdiff_t cRow = 0;
    std::ptrdiff_t rows = 0;
    std::ptrdiff_t columns = 0;
    const float* start = nullptr;
};

void multiply(const TiledProduct& product);

} // namespace qs
