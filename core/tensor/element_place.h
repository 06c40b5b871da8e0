// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/shape.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// The place of the element with a flat, row-major index along each axis of shape; index is one of
/// its elements. As np.unravel_index(index, shape).
std::vector<std::int64_t> coordinatesOf(const Shape& shape, std::int64_t index);

/// The same as it is read: "[3, 1, 4]"; of a scalar "[]".
std::string placeText(const Shape& shape, std::int64_t index);

/// What a person types for an element: its flat index, "1234", or its place, "3, 1, 4" or
/// "[3, 1, 4]"; negative numbers count from the end, of all elements or of the axis. As
/// np.ravel_multi_index(place, shape). Errors (Usage): what was expected.
Result<std::int64_t> elementFromText(const Shape& shape, std::string_view typed);

} // namespace qs
