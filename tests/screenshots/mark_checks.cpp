// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of what is drawn in plots: whether lines can be seen, and told from each other.
#include "checks.h"

#include "color_sight.h"
#include "plot_spots.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace qs {
namespace {

constexpr double kContrast = 3;
constexpr double kDrawn = 2.4;   ///< of a pixel: a line 1.5 pixels wide lies on parts of two
constexpr double kReach = 3;     ///< pixels around a spot: dashes have gaps
constexpr double kDistance = 10; ///< of colours, and of their greys
constexpr double kMostCovered = 0.01;
constexpr double kSwatch = 25; ///< left of a name in the legend

QString quoted(const Figure& figure)
{
    return QStringLiteral("\"%1\"").arg(figure.title);
}

bool hasAxes(const Figure& figure)
{
    return figure.emptyText.isEmpty() && !figure.table;
}

/// The pixels of the picture below a part of the window.
QRect pixelsOf(const Capture& capture, const QRectF& area)
{
    const double dpr = capture.record.dpr;
    return QRectF(area.topLeft() * dpr, area.size() * dpr)
        .toAlignedRect()
        .intersected(capture.image.rect());
}

/// The best contrast of any pixel in a part of the window with `ground`.
double bestContrast(const Capture& capture, const QRectF& area, const QColor& ground)
{
    double best = 1;
    const QRect pixels = pixelsOf(capture, area);
    QRgb last = ground.rgb();
    for (int y = pixels.top(); y <= pixels.bottom(); ++y) {
        for (int x = pixels.left(); x <= pixels.right(); ++x) {
            const QRgb pixel = capture.image.pixel(x, y) | 0xff000000;
            if (pixel != last)
                best = std::max(best, contrastOf(QColor::fromRgb(pixel), ground));
            last = pixel;
        }
    }
    return best;
}

/// The colour of most pixels.
QColor groundOf(const Capture& capture, const QRectF& area)
{
    std::map<QRgb, int> counts;
    const QRect pixels = pixelsOf(capture, area);
    for (int y = pixels.top(); y <= pixels.bottom(); ++y) {
        for (int x = pixels.left(); x <= pixels.right(); ++x)
            ++counts[capture.image.pixel(x, y) | 0xff000000];
    }
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](auto& a, auto& b) { return a.second < b.second; });
    return most == counts.end() ? QColor() : QColor::fromRgb(most->first);
}

/// Whether fewer than half of the spots can be seen.
bool isFaint(const Capture& capture, const std::vector<QPointF>& spots, const QColor& ground)
{
    const auto seen = std::count_if(spots.begin(), spots.end(), [&](const QPointF& spot) {
        const QRectF around(spot - QPointF(kReach, kReach), QSizeF(2 * kReach, 2 * kReach));
        return bestContrast(capture, around, ground) >= kDrawn;
    });
    return 2 * static_cast<std::size_t>(seen) < spots.size();
}

void addFaintMarks(const Capture& capture, std::size_t index, QStringList& problems)
{
    const auto& plot = capture.record.plots[index];
    const auto& theme = plotTheme(plot.theme);
    const QColor ground = theme.axesBackground;
    const auto tooFaint = [&](const QString& what) {
        problems << QStringLiteral("%1: %2 have less than %3:1")
                        .arg(quoted(plot.figure), what)
                        .arg(kContrast);
    };
    for (const auto& series : plot.figure.series) {
        const QColor color = theme.color(series.color);
        const auto name = QStringLiteral("marks of \"%1\"").arg(series.name);
        const auto spots = spotsOf(plot, series);
        if (contrastOf(color, ground) < kContrast || isFaint(capture, spots, ground))
            tooFaint(name);
    }
    for (const auto& marker : plot.figure.markers) {
        const auto spots = spotsOf(plot, marker);
        if (!spots.empty() && isFaint(capture, spots, ground))
            tooFaint(QStringLiteral("the line \"%1\"").arg(marker.id));
    }
    const QRectF& axes = plot.axes;
    std::vector<QPointF> edge;
    for (int i = 1; i <= 5; ++i) {
        // A strip of what is not finite stands between the axes and the y axis.
        if (plot.figure.sideBins.empty())
            edge.emplace_back(axes.left(), axes.top() + axes.height() * i / 6);
        else
            edge.emplace_back(axes.left() + axes.width() * i / 6, axes.bottom());
    }
    if (isFaint(capture, edge, ground))
        tooFaint(QStringLiteral("the lines of the axes"));
}

/// Where a control shows a shape instead of a text.
QRectF shapeOf(const ControlRecord& control)
{
    constexpr double kFrame = 3;
    constexpr double kBox = 18;
    const QRectF& rect = control.rect;
    if (control.kind == QLatin1String("QCheckBox") || control.kind == QLatin1String("QRadioButton"))
        return {rect.left(), rect.center().y() - kBox / 2, kBox, kBox};
    if (control.kind == QLatin1String("QComboBox"))
        return {rect.right() - kBox - kFrame, rect.top() + kFrame, kBox,
                rect.height() - 2 * kFrame};
    if (control.kind == QLatin1String("QAbstractButton") && control.text.isEmpty())
        return rect.adjusted(kFrame, kFrame, -kFrame, -kFrame);
    if (control.kind == QLatin1String("QSlider"))
        return rect;
    return {};
}

/// How a series is drawn, but for its colour.
struct Look {
    SeriesKind kind;
    LineStyle style;
    MarkerShape marker;
    bool hatched;
    double share;
    bool operator==(const Look&) const = default;
};

Look lookOf(const Series& series)
{
    const bool lined = series.kind == SeriesKind::Line || series.kind == SeriesKind::Steps ||
                       series.kind == SeriesKind::Histogram || series.kind == SeriesKind::Impulses;
    const bool marked = series.kind == SeriesKind::Line || series.kind == SeriesKind::Points;
    const bool filled = series.kind == SeriesKind::Histogram || series.kind == SeriesKind::Band;
    // Steps are a line with other corners: between two steps there is no difference to see.
    return {series.kind == SeriesKind::Steps ? SeriesKind::Line : series.kind,
            lined ? series.style : LineStyle::Solid, marked ? series.marker : MarkerShape::None,
            filled && series.hatched, series.kind == SeriesKind::Bars ? series.share : 0};
}

} // namespace

QStringList markContrasts(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    for (std::size_t i = 0; i < record.plots.size(); ++i) {
        const auto& figure = record.plots[i].figure;
        // What lies on a map has edges in black and in white.
        if (hasAxes(figure) && !figure.map && !isDimmed(record, static_cast<int>(i)))
            addFaintMarks(capture, i, problems);
    }
    for (const auto& control : record.controls) {
        const QRectF shape = shapeOf(control);
        if (!control.enabled || shape.width() < 8 || shape.height() < 8)
            continue;
        const double contrast = bestContrast(capture, shape, groundOf(capture, shape));
        if (contrast < kContrast)
            problems << QStringLiteral("the shape of %1 \"%2%3\" at %4,%5 has %6:1")
                            .arg(control.kind, control.name, control.text)
                            .arg(control.rect.x())
                            .arg(control.rect.y())
                            .arg(contrast, 0, 'f', 2);
    }
    return problems;
}

QStringList distinctSeries(const Capture& capture)
{
    QStringList problems;
    for (const auto& plot : capture.record.plots) {
        const auto& series = plot.figure.series;
        const auto& theme = plotTheme(plot.theme);
        for (std::size_t i = 0; i < series.size(); ++i) {
            for (std::size_t j = i + 1; j < series.size(); ++j) {
                if (series[i].name.isEmpty() || series[j].name.isEmpty() ||
                    lookOf(series[i]) != lookOf(series[j]))
                    continue;
                const QColor& a = theme.color(series[i].color);
                const QColor& b = theme.color(series[j].color);
                const QString both = QStringLiteral("%1: \"%2\" and \"%3\"")
                                         .arg(quoted(plot.figure), series[i].name, series[j].name);
                if (std::abs(lightnessOf(a) - lightnessOf(b)) < kDistance)
                    problems << both + QStringLiteral(" are the same in grey");
                if (colorDistance(deuteranopia(a), deuteranopia(b)) < kDistance)
                    problems << both + QStringLiteral(" are the same without green");
            }
        }
    }
    return problems;
}

QStringList staircase(const Capture& capture)
{
    QStringList problems;
    for (const auto& plot : capture.record.plots) {
        const auto& figure = plot.figure;
        if (!figure.title.startsWith(QLatin1String("Transfer")) || !hasAxes(figure))
            continue;
        for (const auto& series : figure.series) {
            const bool ofGrid =
                series.color == ColorRole::Dequantized || series.color == ColorRole::Other;
            if (!ofGrid || series.kind == SeriesKind::Points || series.kind == SeriesKind::Band)
                continue;
            int steps = 0;
            bool slanted = false;
            for (std::size_t i = 1; i < series.x.size() && i < series.y.size(); ++i) {
                const bool rises = series.y[i] != series.y[i - 1];
                steps += rises && series.x[i] >= plot.xMin && series.x[i] <= plot.xMax;
                slanted = slanted || (rises && series.x[i] != series.x[i - 1]);
            }
            if (slanted && series.kind != SeriesKind::Steps)
                problems << QStringLiteral("%1: \"%2\" has slanted lines")
                                .arg(quoted(figure), series.name);
            if (steps > plot.axes.width() && figure.note.isEmpty())
                problems << QStringLiteral("%1: %2 steps in %3 pixels, and no note")
                                .arg(quoted(figure))
                                .arg(steps)
                                .arg(plot.axes.width());
        }
    }
    return problems;
}

QStringList legendPlaces(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    for (const auto& text : record.texts) {
        if (text.plot < 0)
            continue;
        const auto& plot = record.plots[static_cast<std::size_t>(text.plot)];
        const auto& list = plot.figure.series;
        const auto series = std::find_if(list.begin(), list.end(), [&](const Series& each) {
            return !each.name.isEmpty() && each.name == text.text;
        });
        if (series == list.end() || !hasAxes(plot.figure))
            continue;
        const QRectF covered = text.rect.adjusted(-kSwatch, -2, 2, 2);
        std::size_t below = 0;
        std::size_t all = 0;
        for (const auto& each : list) {
            for (const auto& spot : allSpotsOf(plot, each)) {
                ++all;
                below += covered.contains(spot);
            }
        }
        if (static_cast<double>(below) > kMostCovered * static_cast<double>(all))
            problems << QStringLiteral("%1: \"%2\" lies on %3 of %4 points")
                            .arg(quoted(plot.figure), text.text)
                            .arg(below)
                            .arg(all);
        const QRectF swatch(text.rect.left() - kSwatch, text.rect.center().y() - 5, kSwatch - 4,
                            10);
        if (bestContrast(capture, swatch, text.background) < 1.1)
            problems << QStringLiteral("%1: no sample beside \"%2\"")
                            .arg(quoted(plot.figure), text.text);
    }
    return problems;
}

} // namespace qs
