// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"

#include <charconv>
#include <cmath>
#include <cstdio>

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

/// One left-to-right reader of term := number ['^' number]; expression := term {('*'|'/') term}.
class NumberReader {
public:
    explicit NumberReader(std::string_view text) : m_text(text) {}

    std::optional<double> expression()
    {
        auto value = term();
        while (value && !atEnd()) {
            const char op = m_text[m_pos++];
            if (op != '*' && op != '/')
                return std::nullopt;
            const auto right = term();
            if (!right)
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
        if (code != std::errc() || end == begin)
            return std::nullopt;
        m_pos += static_cast<std::size_t>(end - begin);
        return negative ? -value : value;
    }

    std::string_view m_text;
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
    const auto value = NumberReader(text).expression();
    if (!value || !std::isfinite(*value))
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
