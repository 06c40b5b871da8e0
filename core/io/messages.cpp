// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/messages.h"

#include "core/base/text.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

namespace qs {
namespace {

constexpr std::string_view kExpected = ": expected ";
constexpr std::string_view kFound = ", found ";
constexpr std::string_view kAt = " (at byte ";
constexpr std::string_view kInside = " after decompression";

} // namespace

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

Error damaged(const std::string& path, std::string_view expected, std::string_view found,
              std::optional<std::uint64_t> offset)
{
    std::string line = printable(path, 4096);
    line.append(kExpected).append(expected).append(kFound).append(found);
    if (offset)
        line.append(kAt).append(std::to_string(*offset)).append(")");
    return Error::data(std::move(line));
}

Error insideGzip(Error error)
{
    const auto problem = fileProblem(error.message);
    if (problem && problem->offset && !problem->decompressed)
        error.message.insert(error.message.size() - 1, kInside);
    return error;
}

std::optional<FileProblem> fileProblem(std::string_view line)
{
    const auto expected = line.find(kExpected);
    const auto found = expected == std::string_view::npos ? expected : line.find(kFound, expected);
    if (found == std::string_view::npos)
        return std::nullopt;
    const auto expectedAt = expected + kExpected.size();
    FileProblem problem{std::string(line.substr(0, expected)),
                        std::string(line.substr(expectedAt, found - expectedAt)),
                        std::string(line.substr(found + kFound.size())),
                        {},
                        false};
    std::string_view rest = problem.found;
    const auto at = rest.rfind(kAt);
    if (at == std::string_view::npos || !rest.ends_with(')'))
        return problem;
    rest = rest.substr(at + kAt.size());
    rest.remove_suffix(1);
    const bool decompressed = rest.ends_with(kInside);
    if (decompressed)
        rest.remove_suffix(kInside.size());
    std::uint64_t offset = 0;
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), offset);
    if (code != std::errc() || end != rest.data() + rest.size())
        return problem;
    problem.offset = offset;
    problem.decompressed = decompressed;
    problem.found.resize(at);
    return problem;
}

Error unusable(const std::string& path, std::string_view expected, int errnoValue,
               std::optional<std::uint64_t> offset)
{
    auto error = damaged(path, expected, std::generic_category().message(errnoValue), offset);
    error.kind = ErrorKind::Io;
    return error;
}

Error outOfMemory(const std::string& path)
{
    return damaged(path, "enough memory to read it", "too little");
}

} // namespace qs
