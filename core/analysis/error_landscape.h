// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/index/value_index.h"
#include "core/quant/quant_params.h"

#include <functional>
#include <limits>
#include <vector>

namespace qs {

/// Mean squared error over scale and zero_point, of one set of elements.
struct ErrorLandscape {
    std::vector<float> scales;
    std::vector<std::int32_t> zeroPoints;
    /// [scale * zeroPoints.size() + zeroPoint]; NaN where it is not computed yet (coarse answers)
    /// or the scale has no parameters.
    std::vector<double> mse;
    int stride = 1; ///< every stride-th scale is there: 1 when it is complete

    double at(std::size_t scale, std::size_t zeroPoint) const
    {
        return mse[scale * zeroPoints.size() + zeroPoint];
    }
};

/// The whole landscape: every figure is squaredErrors' of that scale and zero_point. `params`: any
/// of this dtype, dialect and range, an integer with an integer zero_point. Rows (scales) are
/// computed from coarse to fine; after each doubling `coarse` gets what is there, from the calling
/// thread. All zero_points of a scale together cost about as much as one (ScaleCells), except in
/// dialects with rules of their own. Errors (Usage): a dtype without integer zero_points, a
/// zero_point that is no code in use; cancelled.
Result<ErrorLandscape>
errorLandscape(const SortedValues& values, const QuantParams& params, Rounding rounding,
               std::vector<float> scales, std::vector<std::int32_t> zeroPoints,
               const JobContext& context = {},
               const std::function<void(const ErrorLandscape& soFar)>& coarse = {});

} // namespace qs
