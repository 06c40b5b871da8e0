// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/literal.h"

#include "core/base/text.h"

#include <cmath>
#include <limits>
#include <optional>

namespace qs {
namespace {

/// Characters read again after a value turned out to be none, in all: keeps hostile texts linear.
constexpr std::size_t kMostWasted = std::size_t{64} << 20;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
bool isNameStart(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isNamePart(char c)
{
    return isNameStart(c) || isDigit(c) || c == '.';
}
bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Values that are no number, as Python, NumPy, JavaScript and C print them.
std::optional<double> specialNumber(std::string_view name)
{
    if (name == "nan" || name == "NaN" || name == "NAN")
        return std::numeric_limits<double>::quiet_NaN();
    if (name == "inf" || name == "Infinity" || name == "INFINITY" || name == "Inf")
        return std::numeric_limits<double>::infinity();
    return std::nullopt;
}

class LiteralReader {
public:
    explicit LiteralReader(std::string_view text) : m_text(text) {}

    Result<Literal> all()
    {
        Literal root;
        root.kind = Literal::Kind::Call;
        std::size_t wasted = 0;
        while (skipSeparators()) {
            const std::size_t start = m_pos;
            Literal item;
            if (argument(item, 1)) {
                // A word alone says nothing; a sentence has many.
                if (!item.key.empty() || !item.is(Literal::Kind::Name))
                    root.items.push_back(std::move(item));
                continue;
            }
            if (m_error)
                return *m_error;
            wasted += m_pos - start;
            if (wasted > kMostWasted)
                break;
            m_pos = start;
            skipWord();
        }
        return root;
    }

private:
    using Kind = Literal::Kind;

    bool atEnd() const { return m_pos >= m_text.size(); }
    char at(std::size_t pos) const { return pos < m_text.size() ? m_text[pos] : '\0'; }
    char peek() const { return at(m_pos); }
    void skipSpaces()
    {
        while (!atEnd() && isSpace(m_text[m_pos]))
            ++m_pos;
    }
    /// False at the end.
    bool skipSeparators()
    {
        while (!atEnd() && (isSpace(m_text[m_pos]) || m_text[m_pos] == ',' || m_text[m_pos] == ';'))
            ++m_pos;
        return !atEnd();
    }
    void skipWord()
    {
        if (!isNamePart(peek())) {
            ++m_pos;
            return;
        }
        while (isNamePart(peek()))
            ++m_pos;
    }
    std::size_t nameEnd(std::size_t pos) const
    {
        while (isNamePart(at(pos)))
            ++pos;
        return pos;
    }
    std::size_t spacesEnd(std::size_t pos) const
    {
        while (isSpace(at(pos)))
            ++pos;
        return pos;
    }
    bool stop(std::string message)
    {
        if (!m_error)
            m_error = Error::data(std::move(message));
        return false;
    }
    bool count(std::size_t& what, const char* name)
    {
        return ++what <= kMostNumbers ||
               stop("the text has more than " + formatCount(kMostNumbers) + " " + name);
    }

    /// `(child): value`, `key = value`, `key: value`, `"key": value` or a value.
    bool argument(Literal& to, int depth)
    {
        std::string key;
        const std::size_t start = m_pos;
        if (peek() == '(') {
            const std::size_t end = nameEnd(m_pos + 1);
            if (end > m_pos + 1 && at(end) == ')' && at(end + 1) == ':') {
                key = m_text.substr(m_pos + 1, end - m_pos - 1);
                m_pos = end + 2;
            }
        } else if (isNameStart(peek())) {
            const std::size_t end = nameEnd(m_pos);
            const std::size_t after = spacesEnd(end);
            const char next = at(after + 1);
            const bool containing = m_text.substr(m_pos, end - m_pos) == "containing";
            if (!containing && ((at(after) == '=' && next != '=') ||
                                (at(after) == ':' && next != ':' && next != '='))) {
                key = m_text.substr(m_pos, end - m_pos);
                m_pos = after + 1;
            }
        } else if (peek() == '"' || peek() == '\'') {
            Literal quoted;
            if (text(quoted)) {
                skipSpaces();
                if (peek() == ':') {
                    key = std::move(quoted.text);
                    ++m_pos;
                }
            }
            if (key.empty())
                m_pos = start;
        }
        if (!value(to, depth))
            return false;
        // The first colon of "INFO: scale=0.1" is a sentence's.
        if (!key.empty() && to.is(Kind::Name)) {
            const char next = at(spacesEnd(m_pos));
            if (next == '=' || next == ':')
                return false;
        }
        to.key = std::move(key);
        return true;
    }

    bool value(Literal& to, int depth)
    {
        if (depth > kMostDepth)
            return stop("the text has brackets nested deeper than " + std::to_string(kMostDepth));
        skipSpaces();
        const char c = peek();
        const bool signedValue = c == '-' || c == '+';
        const char first = signedValue ? at(m_pos + 1) : c;
        if (isDigit(first) || (first == '.' && isDigit(at(m_pos + (signedValue ? 2 : 1)))))
            return count(m_numbers, "numbers") && number(to);
        if (signedValue && isNameStart(first))
            return count(m_numbers, "numbers") && signedName(to, c == '-');
        if (!count(m_others, "values"))
            return false;
        if (c == '[' || c == '(')
            return list(to, depth, c == '[' ? ']' : ')');
        if (c == '{')
            return list(to, depth, '}');
        if (c == '"' || c == '\'')
            return text(to);
        if (c == '<')
            return angle(to);
        if (m_text.substr(m_pos, 3) == "...") {
            m_pos += 3;
            to.text = "...";
            return true;
        }
        return isNameStart(c) && name(to, depth);
    }

    /// A run of numbers joined by / * ^ **, which parseNumber reads.
    bool number(Literal& to)
    {
        std::string run;
        for (;;) {
            const std::size_t start = m_pos;
            if (peek() == '-' || peek() == '+')
                ++m_pos;
            const bool hex = peek() == '0' && (at(m_pos + 1) == 'x' || at(m_pos + 1) == 'X');
            int decimals = 0;
            bool point = false;
            for (; !atEnd(); ++m_pos) {
                const char c = peek();
                const char before = m_pos > start ? m_text[m_pos - 1] : '\0';
                const bool exponent =
                    hex ? before == 'p' || before == 'P' : before == 'e' || before == 'E';
                if (!(isDigit(c) || isNameStart(c) || c == '.' ||
                      ((c == '-' || c == '+') && exponent)))
                    break;
                if (c == '.')
                    point = true;
                else if (isDigit(c) && point && !exponent && decimals >= 0)
                    ++decimals;
                else
                    point = false;
            }
            to.decimals = decimals;
            run.append(m_text.substr(start, m_pos - start));
            const std::size_t after = spacesEnd(m_pos);
            const bool power = m_text.substr(after, 2) == "**";
            const char op = power ? '^' : at(after);
            const std::size_t next = spacesEnd(after + (power ? 2 : 1));
            const bool isSigned = at(next) == '-' || at(next) == '+';
            if ((op != '/' && op != '*' && op != '^') || !isDigit(at(next + (isSigned ? 1 : 0))))
                break;
            run += op;
            m_pos = next;
        }
        // 1.e5 and 1. are Python's; a unit or a word at its end is none.
        const auto read = parseNumber(run);
        to.kind = Kind::Number;
        if (!read) {
            // Too large for a double: a number all the same, refused by name where it is used.
            const bool huge = run.find_first_not_of("0123456789.+-eE") == std::string::npos &&
                              run.find_first_of("eE") != std::string::npos;
            if (!huge)
                return false;
            to.number = std::numeric_limits<double>::infinity();
            return true;
        }
        to.number = *read;
        return true;
    }

    bool signedName(Literal& to, bool negative)
    {
        const std::size_t end = nameEnd(m_pos + 1);
        const auto special = specialNumber(m_text.substr(m_pos + 1, end - m_pos - 1));
        m_pos = end;
        if (!special)
            return false;
        to.kind = Kind::Number;
        to.number = negative ? -*special : *special;
        return true;
    }

    bool list(Literal& to, int depth, char close)
    {
        to.kind = close == '}' ? Kind::Dict : Kind::List;
        ++m_pos;
        return items(to, depth, close);
    }

    /// Until the closing bracket, which is taken too.
    bool items(Literal& to, int depth, char close)
    {
        for (;;) {
            if (!skipSeparators())
                return false;
            if (peek() == close) {
                ++m_pos;
                return true;
            }
            Literal item;
            if (!argument(item, depth + 1))
                return false;
            to.items.push_back(std::move(item));
        }
    }

    bool text(Literal& to)
    {
        const char quote = m_text[m_pos++];
        to.kind = Kind::Text;
        for (; !atEnd() && peek() != '\n'; ++m_pos) {
            if (peek() == quote) {
                ++m_pos;
                return true;
            }
            if (peek() == '\\')
                ++m_pos; // \" and \\ as they are meant; names have no others
            if (!atEnd())
                to.text += peek();
        }
        return false;
    }

    /// <class 'a.B'>, <function f at 0x..>, <Enum.Member: 1>
    bool angle(Literal& to)
    {
        const std::size_t end = m_text.find_first_of(">\n", m_pos);
        if (end == std::string_view::npos || m_text[end] != '>')
            return false;
        std::string_view inside = m_text.substr(m_pos + 1, end - m_pos - 1);
        m_pos = end + 1;
        if (const auto quote = inside.find('\''); quote != std::string_view::npos) {
            inside = inside.substr(quote + 1);
            inside = inside.substr(0, inside.find('\''));
        } else {
            if (inside.starts_with("function "))
                inside = inside.substr(9);
            inside = inside.substr(0, inside.find_first_of(": "));
        }
        to.text = inside;
        return true;
    }

    bool name(Literal& to, int depth)
    {
        const std::size_t end = nameEnd(m_pos);
        to.text = m_text.substr(m_pos, end - m_pos);
        m_pos = end;
        if (const auto special = specialNumber(to.text)) {
            to.kind = Kind::Number;
            to.number = *special;
            return true;
        }
        if (to.text == "Parameter") { // of a module: Parameter containing: tensor(...)
            constexpr std::string_view kContaining = "containing:";
            const std::size_t next = spacesEnd(m_pos);
            if (m_text.substr(next, kContaining.size()) == kContaining) {
                m_pos = next + kContaining.size();
                to = {};
                return value(to, depth + 1);
            }
        }
        if (peek() != '(')
            return true;
        to.kind = Kind::Call;
        ++m_pos;
        if (!items(to, depth, ')'))
            return false;
        return tail(depth);
    }

    /// What follows a call and changes nothing for us: () {..} .to(..)
    bool tail(int depth)
    {
        for (;;) {
            Literal dropped;
            if (peek() == '(' || peek() == '{') {
                if (!list(dropped, depth + 1, peek() == '(' ? ')' : '}'))
                    return false;
            } else if (peek() == '.' && isNameStart(at(m_pos + 1)) &&
                       at(nameEnd(m_pos + 1)) == '(') {
                m_pos = nameEnd(m_pos + 1);
            } else {
                return true;
            }
        }
    }

    std::string_view m_text;
    std::size_t m_pos = 0;
    std::size_t m_numbers = 0;
    std::size_t m_others = 0;
    std::optional<Error> m_error;
};

} // namespace

Result<Literal> parseLiterals(std::string_view text)
{
    if (text.size() > kMostText)
        return Error::data("the text has " + formatCount(static_cast<long long>(text.size())) +
                           " bytes, at most " + formatCount(kMostText) + " are read");
    return LiteralReader(text).all();
}

} // namespace qs
