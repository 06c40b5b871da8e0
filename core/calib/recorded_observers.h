// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/observer.h"

namespace qs {

/// Observers that keep every batch (Tensor shares its storage, nothing is copied), so that their
/// choice rests on all elements exactly, does not depend on how they came in batches, and merging
/// is feeding. All: errors (Usage) are what QuantSpec::range says.

/// RecordingObserver: keeps the batches and has no parameters; asking for them is an error, as in
/// PyTorch.
Result<std::unique_ptr<Observer>> makeRecordingObserver(const QuantSpec& spec);

/// Whether percentile's range is symmetric: the spec's scheme or dtype is.
bool isSymmetricChoice(const QuantSpec& spec);
/// entropy's levels: as many as the dtype has codes in use, 2 … 256.
int entropyLevels(const QuantSpec& spec);

/// percentileRange of each set, with the spec's percentile, symmetric where its scheme or dtype is.
/// Errors (Usage): a percentile outside (0, 100].
Result<std::unique_ptr<Observer>> makePercentileObserver(const QuantSpec& spec);

/// entropyRange of each set, with as many levels as the dtype has codes in use, but 256 for more:
/// the search needs several bins to a level.
Result<std::unique_ptr<Observer>> makeEntropyObserver(const QuantSpec& spec);

/// The range whose fake-quantized mean squared error over all elements is smallest (mseRanges).
Result<std::unique_ptr<Observer>> makeMseObserver(const QuantSpec& spec);

} // namespace qs
