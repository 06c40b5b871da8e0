// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

#include <cstdint>
#include <vector>

namespace qs {

/// Where a 2-D slice of a tensor lies: its last two axes as rows and columns, the axes before them
/// fixed. A tensor of one axis is one row, a scalar one cell. Consecutive elements.
struct SlicePlace {
    std::vector<std::int64_t> at; ///< one for each axis before the last two
    std::int64_t begin = 0;       ///< its first element
    std::int64_t rows = 1;
    std::int64_t columns = 1;

    /// `at`: axes that it does not name are at 0; a place beyond an axis becomes the nearest that
    /// there is, so that a place kept from another tensor shows something.
    static SlicePlace of(const Shape& shape, const std::vector<std::int64_t>& at);
    /// Whether an element lies in it.
    bool contains(std::int64_t index) const
    {
        return index >= begin && index < begin + rows * columns;
    }
    /// "[3, 1, :, :]".
    std::string toString(const Shape& shape) const;
    bool operator==(const SlicePlace&) const = default;
};

/// What became of one element.
struct SliceElement {
    std::int64_t index = -1; ///< flat, row-major, in the tensor
    float x = 0;
    float y = 0;   ///< dequantized
    float lsb = 0; ///< e in units of the distance of the levels around x
    std::int32_t code = 0;
    bool clipped = false;
    double error() const { return static_cast<double>(y) - static_cast<double>(x); }
};

/// A slice in cells, each of blockRows x blockColumns elements (fewer at the ends).
struct SliceCells {
    SlicePlace place;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t blockRows = 1;
    std::int64_t blockColumns = 1;
    /// [row * columns + column]: the element of the largest |x|, and that of the largest |e|; of
    /// equal ones the first; elements that are not finite only where there are no others.
    std::vector<SliceElement> largest;
    std::vector<SliceElement> worst;

    bool isReduced() const { return blockRows > 1 || blockColumns > 1; }
};

/// Quantizes a slice, and keeps of each block of it the elements that stand out, so that there are
/// at most mostSide x mostSide cells. On all cores. Errors: cancelled.
Result<SliceCells> sliceCells(const Tensor& tensor, const Quantizer& quantizer,
                              const SlicePlace& place, std::int64_t mostSide,
                              const JobContext& context = {});

} // namespace qs
