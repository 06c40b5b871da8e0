// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

namespace qs {

/// Σ (x - fakeQuantize(x))² over the finite elements of each of the quantizer's sets, added to
/// `sums` (one per set), in double: within blocks in memory order, blocks joined in order, so the
/// same bits for any number of threads. Not for ggml's blocks. Errors: cancelled.
Result<void> addSquaredErrors(const Tensor& tensor, const Quantizer& quantizer,
                              std::span<double> sums, const JobContext& context);

} // namespace qs
