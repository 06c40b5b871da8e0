// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace qs {

/// Text from a file made fit for one line of a message: control characters become \n, \t or \x1b,
/// and more than `limit` bytes become the first ones and "…".
std::string printable(std::string_view text, std::size_t limit = 120);

/// "1 byte", "4,000 bytes".
std::string bytesText(std::uint64_t count);

/// The error of a damaged file: "path: expected <expected>, found <found>", of kind Data.
Error damaged(const std::string& path, std::string_view expected, std::string_view found);

/// The error of a file that cannot be used: the same line, of kind Io, where found is the system's
/// text for errnoValue.
Error unusable(const std::string& path, std::string_view expected, int errnoValue);

/// The error where memory does not suffice for the file, of kind Data.
Error outOfMemory(const std::string& path);

} // namespace qs
