// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/error_landscape.h"

#include "core/base/parallel.h"
#include "core/index/scale_cells.h"

#include <algorithm>
#include <atomic>

namespace qs {
namespace {

/// One scale, all zero_points.
void fillRow(const SortedValues& values, const QuantParams& params, Rounding rounding,
             const std::vector<std::int32_t>& zeroPoints, float scale, double* row)
{
    if (const auto cells = ScaleCells::make(values, params, scale, rounding)) {
        for (std::size_t z = 0; z < zeroPoints.size(); ++z)
            row[z] = cells->errors(zeroPoints[z]).mse();
        return;
    }
    for (std::size_t z = 0; z < zeroPoints.size(); ++z) {
        QuantParts parts = params.parts();
        parts.qscheme = QScheme::PerTensorAffine;
        parts.groupSize = 0;
        parts.axis = 0;
        parts.scale = {scale};
        parts.zeroPoint = {zeroPoints[z]};
        parts.encodeScale.clear();
        parts.requestedMin.clear();
        parts.requestedMax.clear();
        if (const auto made = QuantParams::make(std::move(parts))) {
            if (const auto errors = squaredErrors(values, *made, 0, rounding))
                row[z] = errors->mse();
        }
    }
}

} // namespace

Result<ErrorLandscape> errorLandscape(const SortedValues& values, const QuantParams& params,
                                      Rounding rounding, std::vector<float> scales,
                                      std::vector<std::int32_t> zeroPoints,
                                      const JobContext& context,
                                      const std::function<void(const ErrorLandscape&)>& coarse)
{
    const auto& row = info(params.dtype());
    if (!row.isInteger() || info(params.qscheme()).floatZeroPoint)
        return Error::usage("error landscape: " + std::string(row.name) +
                            " has no integer zero_point here");
    for (const std::int32_t z : zeroPoints) {
        if (z < params.range().quantMin || z > params.range().quantMax)
            return Error::usage("error landscape: zero_point must be in [" +
                                std::to_string(params.range().quantMin) + ", " +
                                std::to_string(params.range().quantMax) + "], found " +
                                std::to_string(z));
    }
    ErrorLandscape landscape;
    landscape.scales = std::move(scales);
    landscape.zeroPoints = std::move(zeroPoints);
    const std::size_t width = landscape.zeroPoints.size();
    landscape.mse.assign(landscape.scales.size() * width, std::numeric_limits<double>::quiet_NaN());
    constexpr int kCoarsest = 32;
    std::atomic<std::size_t> finished{0};
    for (int stride = kCoarsest; stride >= 1; stride /= 2) {
        std::vector<std::size_t> rows;
        for (std::size_t s = 0; s < landscape.scales.size();
             s += static_cast<std::size_t>(stride)) {
            if (stride == kCoarsest || s % static_cast<std::size_t>(2 * stride) != 0)
                rows.push_back(s);
        }
        const bool done =
            forEachIndex(static_cast<std::int64_t>(rows.size()), context, [&](std::int64_t i) {
                const std::size_t s = rows[static_cast<std::size_t>(i)];
                fillRow(values, params, rounding, landscape.zeroPoints, landscape.scales[s],
                        landscape.mse.data() + s * width);
                context.report("error landscape", static_cast<double>(finished.fetch_add(1) + 1) /
                                                      static_cast<double>(landscape.scales.size()));
            });
        if (!done)
            return Error::cancelled();
        landscape.stride = stride;
        if (coarse && stride > 1)
            coarse(landscape);
    }
    return landscape;
}

} // namespace qs
