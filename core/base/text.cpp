// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

namespace qs {
namespace {

template <typename T>
std::string shortest(T value)
{
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value < 0 ? "-inf" : "inf";
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

/// The SI prefix at the start of `text`: its power of ten and its length in bytes.
struct Prefix {
    int power = 0;
    std::size_t length = 0;
};

Prefix prefixAt(std::string_view text)
{
    constexpr std::pair<std::string_view, int> kPrefixes[] = {
        {"n", -9}, {"u", -6}, {"\xC2\xB5", -6}, {"\xCE\xBC", -6},
        {"m", -3}, {"k", 3},  {"M", 6},         {"G", 9}};
    for (const auto& [letter, power] : kPrefixes) {
        if (text.starts_with(letter))
            return {power, letter.size()};
    }
    return {};
}

/// Whether a decimal number that has no double is too large for one, not too small.
bool isTooLarge(std::string_view literal)
{
    const auto e = literal.find_first_of("eE");
    const auto digits = literal.substr(0, e);
    const auto first = digits.find_first_of("123456789");
    const auto point = std::min(digits.find('.'), digits.size());
    if (first == std::string_view::npos)
        return false;
    double power = static_cast<double>(point) - static_cast<double>(first);
    if (e != std::string_view::npos) {
        const auto exponent = literal.substr(e + 1);
        const bool negative = exponent.starts_with('-');
        const auto size = exponent.substr(exponent.find_first_of("0123456789"));
        double value = 0;
        for (const char digit : size)
            value = std::min(1e9, 10 * value + (digit - '0'));
        power += negative ? -value : value;
    }
    return power > 0;
}

/// One left-to-right reader of term := number ['^' number]; expression := term {('*'|'/') term}.
class NumberReader {
public:
    /// Typed: SI prefixes are read, and what is too large is infinite.
    NumberReader(std::string_view text, bool typed) : m_text(text), m_typed(typed) {}

    std::optional<double> expression()
    {
        auto value = term();
        while (value && !atEnd()) {
            const char op = m_text[m_pos++];
            if (op != '*' && op != '/')
                return std::nullopt;
            const auto right = term();
            if (!right || (op == '/' && *right == 0))
                return std::nullopt;
            value = op == '*' ? *value * *right : *value / *right;
        }
        return value;
    }

private:
    bool atEnd()
    {
        while (m_pos < m_text.size() && (m_text[m_pos] == ' ' || m_text[m_pos] == '\t'))
            ++m_pos;
        return m_pos == m_text.size();
    }

    std::optional<double> term()
    {
        auto base = number();
        if (base && !atEnd() && m_text[m_pos] == '^') {
            ++m_pos;
            const auto exponent = number();
            if (!exponent)
                return std::nullopt;
            base = *base < 0 ? -std::pow(-*base, *exponent) : std::pow(*base, *exponent);
        }
        return base;
    }

    std::optional<double> number()
    {
        if (atEnd())
            return std::nullopt;
        bool negative = false;
        if (m_text[m_pos] == '-' || m_text[m_pos] == '+')
            negative = m_text[m_pos++] == '-';
        if (atEnd() || !(m_text[m_pos] == '.' || (m_text[m_pos] >= '0' && m_text[m_pos] <= '9')))
            return std::nullopt; // no "inf", no "nan", no second sign
        auto format = std::chars_format::general;
        if (m_text.substr(m_pos, 2) == "0x" || m_text.substr(m_pos, 2) == "0X") {
            m_pos += 2;
            format = std::chars_format::hex;
        }
        double value = 0;
        const char* begin = m_text.data() + m_pos;
        const auto [end, code] =
            std::from_chars(begin, m_text.data() + m_text.size(), value, format);
        const std::string_view literal(begin, static_cast<std::size_t>(end - begin));
        const bool decimal = format == std::chars_format::general;
        if (literal.empty())
            return std::nullopt;
        if (code != std::errc()) {
            if (!m_typed || !decimal)
                return std::nullopt;
            value = isTooLarge(literal) ? std::numeric_limits<double>::infinity() : 0;
        }
        m_pos += literal.size();
        if (m_typed && decimal)
            value = scaledByPrefix(literal, value);
        return negative ? -value : value;
    }

    /// Takes the SI prefix that follows a number, if one does.
    double scaledByPrefix(std::string_view literal, double value)
    {
        const auto prefix = prefixAt(m_text.substr(m_pos));
        if (prefix.length == 0)
            return value;
        m_pos += prefix.length;
        if (literal.find_first_of("eE") != std::string_view::npos)
            return value * std::pow(10.0, prefix.power);
        // As the digits with an exponent: rounded once.
        const auto whole = std::string(literal) + "e" + std::to_string(prefix.power);
        double scaled = value;
        std::from_chars(whole.data(), whole.data() + whole.size(), scaled);
        return scaled;
    }

    std::string_view m_text;
    bool m_typed;
    std::size_t m_pos = 0;
};

} // namespace

std::string formatExact(double value)
{
    return shortest(value);
}

std::string formatExact(float value)
{
    return shortest(value);
}

std::string formatShort(double value)
{
    if (!std::isfinite(value))
        return shortest(value);
    if (value == 0)
        return "0";
    char buffer[64];
    const double magnitude = std::fabs(value);
    if (magnitude >= 1e-3 && magnitude < 1e5) {
        const int digits = 3 - static_cast<int>(std::floor(std::log10(magnitude)));
        std::snprintf(buffer, sizeof buffer, "%.*f", digits > 0 ? digits : 0, value);
        std::string text = buffer;
        if (text.find('.') != std::string::npos) {
            text.erase(text.find_last_not_of('0') + 1);
            if (text.back() == '.')
                text.pop_back();
        }
        return text;
    }
    std::snprintf(buffer, sizeof buffer, "%.3e", value);
    return buffer;
}

std::string formatCount(long long value)
{
    std::string digits = std::to_string(value);
    const std::size_t first = digits[0] == '-' ? 1 : 0;
    for (std::size_t i = digits.size(); i > first + 3;) {
        i -= 3;
        digits.insert(i, ",");
    }
    return digits;
}

std::optional<double> parseNumber(std::string_view text)
{
    const auto value = NumberReader(text, false).expression();
    if (!value || !std::isfinite(*value))
        return std::nullopt;
    return value;
}

std::optional<double> parseTypedNumber(std::string_view text)
{
    const auto value = NumberReader(text, true).expression();
    if (!value || std::isnan(*value))
        return std::nullopt;
    return value;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator)
{
    std::string text;
    for (const auto& part : parts) {
        if (!text.empty())
            text += separator;
        text += part;
    }
    return text;
}

} // namespace qs
