// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// What a sweep is over: the cross product of the lists, everything else as in `common`.
struct SweepAxes {
    std::vector<DType> dtypes;
    std::vector<QScheme> qschemes{QScheme::PerTensorAffine};
    std::vector<std::int64_t> groupSizes; ///< of per-group schemes; empty: the usual one
    std::vector<std::string> observers{"minmax"};
    std::optional<int> axis; ///< of channels and groups; none: defaultAxis
    QuantSpec common;        ///< rounding, seed, dialect, scaleRule, percentile, narrowRange, …
};

/// "2-8", "4", "2,4,8" or "2-4,8" to int2 … int16, in the order given.
/// Errors (Usage): what is not a width of 2 … 16 bits or a range of them, by its text.
Result<std::vector<DType>> dtypesOfBits(std::string_view text);

/// The spec with everything that its dtype does not use at the value that stands for "not used", so
/// that two specs that quantize alike are equal:
///
/// - block formats: per_group_symmetric with their own block, ggml's along the last axis
/// - other floats and codebooks: a symmetric scheme, because they have no zero_point
/// - float16, bfloat16, float8_e8m0fnu (casts) and ggml's formats take no range: minmax, and the
///   casts per_tensor_symmetric
/// - an axis and a group_size only where the scheme has them
/// - narrow_range and reduce_range for integers only, a scale_rule only where the dtype has it
QuantSpec inUse(QuantSpec spec);

/// The most specs of one sweep.
inline constexpr std::size_t kMostSpecs = 100000;

/// The cross product, each spec as inUse() and once, in the order of dtypes, then qschemes, group
/// sizes, observers. Errors (Usage): an empty list; more than kMostSpecs; no spec of the sweep that
/// uses a given axis, group size, percentile, scale_rule, narrow_range or reduce_range; not one
/// that its observer takes.
Result<std::vector<QuantSpec>> sweepSpecs(const SweepAxes& axes);

} // namespace qs
