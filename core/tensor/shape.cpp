// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/shape.h"

namespace qs {

Result<Shape> Shape::make(std::vector<std::int64_t> sizes)
{
    if (sizes.size() > 32)
        return Error::data("shape has " + std::to_string(sizes.size()) +
                           " dimensions, at most 32 are supported");
    // A zero anywhere makes the product zero, whatever stands before or after it: the limit is put
    // on the product of the others, so that index arithmetic cannot overflow either.
    std::int64_t product = 1;
    bool empty = false;
    for (const auto size : sizes) {
        if (size < 0)
            return Error::data("shape has the negative size " + std::to_string(size));
        if (size == 0) {
            empty = true;
        } else if (product > (std::int64_t{1} << 62) / size) {
            return Error::data("shape has more than 2^62 elements");
        } else {
            product *= size;
        }
    }
    Shape shape;
    shape.m_sizes = std::move(sizes);
    shape.m_numel = empty ? 0 : product;
    return shape;
}

std::string Shape::toString() const
{
    std::string text = "[";
    for (const auto size : m_sizes) {
        if (text.size() > 1)
            text += ", ";
        text += std::to_string(size);
    }
    return text + "]";
}

Result<int> Shape::resolveAxis(int axis) const
{
    if (axis < -rank() || axis >= rank()) {
        if (rank() == 0)
            return Error::usage("axis " + std::to_string(axis) +
                                " does not exist: the tensor is a scalar");
        return Error::usage("axis " + std::to_string(axis) + " does not exist: shape " +
                            toString() + " has axes " + std::to_string(-rank()) + " to " +
                            std::to_string(rank() - 1));
    }
    return axis < 0 ? axis + rank() : axis;
}

} // namespace qs
