// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/set_observer.h"

namespace qs {

/// PyTorch's MinMaxObserver and PerChannelMinMaxObserver: from the smallest to the largest element.
/// Errors (Usage): what QuantSpec::range says.
Result<std::unique_ptr<Observer>> makeMinMaxObserver(const QuantSpec& spec);

/// MovingAverageMinMaxObserver, per channel too. The first batch's extremes, then with c the spec's
/// averagingConstant
///
///     min += c * (batch min - min),   max += c * (batch max - max)
///
/// Each batch counts by its place in the order, so two of them cannot be merged.
/// Errors (Usage): a constant outside (0, 1].
Result<std::unique_ptr<Observer>> makeMovingAverageObserver(const QuantSpec& spec);

} // namespace qs
