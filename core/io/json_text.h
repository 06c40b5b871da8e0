// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace qs {

/// The offset of the first byte at which text cannot be JSON any more, text.size() where it ends
/// too early; none where it is JSON. For messages: it parses all of it.
std::optional<std::size_t> notJsonAt(std::string_view text);

/// The error (Data) of a file, all of whose bytes are text, that should have been JSON: "path:
/// expected <expected>, found 'what is there' (at byte N)".
Error notJson(const std::string& path, std::string_view expected, std::string_view text);

} // namespace qs
