// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/json_text.h"

#include "core/io/messages.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace qs {
namespace {

/// Takes everything and builds nothing.
class Looker : public nlohmann::json_sax<nlohmann::json> {
public:
    std::size_t stoppedAt = 0;

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override
    {
        stoppedAt = position > 0 ? position - 1 : 0; // it counts the byte that it stopped at
        return false;
    }
};

} // namespace

std::optional<std::size_t> notJsonAt(std::string_view text)
{
    Looker looker;
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &looker))
        return std::nullopt;
    return std::min(looker.stoppedAt, text.size());
}

Error notJson(const std::string& path, std::string_view expected, std::string_view text)
{
    const auto at = notJsonAt(text);
    if (!at)
        return damaged(path, expected, "numbers that JSON does not have");
    if (*at == text.size())
        return damaged(path, expected, text.empty() ? "an empty file" : "the end of the file", *at);
    return damaged(path, expected, "'" + printable(text.substr(*at), 20) + "'", *at);
}

} // namespace qs
