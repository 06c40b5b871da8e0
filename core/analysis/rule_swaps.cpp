// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/rule_swaps.h"

#include "core/base/text.h"

#include <algorithm>

namespace qs {
namespace {

using Numbers = std::vector<ElementNumbers>;

std::string words(Scaling rule)
{
    switch (rule) {
    case Scaling::Reciprocal:
        return "x * (1 / scale)";
    case Scaling::Divide:
        return "x / scale";
    case Scaling::Inverse:
        return "x * (steps / (max - min))";
    case Scaling::Span:
        break;
    }
    return "x / (high - low) * steps";
}

std::string words(Origin rule)
{
    switch (rule) {
    case Origin::Zero:
        return "added after rounding";
    case Origin::Low:
        return "none: x - low";
    case Origin::LowToZero:
        break;
    }
    return "x - low, minus quant_zero before rounding";
}

std::string words(Ties rule)
{
    return rule == Ties::Even ? "to even" : rule == Ties::Away ? "away from 0" : "up";
}

std::string words(ClampRule rule)
{
    switch (rule) {
    case ClampRule::Codes:
        return "the code";
    case ClampRule::Int64:
        return "the code, as int64";
    case ClampRule::Reals:
        return "x, before scaling";
    case ClampRule::Ends:
        break;
    }
    return "x <= low and x > high";
}

std::string words(Decode rule)
{
    switch (rule) {
    case Decode::Zero:
        return "(code - zero_point) * scale";
    case Decode::Span:
        return "code / steps * (high - low) + low";
    case Decode::Affine:
        break;
    }
    return "code * scale + low";
}

Numbers numbersOf(const QuantParams& params)
{
    Numbers all;
    for (std::size_t c = 0; c < params.channels(); ++c)
        all.push_back(elementNumbers(params, c));
    return all;
}

/// Of the first set, and how many there are.
std::string shown(const Numbers& numbers, float ElementNumbers::*field)
{
    const std::string text = formatExact(numbers[0].*field);
    return numbers.size() > 1 ? text + ", …" : text;
}

/// Some numbers of the other, with what follows from them computed anew for the base's rules.
struct NumberGroup {
    std::string_view rule;
    std::vector<float ElementNumbers::*> fields;
};

const NumberGroup kGroups[] = {
    {"scale", {&ElementNumbers::scale, &ElementNumbers::inverse}},
    {"stored scale", {&ElementNumbers::decode}},
    {"zero_point", {&ElementNumbers::zero, &ElementNumbers::quantZero}},
    {"range",
     {&ElementNumbers::low, &ElementNumbers::high, &ElementNumbers::decodeLow,
      &ElementNumbers::passLow, &ElementNumbers::passHigh}},
    {"quant_min, quant_max", {&ElementNumbers::first, &ElementNumbers::last}},
};

/// Whether the rules look at a group's numbers at all.
bool uses(const ElementRules& rules, const NumberGroup& group)
{
    const auto field = group.fields[0];
    if (field == &ElementNumbers::scale)
        return rules.scaling != Scaling::Span;
    if (field == &ElementNumbers::decode)
        return rules.decode != Decode::Span;
    if (field == &ElementNumbers::zero)
        return rules.origin != Origin::Low || rules.decode == Decode::Zero;
    if (field == &ElementNumbers::low)
        return rules.origin != Origin::Zero || rules.scaling == Scaling::Span ||
               rules.decode != Decode::Zero;
    return true;
}

void addNumberSwaps(const ElementRules& rules, const Numbers& base, const Numbers& other,
                    std::vector<RuleSwap>& swaps)
{
    for (const auto& group : kGroups) {
        if (!uses(rules, group))
            continue;
        Numbers mixed = base;
        bool differ = false;
        for (std::size_t c = 0; c < mixed.size(); ++c) {
            for (const auto field : group.fields) {
                differ = differ || mixed[c].*field != other[c].*field;
                mixed[c].*field = other[c].*field;
            }
            // A scale that is stored as it is used: what codes are multiplied with goes along.
            const bool asUsed =
                base[c].scale == base[c].decode && other[c].scale == other[c].decode;
            if (group.rule == "scale" && asUsed)
                mixed[c].decode = other[c].decode;
        }
        const bool asUsed = base[0].scale == base[0].decode && other[0].scale == other[0].decode;
        if (!differ || (group.rule == "stored scale" && asUsed))
            continue;
        const bool pair = group.rule == "range" || group.fields[0] == &ElementNumbers::first;
        const auto say = [&](const Numbers& numbers) {
            auto text = shown(numbers, group.fields[0]);
            return pair ? text + " to " + shown(numbers, group.fields[1]) : text;
        };
        swaps.push_back({group.rule, say(base), say(other), rules, std::move(mixed)});
    }
}

/// Gives a copy of the rules one of the other's, where it differs.
template <typename Rule>
void addRuleSwap(std::string_view name, Rule ElementRules::*rule, const ElementRules& base,
                 const ElementRules& other, const Numbers& numbers, std::vector<RuleSwap>& swaps)
{
    if (base.*rule == other.*rule)
        return;
    ElementRules mixed = base;
    mixed.*rule = other.*rule;
    swaps.push_back({name, words(base.*rule), words(other.*rule), mixed, numbers});
}

} // namespace

std::vector<RuleSwap> makeRuleSwaps(const QuantParams& base, const QuantParams& other)
{
    const auto rulesBase = elementRules(base);
    const auto rulesOther = elementRules(other);
    const auto numbersBase = numbersOf(base);
    const auto numbersOther = numbersOf(other);
    std::vector<RuleSwap> swaps;
    swaps.push_back({kAllParameters, "", "", rulesBase, numbersOther});
    swaps.push_back({kAllArithmetic, "", "", rulesOther, numbersBase});
    addNumberSwaps(rulesBase, numbersBase, numbersOther, swaps);
    addRuleSwap("scaling", &ElementRules::scaling, rulesBase, rulesOther, numbersBase, swaps);
    addRuleSwap("zero_point order", &ElementRules::origin, rulesBase, rulesOther, numbersBase,
                swaps);
    addRuleSwap("ties", &ElementRules::ties, rulesBase, rulesOther, numbersBase, swaps);
    addRuleSwap("clamp", &ElementRules::clamp, rulesBase, rulesOther, numbersBase, swaps);
    addRuleSwap("dequantization", &ElementRules::decode, rulesBase, rulesOther, numbersBase, swaps);
    return swaps;
}

} // namespace qs
