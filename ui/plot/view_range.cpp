// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/view_range.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double largest = 1e200; // the plotting library refuses ranges near the limits of double
constexpr double smallestLog = 1e-200;
constexpr double deepestZoom = 1e-7; // of the home range
constexpr double widestView = 20;
constexpr double narrowestLog = 1e-9;
constexpr double roundingSpan = 1e-12;

double logDistance(ViewRange range)
{
    return std::log(range.max) - std::log(range.min);
}

} // namespace

ViewRange sanitized(ViewRange range, bool log)
{
    auto [min, max] = range;
    if (std::isnan(min) || std::isnan(max))
        return log ? ViewRange{1e-3, 1} : ViewRange{0, 1};
    min = std::clamp(min, -largest, largest);
    max = std::clamp(max, -largest, largest);
    if (min > max)
        std::swap(min, max);
    if (log) {
        if (max <= smallestLog)
            return {1e-3, 1};
        if (min < smallestLog)
            min = std::max(smallestLog, max * 1e-6);
        if (std::log(max) - std::log(min) < narrowestLog)
            return {min / 2, std::min(max * 2, largest)};
        return {min, max};
    }
    const double size = std::max(std::abs(min), std::abs(max));
    if (max - min <= std::max(size * roundingSpan, 1e-250)) {
        const double pad = size > 1e-200 ? size / 2 : 0.5;
        return {std::max(min - pad, -largest), std::min(max + pad, largest)};
    }
    return {min, max};
}

double fractionOf(double value, ViewRange range, bool log)
{
    if (log)
        return (std::log(value) - std::log(range.min)) / logDistance(range);
    return (value - range.min) / (range.max - range.min);
}

double valueAt(double fraction, ViewRange range, bool log)
{
    if (log)
        return range.min * std::exp(fraction * logDistance(range));
    return range.min + fraction * (range.max - range.min);
}

ViewRange subRange(ViewRange range, double from, double to, ViewRange home, bool log)
{
    const ViewRange part{valueAt(from, range, log), valueAt(to, range, log)};
    if (sanitized(part, log) != part)
        return range;
    const double zoom =
        log ? logDistance(part) / logDistance(home) : (part.max - part.min) / (home.max - home.min);
    const double before = log ? logDistance(range) / logDistance(home)
                              : (range.max - range.min) / (home.max - home.min);
    // A view that is already beyond a limit may still come back.
    if ((zoom < deepestZoom && zoom < before) || (zoom > widestView && zoom > before))
        return range;
    const double centre = fractionOf(valueAt(0.5, part, log), home, log);
    if (std::abs(centre - 0.5) > widestView / 2 && std::abs(to - from - 1) < 1e-9)
        return range;
    return part;
}

} // namespace qs
