// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/spec_options.h"
#include "app/commands/sweep_output.h"
#include "core/sweep/sweep_axes.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace qs {

/// The options of sweep, as a person typed them.
struct SweepOptions {
    std::vector<std::string> files;
    std::vector<std::string> tensors; ///< patterns
    std::string bits;
    std::string dtypes;
    std::string qschemes = "per_tensor_affine";
    std::string observers = "minmax";
    std::string groupSizes;
    std::string shard;
    SpecOptions common; ///< axis, percentile, rounding, seed, dialect, scaleRule, ranges
    SweepOutput output;
};

/// One of N parts; 1 of 1 is the whole.
struct Shard {
    std::int64_t k = 1;
    std::int64_t n = 1;
    bool given = false;
};

void addSweepOptions(CLI::App& app, SweepOptions& options);

/// Errors (Usage): names that no table has, options that exclude each other; each names the option.
Result<SweepAxes> axesOf(const SweepOptions& options);
/// "K/N". Errors (Usage): not 1 <= K <= N.
Result<Shard> shardOf(const SweepOptions& options);

/// What was asked for, as the JSON output tells it.
nlohmann::ordered_json askedJson(const SweepOptions& options, const SweepAxes& axes,
                                 std::size_t configurations);

} // namespace qs
