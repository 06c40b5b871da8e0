// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// The options that make a QuantSpec, as a person typed them.
struct SpecOptions {
    std::string dtype;
    std::string qscheme;
    std::optional<int> axis;
    std::optional<std::int64_t> groupSize;
    std::string scaleRule = "default";
    std::string codebook;
    std::optional<std::uint64_t> seed;
    std::optional<double> percentile;
    std::string scale;
    std::string zeroPoint;
    std::string observer;
    double averagingConstant = 0.01;
    std::optional<std::int32_t> quantMin;
    std::optional<std::int32_t> quantMax;
    bool reduceRange = false;
    bool narrowRange = false;
    std::string rounding = "half_even";
    std::string dialect = "torch";
};

enum class SpecUse {
    OneQuantizer, ///< all options
    Ranges,       ///< those that say which codes and which ranges: no scale, rounding or dialect
};

void addSpecOptions(CLI::App& app, SpecOptions& options, SpecUse use);

/// Errors (Usage): names that no table has, options that exclude or need each other, numbers that
/// are none; each names the option, what was expected and what was found.
Result<QuantSpec> specOf(const SpecOptions& options);

/// "1/256,2^-8" to numbers. Errors: an entry that is not a number, by its text.
Result<std::vector<double>> numberList(const std::string& text, const std::string& option);

} // namespace qs
