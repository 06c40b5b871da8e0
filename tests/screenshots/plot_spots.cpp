// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_spots.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr int kSpots = 5;
constexpr double kShortest = 4; ///< pixels: less of a bar is hidden by the axis

/// 0 at the lower end, 1 at the upper.
double partOf(double v, double low, double high, bool log)
{
    if (log && (v <= 0 || low <= 0))
        return -1;
    return log ? std::log(v / low) / std::log(high / low) : (v - low) / (high - low);
}

class Places {
public:
    Places(const PlotRecord& plot, const Series& series)
        : m_plot(plot), m_right(series.rightAxis && plot.figure.y2.has_value())
    {
    }

    double x(double v) const
    {
        const auto& axis = m_plot.figure.x;
        return m_plot.axes.left() +
               m_plot.axes.width() * partOf(v, m_plot.xMin, m_plot.xMax, axis.log);
    }
    double y(double v) const
    {
        const auto& axis = m_right ? *m_plot.figure.y2 : m_plot.figure.y;
        const double part = m_right ? partOf(v, m_plot.y2Min, m_plot.y2Max, axis.log)
                                    : partOf(v, m_plot.yMin, m_plot.yMax, axis.log);
        return axis.reversed ? m_plot.axes.top() + m_plot.axes.height() * part
                             : m_plot.axes.bottom() - m_plot.axes.height() * part;
    }
    /// Where bars and impulses stand.
    double base() const
    {
        const auto& axis = m_right ? *m_plot.figure.y2 : m_plot.figure.y;
        return std::clamp(axis.log ? m_plot.axes.bottom() : y(0), m_plot.axes.top(),
                          m_plot.axes.bottom());
    }
    bool inView(const QPointF& spot) const
    {
        return std::isfinite(spot.x()) && std::isfinite(spot.y()) &&
               m_plot.axes.adjusted(2, 1, -2, -1).contains(spot);
    }

private:
    const PlotRecord& m_plot;
    bool m_right;
};

/// y of a line at x.
double valueAt(const Series& series, double x)
{
    const auto after = std::upper_bound(series.x.begin(), series.x.end(), x) - series.x.begin();
    const auto next = static_cast<std::size_t>(after);
    if (next == 0 || next >= std::min(series.x.size(), series.y.size()))
        return std::nan("");
    const double before = series.y[next - 1];
    if (series.kind != SeriesKind::Line)
        return before;
    const double part = (x - series.x[next - 1]) / (series.x[next] - series.x[next - 1]);
    return before + part * (series.y[next] - before);
}

std::vector<QPointF> someOf(const std::vector<QPointF>& spots)
{
    std::vector<QPointF> some;
    const auto step = std::max<std::size_t>(1, spots.size() / kSpots);
    for (std::size_t i = step / 2; i < spots.size() && some.size() < kSpots; i += step)
        some.push_back(spots[i]);
    return some;
}

} // namespace

std::vector<QPointF> allSpotsOf(const PlotRecord& plot, const Series& series)
{
    const Places places(plot, series);
    std::vector<QPointF> spots;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        QPointF spot(places.x(series.x[i]), plot.axes.bottom() - 3);
        if (series.kind != SeriesKind::Rug) {
            if (i >= series.y.size())
                break;
            const double value = series.kind == SeriesKind::Bars ? series.y2[i] : series.y[i];
            spot.setY(places.y(value));
        }
        if (series.kind == SeriesKind::Impulses) {
            const double top = std::max(spot.y(), plot.axes.top());
            if (std::abs(top - places.base()) < kShortest)
                continue;
            spot.setY((top + places.base()) / 2);
        }
        if (places.inView(spot))
            spots.push_back(spot);
    }
    return spots;
}

std::vector<QPointF> spotsOf(const PlotRecord& plot, const Series& series)
{
    if (series.kind == SeriesKind::Band)
        return {};
    const bool line = series.kind == SeriesKind::Line || series.kind == SeriesKind::Steps ||
                      series.kind == SeriesKind::Histogram;
    if (!line || !std::is_sorted(series.x.begin(), series.x.end()))
        return someOf(allSpotsOf(plot, series));
    const Places places(plot, series);
    std::vector<QPointF> spots;
    constexpr int kTries = 60;
    for (int i = 1; i < kTries; ++i) {
        const double part = static_cast<double>(i) / kTries;
        const double x = plot.figure.x.log ? plot.xMin * std::pow(plot.xMax / plot.xMin, part)
                                           : plot.xMin + part * (plot.xMax - plot.xMin);
        const QPointF spot(places.x(x), places.y(valueAt(series, x)));
        const bool low =
            series.kind == SeriesKind::Histogram && std::abs(spot.y() - places.base()) < kShortest;
        if (!low && places.inView(spot))
            spots.push_back(spot);
    }
    return someOf(spots);
}

std::vector<QPointF> spotsOf(const PlotRecord& plot, const Marker& marker)
{
    const Places places(plot, {});
    std::vector<QPointF> spots;
    for (int i = 1; i <= kSpots; ++i) {
        const QPointF spot(places.x(marker.x),
                           plot.axes.top() + plot.axes.height() * i / (kSpots + 1));
        if (places.inView(spot))
            spots.push_back(spot);
    }
    return spots;
}

} // namespace qs
