// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/dtype.h"
#include "core/quant/ggml.h"

#include <span>

namespace qs {

/// The block type of a dtype of Family::Ggml.
GgmlType ggmlTypeOf(DType dtype);

/// What ggml's encoders are given for elements that are not finite, which they do not take: NaN
/// becomes 0, ±Inf the block's largest finite magnitude. x: whole blocks.
void makeBlocksFinite(std::span<float> x, int blockSize);

} // namespace qs
