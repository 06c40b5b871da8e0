// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/mse_range.h"
#include "core/index/value_index.h"

#include <optional>

namespace qs {

/// Up to this many sets, and codes of an affine or another scheme, ranges are proven to be optimal.
inline constexpr std::size_t kMostProvenSets = 256;
inline constexpr std::int64_t kMostProvenAffineCodes = 1024;
inline constexpr std::int64_t kMostProvenCodes = 4096;

/// For each set the range whose parameters have the smallest mean squared error there is, within
/// kOptimalTolerance (optimalScale), on the sorted values of all batches; or minmax's or
/// histogram's range where that is better still by a rounding. None where optimalScale() does not
/// know such parameters, there are more sets or codes than above, memory has no room for the sorted
/// values, or the spec's rule cannot give the scale and zero_point that were found.
///
/// `index`: the sorted values of the only batch by the spec's layout, where the caller has them.
/// trace: each scale that was looked at, as a range, with its mean squared error.
/// Errors: cancelled.
Result<std::optional<std::vector<ChannelRange>>>
optimalRanges(std::span<const Tensor> batches, const QuantSpec& spec,
              std::span<const ChannelRange> observed, std::span<const ChannelRange> histogram,
              const JobContext& context, MseTrace* trace, const ValueIndex* index);

/// Whether optimalRanges() is worth asking.
bool canProveRanges(const QuantSpec& spec, std::span<const ChannelRange> observed);

} // namespace qs
