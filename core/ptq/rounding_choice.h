// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// The two levels around each weight: what rounding may choose from.
struct RoundingChoices {
    std::vector<std::int32_t> nearest; ///< the quantizer's own code
    std::vector<std::int32_t> low;     ///< the code of the level at or below the weight
    std::vector<float> lowLevel;
    std::vector<float> highLevel; ///< of code low + 1; lowLevel where there is no choice: the
                                  ///< weight lies at or beyond an end of the codes
    bool free(std::size_t i) const { return highLevel[i] != lowLevel[i]; }
    float nearestLevel(std::size_t i) const
    {
        return nearest[i] == low[i] ? lowLevel[i] : highLevel[i];
    }
};

/// weight is [outputs][columns]; params fit that shape: per tensor, per channel along axis 0, or
/// per group along axis 1. Errors (Usage): sizes that do not fit; a dtype that is no integer; a
/// weight that is not finite; a level that is not.
Result<RoundingChoices> roundingChoices(std::span<const float> weight, std::int64_t outputs,
                                        std::int64_t columns, const QuantParams& params);

} // namespace qs
