// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/nudge.h"

#include "core/base/text.h"
#include "core/gradient/estimator_support.h"

#include <cmath>

namespace qs {

Result<Nudged> nudge(float min, float max, int quantMin, int quantMax)
{
    if (auto ok = checkQuantRange(quantMin, quantMax); !ok)
        return ok.error();
    if (auto ok = checkFinite("min", min); !ok)
        return ok.error();
    if (auto ok = checkFinite("max", max); !ok)
        return ok.error();
    const bool zeroRange = min == 0 && max == 0;
    if (min > max || (min == max && !zeroRange))
        return Error::usage("min: expected less than max = " + formatExact(max) + ", found " +
                            formatExact(min));
    Nudged n;
    n.requestedMin = min;
    n.requestedMax = max;
    n.zeroPoint = quantMin;
    if (zeroRange)
        return n;

    const auto lo = static_cast<float>(quantMin);
    const auto hi = static_cast<float>(quantMax);
    n.scale = (max - min) / (hi - lo);
    n.invScale = (hi - lo) / (max - min);
    if (!(n.scale > 0) || !std::isfinite(n.scale) || !(n.invScale > 0) ||
        !std::isfinite(n.invScale))
        return Error::usage("max: max - min from " + formatExact(min) + " to " + formatExact(max) +
                            " has no scale in float32");
    const float fromMin = lo - min / n.scale;
    if (fromMin < lo)
        n.zeroPoint = quantMin;
    else if (fromMin > hi)
        n.zeroPoint = quantMax;
    else
        n.zeroPoint = static_cast<std::int32_t>(std::round(fromMin));
    const auto zero = static_cast<float>(n.zeroPoint);
    n.nudgedMin = (lo - zero) * n.scale;
    n.nudgedMax = (hi - zero) * n.scale;
    n.atZero = static_cast<float>(static_cast<double>(min) +
                                  (n.zeroPoint - quantMin) * static_cast<double>(n.scale));
    n.atMin = n.nudgedMin - min;
    n.atMax = n.nudgedMax - max;
    return n;
}

} // namespace qs
