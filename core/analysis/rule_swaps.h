// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/dialect_rules.h"

#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// The base quantizer with one rule taken from another: rules for all, numbers for each set.
struct RuleSwap {
    std::string_view rule;
    std::string base;  ///< the base's rule in words
    std::string other; ///< the one that takes its place
    ElementRules rules;
    std::vector<ElementNumbers> numbers;
};

inline constexpr std::string_view kAllParameters = "all parameters";
inline constexpr std::string_view kAllArithmetic = "all arithmetic";

/// Every exchange that two quantizers of the same layout have between them: first all numbers
/// (kAllParameters) and all rules (kAllArithmetic) together, then one by one those that differ:
/// "scale", "stored scale", "zero_point", "range", "quant_min, quant_max" of the parameters,
/// "scaling", "zero_point order", "ties", "clamp", "dequantization" of the arithmetic.
/// Numbers that the base's rules do not look at are no difference of their own. A rule that works
/// with numbers the base does not have (a range's ends) gets those of the base's codes.
std::vector<RuleSwap> makeRuleSwaps(const QuantParams& base, const QuantParams& other);

} // namespace qs
