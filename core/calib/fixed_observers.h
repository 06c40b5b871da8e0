// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/observer.h"

namespace qs {

/// FixedQParamsObserver: scale and zero_point are the spec's, nothing is looked at.
/// Errors (Usage): what QuantParams::make says.
Result<std::unique_ptr<Observer>> makeFixedObserver(const QuantSpec& spec);

/// NoopObserver: looks at nothing. Only a float dtype has parameters without a range, those of a
/// cast (scale 1); others' are an error, as PyTorch's calculate_qparams is.
Result<std::unique_ptr<Observer>> makeNoopObserver(const QuantSpec& spec);

} // namespace qs
