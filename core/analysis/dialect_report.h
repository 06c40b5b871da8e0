// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/report.h"
#include "core/quant/dialect_rules.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// One named intermediate of an element.
struct NamedStep {
    std::string_view name; ///< "x", "t", "rounded", "zero_point", "raw", "code", "dequantized"
    float value;
};

/// One element that two dialects see differently, with everything either computes on its way.
struct DifferingElement {
    std::int64_t index = 0; ///< in the tensor, row-major
    std::vector<NamedStep> base;
    std::vector<NamedStep> other;
};

/// One rule in which a dialect parts from the base, and what the exchange of it alone does.
struct RuleDifference {
    std::string_view rule; ///< "scale", "zero_point", "quant_min, quant_max", "scaling", "ties", …
    std::string base;      ///< the base's, in words with its numbers
    std::string other;
    /// Elements that still differ from the other dialect once the base takes this rule from it.
    std::int64_t remaining = 0;
};

/// A dialect against the base: an element differs where its code or its dequantized value does.
struct DialectDifference {
    std::int64_t elements = 0; ///< differ in code or in value
    std::int64_t codes = 0;
    std::int64_t values = 0;
    double largest = 0; ///< largest |difference of the dequantized values|
    std::vector<DifferingElement> first;
    /// Elements that still differ with the other's parameters in the base's arithmetic, and the
    /// other way round.
    std::int64_t remainingWithItsParameters = 0;
    std::int64_t remainingWithItsArithmetic = 0;
    /// Every rule in which the two part, most of the differences explained first.
    std::vector<RuleDifference> rules;
};

/// The tensor through one dialect; `error` says why there is none.
struct DialectResult {
    Dialect dialect = Dialect::Torch;
    std::string error;
    Report report;
    DialectDifference difference; ///< empty for the base itself
};

struct DialectRequest {
    QuantSpec spec; ///< an integer dtype of at most 16 bits; its dialect does not matter
    std::vector<Dialect> dialects; ///< empty: all
    Dialect base = Dialect::Torch;
    std::vector<ChannelRange> ranges; ///< what all dialects are given, one per set of the layout
    int first = 5;                    ///< how many differing elements are told in full
};

/// The same tensor and the same ranges through several dialects. Which rule makes a difference is
/// found by exchanging one rule at a time between the two quantizers and counting what still
/// differs, over the whole tensor. Non-finite elements are left out. Streams in blocks on all
/// cores, the same result whatever their number. Results are in the order of `dialects`; the base
/// is put first where it is not among them.
/// Errors (Usage): a dtype or a scheme that has no integers of at most 16 bits or a float
/// zero_point; observer fixed; as many ranges as the layout has sets; a base that cannot do the
/// spec; first < 0. Cancelled. A dialect that cannot is no error: its result says so.
Result<std::vector<DialectResult>> compareDialects(const Tensor& tensor, const TensorStats& stats,
                                                   const DialectRequest& request,
                                                   const JobContext& context = {});

/// The intermediates of an element in the order in which the rules compute them.
std::vector<NamedStep> namedSteps(const ElementRules& rules, const ElementNumbers& numbers,
                                  float x);

} // namespace qs
