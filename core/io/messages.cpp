// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/messages.h"

#include "core/base/text.h"

#include <array>
#include <cstdio>
#include <system_error>

namespace qs {

std::string printable(std::string_view text, std::size_t limit)
{
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        // Never in the middle of a UTF-8 sequence: only where a new character starts.
        if (i >= limit && (c & 0xC0U) != 0x80U)
            return line + "…";
        if (c == '\n') {
            line += "\\n";
        } else if (c == '\t') {
            line += "\\t";
        } else if (c < 0x20 || c == 0x7F) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned>(c));
            line += code.data();
        } else {
            line += text[i];
        }
    }
    return line;
}

std::string bytesText(std::uint64_t count)
{
    if (count > INT64_MAX)
        return std::to_string(count) + " bytes";
    return formatCount(static_cast<long long>(count)) + (count == 1 ? " byte" : " bytes");
}

Error damaged(const std::string& path, std::string_view expected, std::string_view found)
{
    return Error::data(printable(path, 4096) + ": expected " + std::string(expected) + ", found " +
                       std::string(found));
}

Error unusable(const std::string& path, std::string_view expected, int errnoValue)
{
    auto error = damaged(path, expected, std::generic_category().message(errnoValue));
    error.kind = ErrorKind::Io;
    return error;
}

Error outOfMemory(const std::string& path)
{
    return damaged(path, "enough memory to read it", "too little");
}

} // namespace qs
