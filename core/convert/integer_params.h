// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/integer/integer_spec.h"
#include "core/nn/network.h"

#include <optional>
#include <string>

namespace qs {

/// The activation quantizer of a point as an integer network has it; none where there is no
/// quantizer, or it is not one: `why`, where given, says what it is. Accepted are integers within
/// int8 or uint8, affine per tensor, of the dialects whose element's steps are round(x / s) + z.
std::optional<IntegerQuant> integerActivation(const Network& network, std::size_t point,
                                              std::string* why = nullptr);

/// The codes of a fake-quantized weight: code = round(w / scale) + zero_point, exact, because w is
/// one of the quantizer's levels. None, with why, where the quantizer is not affine on integers
/// within int8 or uint8, per tensor or per output channel.
std::optional<IntegerWeights> integerWeights(const Network::EffectiveWeights& weights,
                                             std::string& why);

} // namespace qs
