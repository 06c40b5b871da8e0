// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/matrix_product.h"

#include <Eigen/Core>

namespace qs {

void multiply(const MatrixProduct& p)
{
    using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using BothStrides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    using RowStride = Eigen::OuterStride<>;
    const Eigen::Map<const Matrix, 0, BothStrides> a(p.a, p.rows, p.depth,
                                                     BothStrides(p.aRow, p.aStep));
    const Eigen::Map<const Matrix, 0, RowStride> b(p.b, p.depth, p.columns, RowStride(p.bRow));
    Eigen::Map<Matrix, 0, RowStride> c(p.c, p.rows, p.columns, RowStride(p.cRow));
    switch (p.start) {
    case ProductStart::Zero:
        c.noalias() = a * b;
        return;
    case ProductStart::Accumulate:
        c.noalias() += a * b;
    }
}

} // namespace qs
