// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_style.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace qs {
namespace {

constexpr double hatchDistance = 7;     // along x
constexpr double farthestHatch = 20000; // pixels: an area may reach far out of the picture

} // namespace

FigureStyle figureStyle(ThemeId theme, const QFont& family, double pixels)
{
    FigureStyle style;
    style.theme = &plotTheme(theme);
    const auto sized = [&](double size, QFont::Weight weight) {
        QFont font = family;
        font.setPixelSize(std::max(1, static_cast<int>(std::lround(size))));
        font.setWeight(weight);
        return font;
    };
    style.base = sized(pixels, QFont::Normal);
    style.ticks = sized(pixels >= 11 ? std::max(11.0, pixels * 0.92) : pixels, QFont::Normal);
    style.title = sized(pixels * 1.12, QFont::DemiBold);
    return style;
}

QPen rolePen(const PlotTheme& theme, ColorRole role, LineStyle style, double width)
{
    QPen pen(theme.color(role), width);
    pen.setCapStyle(Qt::FlatCap);
    switch (style) {
    case LineStyle::Solid:
        break;
    case LineStyle::Dashed:
        pen.setDashPattern({5, 3});
        break;
    case LineStyle::Dotted:
        pen.setDashPattern({1.5, 2.5});
        break;
    case LineStyle::DashDot:
        pen.setDashPattern({6, 2.5, 1.5, 2.5});
        break;
    }
    return pen;
}

QColor tint(const QColor& color, double opacity)
{
    QColor tinted = color;
    tinted.setAlphaF(static_cast<float>(opacity));
    return tinted;
}

// On a diagonal x + y is constant. Each edge of the area crosses those between its ends, at the y
// noted; between every other pair of crossings a diagonal runs inside.
QVector<QLineF> hatchLines(const QPolygonF& area)
{
    std::map<int, std::vector<double>> crossings;
    for (int i = 0; i < area.size(); ++i) {
        QPointF from = area.at(i);
        QPointF to = area.at((i + 1) % area.size());
        if (from.x() + from.y() > to.x() + to.y())
            std::swap(from, to);
        const double low = std::clamp(from.x() + from.y(), -farthestHatch, farthestHatch);
        const double high = std::clamp(to.x() + to.y(), -farthestHatch, farthestHatch);
        const double length = to.x() + to.y() - from.x() - from.y();
        // Half open, so that a diagonal through a corner is counted once.
        for (int k = static_cast<int>(std::ceil(low / hatchDistance)); k * hatchDistance < high;
             ++k) {
            const double part = (k * hatchDistance - from.x() - from.y()) / length;
            crossings[k].push_back(from.y() + part * (to.y() - from.y()));
        }
    }
    QVector<QLineF> lines;
    for (auto& [k, ys] : crossings) {
        std::sort(ys.begin(), ys.end());
        const double sum = k * hatchDistance;
        for (std::size_t i = 0; i + 1 < ys.size(); i += 2)
            lines += QLineF(sum - ys[i], ys[i], sum - ys[i + 1], ys[i + 1]);
    }
    return lines;
}

} // namespace qs
