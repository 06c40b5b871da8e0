// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// A record of RFC 4180, without its line's end: fields with a comma, a quote or a line's end in
/// quotes.
std::string csvLine(const std::vector<std::string>& fields);

/// Reads the records of RFC 4180 one after the other; lines may end in LF or CRLF.
class CsvReader {
public:
    explicit CsvReader(std::string_view text) : m_text(text) {}

    bool atEnd() const { return m_at == m_text.size(); }
    /// The next record. Errors (Data), without a file's name: a quote that is not closed or that
    /// text stands behind; a last record without a line's end, as a file that was cut short has.
    Result<std::vector<std::string>> next();
    /// Counted from 1; the line that the next record starts in.
    std::size_t line() const { return m_line; }

private:
    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
};

} // namespace qs
