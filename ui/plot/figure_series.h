// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure.h"
#include "ui/plot/figure_style.h"

#include <qcustomplot.h>

namespace qs {

class BarsGraph;
class FilledGraph;

/// The brush inside a Histogram or a Band.
QBrush seriesFill(const PlotTheme& theme, const Series& series);

/// The lines across that; Qt::NoPen when the series is not hatched.
QPen seriesHatch(const PlotTheme& theme, const Series& series);

/// The shape at each point; none when the series has none.
QCPScatterStyle seriesMarker(const PlotTheme& theme, const Series& series, double size);

/// The plotting library's objects for one series. They are kept while the kind of the series stays.
class SeriesPlot {
public:
    SeriesPlot(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series);
    ~SeriesPlot();
    SeriesPlot(const SeriesPlot&) = delete;
    SeriesPlot& operator=(const SeriesPlot&) = delete;

    /// True when update(series) can show `series` with these objects.
    bool fits(const Series& series) const;
    /// Takes over the points of `series`; `x` and `y` are its axes.
    void setData(const Series& series, const Axis& x, const Axis& y);
    void setLook(const Series& series, const PlotTheme& theme);

private:
    SeriesKind m_kind;
    bool m_rightAxis;
    FilledGraph* m_graph = nullptr;
    BarsGraph* m_bars = nullptr;     ///< m_graph of Bars
    FilledGraph* m_second = nullptr; ///< the other edge of a Band
};

} // namespace qs
