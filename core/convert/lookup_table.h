// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/integer/integer_spec.h"
#include "core/nn/network.h"

namespace qs {

/// A layer that is a function of one element, by channel where it is a BatchNorm, on codes: entry
/// [channel or 0][code - in.quantMin] is what the layer and the activation behind it make of the
/// code's value, quantized as the network does. Errors (Usage): the layer's; parameters that cannot
/// be.
Result<std::vector<std::int32_t>> lookupTable(Network& network, std::size_t layer,
                                              const IntegerQuant& in, const IntegerQuant& out,
                                              IntegerActivation activation);

} // namespace qs
