// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/calculate_qparams.h"

#include <algorithm>
#include <cmath>

namespace qs {

std::int32_t symmetricZeroPoint(DType dtype, QuantRange range)
{
    const auto& row = info(dtype);
    if (row.isSigned)
        return 0;
    const bool allCodes = range == QuantRange{row.quantMin, row.quantMax};
    if (allCodes && (row.bits == 8 || row.bits == 16))
        return 1 << (row.bits - 1);
    return (range.quantMin + range.quantMax) / 2; // unsigned codes have at most 16 bits
}

ScaleZeroPoint calculateQParams(float min, float max, DType dtype, QuantRange range, bool symmetric)
{
    const float lo = std::min(min, 0.0F);
    const float hi = std::max(max, 0.0F);
    const auto steps = static_cast<float>(range.levels() - 1);
    if (symmetric) {
        const float scale = std::max(std::max(-lo, hi) / (steps / 2.0F), kScaleEps);
        return {scale, symmetricZeroPoint(dtype, range)};
    }
    const float scale = std::max((hi - lo) / steps, kScaleEps);
    const float offset = std::nearbyint(lo / scale);
    // In double, which holds qint32's codes; of narrower codes float32 gives the same.
    const double zero = static_cast<double>(range.quantMin) - static_cast<double>(offset);
    return {scale, static_cast<std::int32_t>(std::clamp(zero, static_cast<double>(range.quantMin),
                                                        static_cast<double>(range.quantMax)))};
}

} // namespace qs
