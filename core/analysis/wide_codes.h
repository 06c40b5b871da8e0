// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

#include <cstdint>
#include <span>

namespace qs {

/// Codes are counted one by one in tables of up to this many.
inline constexpr std::int64_t kMostCounted = 65536;
/// Of wider codes a table counts what is above these bits.
inline constexpr int kLowBits = 16;

/// Which codes occur, where there are too many for a table of them.
struct CodeUse {
    std::int64_t levelsUsed = 0;
    double entropyBits = 0; ///< -Σ p log2 p
};

/// Counts the codes of a tensor's n finite elements. `tops` says of how many (code - firstCode) >>
/// kLowBits is 0, 1, …: a first pass has counted them. Reads the tensor again, once for each range
/// of codes that can be told apart within `bytes` of memory (at least 1 MiB are taken); the result
/// is the same to the bit whatever they are. Errors: cancelled.
Result<CodeUse> countWideCodes(const Tensor& tensor, const Quantizer& quantizer,
                               std::span<const std::int64_t> tops, std::uint64_t bytes,
                               const JobContext& context);

} // namespace qs
