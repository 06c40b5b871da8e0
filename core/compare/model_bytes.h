// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/network.h"

#include <cstdint>

namespace qs {

/// Bytes of the parameters of a network as it would be stored. Float: 4 for each parameter and each
/// running statistic. Quantized: weights' codes packed at their bit width, with their scales (4
/// bytes, 1 for those of float8 and powers of two) and for integers an int32 zero_point each;
/// ggml's blocks whole; biases 4 bytes each, whether int32 or float32; a BatchNorm that is folded
/// is only a bias; a float32 and an int32 for each set of parameters of activations. Errors: the
/// weights' quantizers'.
Result<std::int64_t> bytesOf(Network& network);

/// The float network's, whatever its quantizers.
std::int64_t floatBytesOf(const Network& network);

} // namespace qs
