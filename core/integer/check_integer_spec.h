// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: what make believes of a spec.

#include "core/base/result.h"
#include "core/integer/integer_spec.h"

namespace qs::integer {

/// An op with its places resolved.
struct OpPlan {
    int input = kNetworkInput;         ///< an op before it, or kNetworkInput
    int other = kNetworkInput;         ///< of Add
    SampleShape shape;                 ///< of its output
    std::optional<IntegerQuant> quant; ///< of its output; none: real values
};

/// Errors (Usage), each naming the op, the field, what was expected and what was found: see
/// IntegerNetwork::make.
Result<std::vector<OpPlan>> checkIntegerSpec(const IntegerSpec& spec);

/// "op 3 (Conv2d, conv2)".
std::string opTitle(const IntegerSpec& spec, int op);

/// The bits that codes of a range take: the smallest of 1 … 8 whose two's complement (quant_min
/// below 0) or unsigned numbers hold it.
int codeBits(std::int32_t quantMin, std::int32_t quantMax);

} // namespace qs::integer
