// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// The shortest text that reads back as the same number ('.' decimal, no locale).
std::string formatExact(double value);
std::string formatExact(float value);

/// Four significant digits for people: 0.003906, 1.25e-05, 12340.
std::string formatShort(double value);

/// A whole number with thin grouping by commas: 16,777,216.
std::string formatCount(long long value);

/// Reads a number as a person writes one: 0.5, 3.9e-3, 1/256, 2^-8, 0x1p-8, -2*3, with spaces and
/// parentheses-free products and quotients of such terms. No locale. nullopt when it is not one or
/// not finite.
std::optional<double> parseNumber(std::string_view text);

/// The same as it is typed into a field, where a decimal number may also end with the letter of an
/// SI prefix: n, u or µ, m, k, M, G ("5m" = 0.005, "3k" = 3000). What is beyond every double is an
/// infinity of its sign.
std::optional<double> parseTypedNumber(std::string_view text);

/// "a, b, c" for messages that list what would have been valid.
std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

} // namespace qs
