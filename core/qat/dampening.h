// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

#include <span>

namespace qs {

/// Oscillation dampening (Nagel et al., "Overcoming Oscillations in Quantization-Aware Training",
/// 2022, 4.2): a loss that draws weights to the middle of their bins,
///
///     L = λ Σ (clip(w, lowest level, highest level) - ŵ)²,   dL/dw = 2 λ (w - ŵ) inside, else 0
///
/// ŵ = the quantizer's output for w, taken as a constant. Returns L, the sum in double, and adds
/// dL/dw to `gradient`. A weight that is not finite adds nothing.
/// Errors (Usage): arrays that are not as long as the quantizer's tensor; a dtype without levels of
/// its own (ggml's blocks); λ negative or not finite.
Result<double> addDampening(const Quantizer& quantizer, std::span<const float> weight,
                            double lambda, std::span<float> gradient);

} // namespace qs
