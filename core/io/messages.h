// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qs {

/// Text from a file made fit for one line of a message: control characters become \n, \t or \x1b,
/// and more than `limit` bytes become the first ones and "…".
std::string printable(std::string_view text, std::size_t limit = 120);

/// "1 byte", "4,000 bytes".
std::string bytesText(std::uint64_t count);

/// The error of a damaged file: "path: expected <expected>, found <found>", of kind Data. Where the
/// offset of the first wrong or missing byte is known, " (at byte <offset>)" follows.
Error damaged(const std::string& path, std::string_view expected, std::string_view found,
              std::optional<std::uint64_t> offset = std::nullopt);

/// The same error of what a gzip file holds: its offset is one of the decompressed bytes, and says
/// so. Other errors stay as they are.
Error insideGzip(Error error);

/// What such a line says, part by part, for whoever shows more than a line of it.
struct FileProblem {
    std::string where; ///< the file, of an archive "FILE.npz/member.npy", of a text "FILE: line 3"
    std::string expected;
    std::string found;
    std::optional<std::uint64_t> offset; ///< counted from 0
    bool decompressed = false; ///< offset counts in what a gzip file holds, not in the file
};

/// Takes the line of an error apart as damaged() and unusable() put it together; none where it is
/// another line. What is expected must not hold ", found " itself.
std::optional<FileProblem> fileProblem(std::string_view line);

/// The error of a file that cannot be used: the same line, of kind Io, where found is the system's
/// text for errnoValue.
Error unusable(const std::string& path, std::string_view expected, int errnoValue,
               std::optional<std::uint64_t> offset = std::nullopt);

/// The error where memory does not suffice for the file, of kind Data.
Error outOfMemory(const std::string& path);

} // namespace qs
