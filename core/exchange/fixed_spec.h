// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"

#include <optional>

namespace qs {

/// The spec that gives `params` to every tensor: observer fixed with their scale and zero_point.
/// None where a fixed spec cannot say them: ggml's blocks, nvfp4 with two levels, dialects whose
/// elements' steps use the range that was asked for.
std::optional<QuantSpec> fixedSpec(const QuantSpec& spec, const QuantParams& params);

/// The parameters of a spec with observer fixed. Errors: what QuantParams::make says.
Result<QuantParams> fixedParams(const QuantSpec& spec);

/// That a spec can be used, as far as no tensor is needed to say so: an observer that exists, its
/// settings, the range, and fixed parameters. Errors name the field.
Result<void> checkSpec(const QuantSpec& spec);

} // namespace qs
