// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qs {

/// The sizes of a tensor's dimensions, row-major (the last one varies fastest). A scalar has none.
/// Cannot be invalid: no size is negative and the product fits in 63 bits.
class Shape {
public:
    Shape() = default;
    /// Errors: a negative size; a product of 2^62 or more; more than 32 dimensions.
    static Result<Shape> make(std::vector<std::int64_t> sizes);

    std::int64_t numel() const { return m_numel; }
    int rank() const { return static_cast<int>(m_sizes.size()); }
    std::int64_t operator[](int axis) const { return m_sizes[static_cast<std::size_t>(axis)]; }
    const std::vector<std::int64_t>& sizes() const { return m_sizes; }
    bool operator==(const Shape&) const = default;

    /// "[64, 20, 5, 5]"; a scalar is "[]".
    std::string toString() const;
    /// The axis counted from the front, for axis in [-rank, rank); an error that names the valid
    /// range otherwise.
    Result<int> resolveAxis(int axis) const;

private:
    std::vector<std::int64_t> m_sizes;
    std::int64_t m_numel = 1;
};

} // namespace qs
