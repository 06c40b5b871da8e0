// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/index/value_index.h"
#include "core/quant/quant_params.h"

#include <optional>
#include <vector>

namespace qs {

/// A scale and zero_point that a search looked at.
struct ScaleCandidate {
    float scale = 1;
    std::int32_t zeroPoint = 0;
    double mse = 0;
    bool best = false; ///< whether it was the best so far
};

/// What optimalScale() found.
struct OptimalScale {
    ScaleCandidate best;
    /// No float32 scale with any zero_point has a smaller mean squared error than this.
    double lowerBound = 0;
    std::vector<ScaleCandidate> steps; ///< each scale it looked at, with its best zero_point
};

/// How close to the smallest error there is optimalScale() comes: mse <= (1 + this) * smallest.
inline constexpr double kOptimalTolerance = 1e-6;

/// The scale, and in affine schemes the zero_point, with the smallest mean squared error over all
/// positive scales and all zero_points in [quant_min, quant_max], found by branch and bound, so
/// that no valley is missed. With levels v (codes minus zero_point, values of a float format) each
/// element's error
///
///     E_x(s) = min over v of (x - v s)²,    E_x(s) - V_x² s² is concave where |v| <= V_x,
///
/// since it is the smallest of functions that are. |v| only falls as s grows, so over an interval
/// [s1, s2] with both ends evaluated
///
///     Σ E_x(s) >= chord from s1 to s2 - C (s - s1)(s2 - s),    C = Σ V_x(s1)²;
///
/// intervals whose bound is not below the best error by more than kOptimalTolerance are left out,
/// the others halved. The bound holds for exact levels; float32's roundings of v s and x / s move
/// the error by less than the tolerance unless levels are closer than about 1e-5 of their size.
///
/// `params`: any of this dtype, scheme, dialect and range; symmetric schemes keep its zero_point.
/// None where the quantizer is not of this kind: no Staircase, casts and powers of two, float
/// zero_points, the dialects tensorflow, openvino and ggml, more than 16 bits; or no element but 0.
/// Errors: cancelled. The same bits for any number of threads.
Result<std::optional<OptimalScale>> optimalScale(const SortedValues& values,
                                                 const QuantParams& params, Rounding rounding,
                                                 const JobContext& context = {});

/// Whether optimalScale() knows such parameters.
bool hasOptimalScale(const QuantParams& params, Rounding rounding);

} // namespace qs
