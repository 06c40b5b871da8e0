// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace qs {

/// What an element is that is no finite number.
enum class NonFiniteKind : std::uint8_t { NaN, PosInf, NegInf };

/// "NaN", "+Inf", "-Inf".
std::string_view name(NonFiniteKind kind);

struct NonFiniteElement {
    std::int64_t index = 0; ///< flat, row-major
    NonFiniteKind kind = NonFiniteKind::NaN;
    bool operator==(const NonFiniteElement&) const = default;
};

/// The elements of a tensor, read as float32, that are not finite.
struct NonFiniteElements {
    std::int64_t nanCount = 0; ///< of the whole tensor
    std::int64_t posInfCount = 0;
    std::int64_t negInfCount = 0;
    std::vector<NonFiniteElement> first; ///< the first of them in memory order

    std::int64_t total() const { return nanCount + posInfCount + negInfCount; }
};

/// How many are listed by default.
inline constexpr std::int64_t kMostNonFinite = 10000;

/// Counts them all and lists the first min(most, total()) of them, most >= 0; as numpy's
/// np.flatnonzero(~np.isfinite(x.astype('float32')))[:most] does. The tensor is read once, on all
/// cores; the answer is the same for any number of threads, and needs memory for 2 * most elements
/// and most for each thread. Errors: cancelled.
Result<NonFiniteElements> findNonFinite(const Tensor& tensor, std::int64_t most = kMostNonFinite,
                                        const JobContext& context = {});

} // namespace qs
