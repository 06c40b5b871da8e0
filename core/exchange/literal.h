// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// A value as Python and JSON write one, with what programs print around it.
struct Literal {
    enum class Kind {
        Number, ///< number; NaN and infinities too
        Text,   ///< text, from quotes
        Name,   ///< text: torch.quint8, True, null, ..., <class 'a.B'> as a.B
        List,   ///< items, of [] or ()
        Dict,   ///< items with keys
        Call,   ///< text(items): arguments, and a printed module's children, with or without keys
    };
    Kind kind = Kind::Name;
    std::string key;  ///< of an argument, a member or a child; empty: by its place
    std::string text; ///< of texts, names and calls
    double number = 0;
    int decimals = 0; ///< digits after the point, as written
    std::vector<Literal> items;

    bool is(Kind k) const { return kind == k; }
    /// The first item with this key, or null.
    const Literal* find(std::string_view name) const
    {
        for (const auto& item : items) {
            if (item.key == name)
                return &item;
        }
        return nullptr;
    }
    /// The last part of a dotted text: quint8 of torch.quint8.
    std::string_view lastName() const
    {
        const std::string_view all = text;
        const auto dot = all.rfind('.');
        return dot == std::string_view::npos ? all : all.substr(dot + 1);
    }
};

/// Most nested brackets, numbers and other values that a text may have.
inline constexpr int kMostDepth = 64;
inline constexpr std::size_t kMostNumbers = std::size_t{1} << 20;
inline constexpr std::size_t kMostText = std::size_t{16} << 20;

/// Everything in a text that is a value or `key = value` or `key: value`, as the items of one call
/// without a name. What is neither (words of a sentence) is left out: a line of a log can be read.
/// Numbers are read as parseNumber does. Errors (Data): more than 16 MiB, kMostNumbers numbers, as
/// many other values, or brackets nested deeper than kMostDepth.
Result<Literal> parseLiterals(std::string_view text);

} // namespace qs
