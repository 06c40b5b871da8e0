// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"

#include <cmath>
#include <limits>

namespace qs::test {

/// A series of `kind` with the given points.
inline Series series(SeriesKind kind, std::vector<double> x, std::vector<double> y)
{
    Series result;
    result.name = QStringLiteral("series");
    result.csvName = QStringLiteral("value [-]");
    result.kind = kind;
    result.x = std::move(x);
    result.y = std::move(y);
    return result;
}

/// A line from (0, 0) to (10, 10) with two handles and one clipped region.
inline Figure lineFigure()
{
    Figure figure;
    figure.title = QStringLiteral("A line");
    figure.accessible = QStringLiteral("A line from 0 to 10");
    figure.x = {QStringLiteral("value x"), QStringLiteral("-"), 0, 10};
    figure.y = {QStringLiteral("value y"), QStringLiteral("LSB"), 0, 10};
    figure.series = {series(SeriesKind::Line, {0, 5, 10}, {0, 5, 10})};
    figure.markers = {
        {.id = QStringLiteral("range_min"), .label = QStringLiteral("min"), .x = 2, .handle = true},
        {.id = QStringLiteral("range_max"),
         .label = QStringLiteral("max"),
         .x = 8,
         .handle = true}};
    figure.regions = {{.from = 8, .label = QStringLiteral("clipped 1 %")}};
    figure.provenance = {{QStringLiteral("dtype"), QStringLiteral("qint8")}};
    return figure;
}

/// One series of every kind over the same x, with gaps, zeros and infinities.
inline Figure everyKind(bool log)
{
    Figure figure = lineFigure();
    figure.x.log = log;
    figure.y.log = log;
    figure.x.min = log ? 0.1 : -10;
    figure.y.min = log ? 0 : -10; // a logarithmic axis cannot begin there: it is mended
    figure.y2 = Axis{QStringLiteral("right"), QStringLiteral("%"), 0, 100};
    figure.series.clear();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (SeriesKind kind :
         {SeriesKind::Line, SeriesKind::Steps, SeriesKind::Histogram, SeriesKind::Impulses,
          SeriesKind::Rug, SeriesKind::Points, SeriesKind::Band}) {
        Series next = series(kind, {-1, 0, 1, 2, 3, 4, nan, 6}, {0, 1, nan, -2, infinity, 5, 6, 7});
        next.y2 = {1, 2, 3, nan, 5, 6, 7, 8};
        figure.series.push_back(next);
    }
    figure.series[0].rightAxis = true;
    figure.series[2].hatched = true;
    return figure;
}

} // namespace qs::test
