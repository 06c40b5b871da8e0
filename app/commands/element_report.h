// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/bit_inspector.h"

#include <nlohmann/json.hpp>

namespace qs {

/// "5", "1,0,3" (one place per axis, negative ones from the end) or several of them with ';'
/// between, as flat indices. Errors (Usage): what is not such a place, or outside the shape.
Result<std::vector<std::int64_t>> elementIndices(const std::string& text, const Shape& shape);

/// One element's bits, scales, neighbours and errors as JSON. Bit patterns are texts of 0 and 1
/// with a space between fields.
nlohmann::ordered_json elementJson(const ElementInspection& element, const Shape& shape);

} // namespace qs
