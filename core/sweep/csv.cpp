// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/csv.h"

#include <algorithm>

namespace qs {

std::string csvLine(const std::vector<std::string>& fields)
{
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        line += i > 0 ? "," : "";
        if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
            line += fields[i];
            continue;
        }
        line += '"';
        for (const char c : fields[i]) {
            if (c == '"')
                line += '"';
            line += c;
        }
        line += '"';
    }
    return line;
}

Result<std::vector<std::string>> CsvReader::next()
{
    const auto start = "line " + std::to_string(m_line) + ": ";
    std::vector<std::string> fields(1);
    while (m_at < m_text.size()) {
        auto& field = fields.back();
        if (m_text[m_at] == '"' && field.empty()) {
            for (++m_at;; ++m_at) {
                if (m_at == m_text.size())
                    return Error::data(start + "expected the end of a quoted text, found the end "
                                               "of the file");
                if (m_text[m_at] == '\n')
                    ++m_line;
                if (m_text[m_at] == '"') {
                    if (m_text.substr(m_at + 1, 1) != "\"")
                        break;
                    ++m_at;
                }
                field += m_text[m_at];
            }
            ++m_at;
        } else {
            const auto end = std::min(m_text.find_first_of(",\"\r\n", m_at), m_text.size());
            field += m_text.substr(m_at, end - m_at);
            m_at = end;
        }
        const auto rest = m_text.substr(m_at);
        if (rest.starts_with(',')) {
            ++m_at;
            fields.emplace_back();
        } else if (rest.starts_with('\n') || rest.starts_with("\r\n")) {
            m_at += rest.starts_with('\n') ? 1 : 2;
            ++m_line;
            return fields;
        } else if (!rest.empty()) {
            return Error::data(start + "expected a comma or the line's end behind a field, found " +
                               (rest[0] == '"' ? "a quote" : "other text"));
        }
    }
    return Error::data(start + "expected a line's end, found the end of the file");
}

} // namespace qs
