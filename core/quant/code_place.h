// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/dtype.h"

namespace qs {

/// A code's place in the order of the values: of integers, exponents and codebooks the code itself,
/// of signed floats sign and magnitude of the bit pattern (-0 is at 0, too).
inline std::int64_t codePlace(const DTypeInfo& row, std::int32_t code)
{
    if (row.family != Family::Float || row.isSigned)
        return code;
    const auto sign = static_cast<std::int64_t>(row.format.signBit());
    return (code & sign) != 0 ? -(code & (sign - 1)) : code;
}

} // namespace qs
