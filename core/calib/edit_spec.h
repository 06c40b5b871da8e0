// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/calculate_qparams.h"
#include "core/quant/quant_spec.h"

namespace qs {

/// What a person's gestures make of a spec. `params` are what the spec resolved to last; a gesture
/// on scale, zero_point or range turns an observed spec into a fixed one with those values and
/// changes `channel` of them. All are pure; what they return is checked like any other spec when it
/// is used.

/// Another scale; zero_point stays.
QuantSpec withScale(QuantSpec spec, const QuantParams& params, std::size_t channel, float scale);

/// Another zero_point; scale stays.
QuantSpec withZeroPoint(QuantSpec spec, const QuantParams& params, std::size_t channel,
                        std::int32_t zeroPoint);

/// Which end of the real range [level(quant_min), level(quant_max)] is moved.
enum class RangeEnd { Min, Max };

/// One end of the range moved to x. Affine: scale = (max - min) / (quant_max - quant_min),
/// zero_point = round_half_even(quant_min - min / scale), clamped: the other end stays within half
/// a step. Symmetric: zero_point stays, scale = x / (end - zero_point). An end never passes the
/// other, nor 0 in a symmetric scheme: the scale stays at or above eps.
QuantSpec withRangeEnd(QuantSpec spec, const QuantParams& params, std::size_t channel, RangeEnd end,
                       double x);

/// Another dtype with all its codes; a fixed spec keeps its real range: scale and zero_point are
/// recomputed for each channel from [level(quant_min), level(quant_max)].
QuantSpec withDType(QuantSpec spec, const QuantParams& params, DType dtype);

/// Other limits of the codes; a fixed spec keeps its scale, its zero_points are clamped.
QuantSpec withQuantRange(QuantSpec spec, std::optional<std::int32_t> quantMin,
                         std::optional<std::int32_t> quantMax);

/// Another scheme. Symmetric and affine: a fixed spec keeps its real range as closely as the new
/// scheme can. Per tensor and per channel: the values no longer fit, the observer becomes minmax.
QuantSpec withQScheme(QuantSpec spec, const QuantParams& params, QScheme qscheme);

} // namespace qs
