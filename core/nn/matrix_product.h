// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace qs {

/// What a product starts from.
enum class ProductStart {
    Zero,
    Accumulate, ///< what C holds
};

/// C[r][n] = start + Σ_k A[r][k] B[k][n], for r < rows, n < columns.
///
///     A[r][k] = a[r * aRow + k * aStep],  B[k][n] = b[k * bRow + n],  C[r][n] = c[r * cRow + n]
///
/// Rows of A may overlap: a convolution along an image row is such a product without a copy. Runs
/// on the calling thread; the order of additions depends on the sizes alone.
struct MatrixProduct {
    const float* a = nullptr;
    std::ptrdiff_t aRow = 0;
    std::ptrdiff_t aStep = 1;
    const float* b = nullptr;
    std::ptrdiff_t bRow = 0;
    float* c = nullptr;
    std::ptrdiff_t cRow = 0;
    std::ptrdiff_t rows = 0;
    std::ptrdiff_t depth = 0;
    std::ptrdiff_t columns = 0;
    ProductStart start = ProductStart::Zero;
};

void multiply(const MatrixProduct& product);

} // namespace qs
