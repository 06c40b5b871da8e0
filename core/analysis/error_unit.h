// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace qs {

/// In what an error is told.
enum class ErrorUnit {
    Lsb,   ///< in units of the distance of the levels around the element (QuantizerSteps::lsb)
    Value, ///< dequantized - original, in double, in the tensor's own unit
};

} // namespace qs
