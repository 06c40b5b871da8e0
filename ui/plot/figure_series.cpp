// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_series.h"

#include "ui/plot/bars_graph.h"
#include "ui/plot/filled_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

using Points = QVector<QCPGraphData>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t fewPoints = 2000;  // up to here wider pens cost nothing that can be measured
constexpr double fewSwings = 30;         // of the whole height: dashing a longer way takes too long
constexpr std::size_t manyFilled = 8000; // corners: filling more takes too long

std::size_t sizeOf(const Series& series)
{
    if (series.kind == SeriesKind::Rug)
        return series.x.size();
    std::size_t size = std::min(series.x.size(), series.y.size());
    const bool two = series.kind == SeriesKind::Band || series.kind == SeriesKind::Bars;
    return two ? std::min(size, series.y2.size()) : size;
}

/// How often the values go the way from the lowest to the highest.
double swingsOf(const Series& series)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double way = 0;
    double previous = nan;
    for (double value : series.y) {
        if (!std::isfinite(value))
            continue;
        low = std::min(low, value);
        high = std::max(high, value);
        if (!std::isnan(previous))
            way += std::abs(value - previous);
        previous = value;
    }
    return high > low ? way / (high - low) : 0;
}

/// Keeps the lowest and the highest of every few points: only for more points than pixels.
Points thinned(const Points& points)
{
    const auto size = static_cast<std::size_t>(points.size());
    if (size <= manyFilled)
        return points;
    const std::size_t run = (2 * size + manyFilled - 1) / manyFilled;
    Points kept;
    kept.reserve(static_cast<int>(manyFilled) + 4);
    for (std::size_t begin = 0; begin < size; begin += run) {
        const auto first = points.cbegin() + static_cast<std::ptrdiff_t>(begin);
        const auto last =
            points.cbegin() + static_cast<std::ptrdiff_t>(std::min(begin + run, size));
        auto [low, high] = std::minmax_element(
            first, last, [](const auto& a, const auto& b) { return a.value < b.value; });
        if (high->key < low->key)
            std::swap(low, high);
        kept += *low;
        if (low != high)
            kept += *high;
    }
    return kept;
}

Points pointsOf(const Series& series, const std::vector<double>& values, const Axis& x,
                const Axis& y)
{
    const std::size_t size = sizeOf(series);
    const bool gaps = series.kind == SeriesKind::Line || series.kind == SeriesKind::Steps;
    // On a logarithmic axis a filled shape stands on the lower edge; anything else leaves a gap.
    const bool floors = series.kind == SeriesKind::Histogram || series.kind == SeriesKind::Band;
    const double floor = y.log ? std::max(y.min, 1e-200) * 1e-3 : 0;
    Points points;
    points.reserve(static_cast<int>(size) + 2);
    for (std::size_t i = 0; i < size; ++i) {
        const double key = series.x[i];
        double value = values[i];
        if (!std::isfinite(key) || (x.log && key <= 0))
            continue;
        if (!std::isfinite(value) || (y.log && value <= 0))
            value = floors ? floor : nan;
        if (std::isnan(value) && !gaps)
            continue;
        points += QCPGraphData(key, value);
    }
    if (series.kind == SeriesKind::Histogram && !points.isEmpty()) {
        points.last().value = floor;
        points.prepend(QCPGraphData(points.first().key, floor));
    }
    return points;
}

void setPoints(QCPGraph* graph, Points points)
{
    const bool sorted = std::is_sorted(points.cbegin(), points.cend(),
                                       [](const auto& a, const auto& b) { return a.key < b.key; });
    graph->data()->set(points, sorted);
}

} // namespace

QBrush seriesFill(const PlotTheme& theme, const Series& series)
{
    const double opacity = series.hatched ? 0.06 : series.kind == SeriesKind::Band ? 0.18 : 0.25;
    return tint(theme.color(series.color), opacity);
}

QPen seriesHatch(const PlotTheme& theme, const Series& series)
{
    return series.hatched ? QPen(tint(theme.color(series.color), 0.7), 1) : QPen(Qt::NoPen);
}

QCPScatterStyle seriesMarker(const PlotTheme& theme, const Series& series, double size)
{
    const QColor& color = theme.color(series.color);
    MarkerShape shape = series.marker;
    if (series.kind == SeriesKind::Points && shape == MarkerShape::None)
        shape = MarkerShape::Disc;
    switch (shape) {
    case MarkerShape::None:
        return {};
    case MarkerShape::Disc:
        return {QCPScatterStyle::ssCircle, QPen(color, 1), color, size};
    case MarkerShape::Square:
        return {QCPScatterStyle::ssSquare, QPen(color, 1), color, size - 1};
    case MarkerShape::Diamond:
        return {QCPScatterStyle::ssDiamond, QPen(color, 1), color, size + 1};
    case MarkerShape::Cross:
        return {QCPScatterStyle::ssCross, QPen(color, 1.5), Qt::NoBrush, size};
    }
    return {};
}

SeriesPlot::SeriesPlot(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series)
    : m_kind(series.kind), m_rightAxis(series.rightAxis)
{
    if (series.kind == SeriesKind::Rug)
        return;
    // Both belong to the plot.
    m_bars = series.kind == SeriesKind::Bars ? new BarsGraph(keyAxis, valueAxis) : nullptr;
    m_graph = m_bars != nullptr ? m_bars : new FilledGraph(keyAxis, valueAxis);
    switch (series.kind) {
    case SeriesKind::Line:
        m_graph->setLineStyle(QCPGraph::lsLine);
        break;
    case SeriesKind::Steps:
    case SeriesKind::Histogram:
        m_graph->setLineStyle(QCPGraph::lsStepLeft);
        m_graph->setAntialiased(false);
        break;
    case SeriesKind::Impulses:
        m_graph->setLineStyle(QCPGraph::lsImpulse);
        m_graph->setAntialiased(false);
        break;
    case SeriesKind::Points:
        m_graph->setLineStyle(QCPGraph::lsNone);
        break;
    case SeriesKind::Band:
        m_second = new FilledGraph(keyAxis, valueAxis);
        m_second->setPen(Qt::NoPen);
        m_graph->setPen(Qt::NoPen);
        m_graph->setChannelFillGraph(m_second);
        break;
    case SeriesKind::Bars:
    case SeriesKind::Rug:
        break;
    }
    m_graph->setAntialiasedFill(false);
}

SeriesPlot::~SeriesPlot()
{
    for (FilledGraph* graph : {m_graph, m_second}) {
        if (graph)
            graph->parentPlot()->removeGraph(graph);
    }
}

bool SeriesPlot::fits(const Series& series) const
{
    return series.kind == m_kind && series.rightAxis == m_rightAxis;
}

void SeriesPlot::setData(const Series& series, const Axis& x, const Axis& y)
{
    if (!m_graph)
        return;
    if (m_bars) {
        m_bars->setBars(&series);
        return;
    }
    Points points = pointsOf(series, series.y, x, y);
    if (m_second)
        setPoints(m_second, thinned(pointsOf(series, series.y2, x, y)));
    const bool filled = m_second || m_kind == SeriesKind::Histogram;
    setPoints(m_graph, filled ? thinned(points) : std::move(points));
}

void SeriesPlot::setLook(const Series& series, const PlotTheme& theme)
{
    if (!m_graph)
        return;
    const std::size_t size = sizeOf(series);
    const bool wide =
        size <= fewPoints && (series.style == LineStyle::Solid || swingsOf(series) <= fewSwings);
    switch (m_kind) {
    case SeriesKind::Line:
        m_graph->setPen(rolePen(theme, series.color, series.style, wide ? 1.5 : 1));
        break;
    case SeriesKind::Bars:
        m_graph->setPen(rolePen(theme, series.color, LineStyle::Solid, 1));
        m_graph->setBrush(seriesFill(theme, series));
        break;
    case SeriesKind::Steps:
        m_graph->setPen(rolePen(theme, series.color, series.style, wide ? 2 : 1));
        break;
    case SeriesKind::Histogram:
        m_graph->setPen(rolePen(theme, series.color, series.style, 1));
        m_graph->setBrush(seriesFill(theme, series));
        m_graph->setHatch(seriesHatch(theme, series));
        break;
    case SeriesKind::Impulses:
        m_graph->setPen(rolePen(theme, series.color, series.style,
                                series.style == LineStyle::Solid && size <= 64 ? 2 : 1));
        break;
    case SeriesKind::Band:
        m_graph->setBrush(seriesFill(theme, series));
        m_graph->setHatch(seriesHatch(theme, series));
        break;
    case SeriesKind::Points:
    case SeriesKind::Rug:
        break;
    }
    if (m_kind == SeriesKind::Points && size > 20000) {
        m_graph->setScatterStyle({QCPScatterStyle::ssDot, theme.color(series.color), 1});
    } else if (m_kind == SeriesKind::Points || m_kind == SeriesKind::Line) {
        const double markerSize = size > 500 && m_kind == SeriesKind::Points ? 4 : 6;
        m_graph->setScatterStyle(seriesMarker(theme, series, markerSize));
        // On a dense line a marker now and then is enough to tell it from the others.
        m_graph->setScatterSkip(m_kind == SeriesKind::Line ? static_cast<int>(size / 40) : 0);
    }
}

} // namespace qs
