// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <limits>

namespace qs {

/// In what an error is told.
enum class ErrorUnit {
    Lsb,   ///< in units of the distance of the levels around the element (QuantizerSteps::lsb)
    Value, ///< dequantized - original, in double, in the tensor's own unit
};

/// The error of one element and what evaluate() makes of it. A level beyond float32 counts as its
/// largest number, as in Report.
inline double errorIn(ErrorUnit unit, float x, float y, float lsb)
{
    constexpr float kMost = std::numeric_limits<float>::max();
    return unit == ErrorUnit::Lsb
               ? static_cast<double>(lsb)
               : static_cast<double>(std::clamp(y, -kMost, kMost)) - static_cast<double>(x);
}

} // namespace qs
