// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/analyze.h"
#include "core/index/squared_errors.h"

#include <memory>
#include <span>
#include <vector>

namespace qs {

/// A tensor to draw curves of, and its sorted values where they are there already: by the layout of
/// the parameters (one set, or one per channel). Without them, or where a quantizer has no
/// staircase, elements are read instead: the same numbers, slower.
struct ErrorSource {
    Tensor tensor;
    TensorStats stats;
    std::shared_ptr<const ValueIndex> index;
};

/// What each quantizer costs. From the index side by side on all cores; those that it cannot answer
/// in one read of the tensor (analyzeAll). In the items' order; an item whose parameters do not fit
/// the tensor has that error. Errors: cancelled.
Result<std::vector<Result<SquaredErrors>>> errorsOf(const ErrorSource& source,
                                                    std::span<const AnalysisItem> items,
                                                    const JobContext& context = {});

/// One quantizer on a curve.
struct CurvePoint {
    double at = 0; ///< where on the curve: what `at` is, each function below says
    QuantParams params;
    SquaredErrors errors;
};
/// Ascending in `at`. Points without parameters (a scale below float32's smallest) are left out.
using ErrorCurve = std::vector<CurvePoint>;

/// Error against scale: all scales of `params` times each factor, zero_points as they are. at: the
/// scale, or the factor where there are several scales. factors > 0.
Result<ErrorCurve> errorAgainstScale(const ErrorSource& source, const QuantSpec& spec,
                                     const QuantParams& params, std::span<const double> factors,
                                     const JobContext& context = {});

/// Error against clip range: what the spec's rule makes of `ranges` (one per set) times each
/// fraction. at: the larger end of the range in real numbers, or the fraction where there are
/// several sets. fractions > 0.
Result<ErrorCurve> errorAgainstClipRange(const ErrorSource& source, const QuantSpec& spec,
                                         std::span<const ChannelRange> ranges,
                                         std::span<const double> fractions,
                                         const JobContext& context = {});

/// Error against zero_point: each in turn for all sets, scales as they are; every code in use, or
/// `most` of them evenly spread. at: zero_point. Empty for dtypes that have none, and for float
/// zero_points.
Result<ErrorCurve> errorAgainstZeroPoint(const ErrorSource& source, const QuantSpec& spec,
                                         const QuantParams& params, int most,
                                         const JobContext& context = {});

/// Error against bits: int2 … int16 or uint2 … uint16, whichever the spec's dtype is like, all
/// their codes, up to `mostBits`, parameters by the spec's observer anew for each (minmax for fixed
/// ones). at: bits.
/// Evenly spread values lie on 6.02 dB a bit: uniformSqnrDb(). Empty where the dtype is no integer.
Result<ErrorCurve> errorAgainstBits(const ErrorSource& source, const QuantSpec& spec,
                                    int mostBits = 16, const JobContext& context = {});

/// 20 log10(2) bits = 6.02 dB a bit: values spread evenly over a symmetric range, against rounding
/// errors spread evenly over a step (Bennett 1948).
double uniformSqnrDb(double bits);

/// n numbers from lo to hi with equal ratios, both included; n >= 2, 0 < lo < hi.
std::vector<double> equalRatios(double lo, double hi, int n);

} // namespace qs
