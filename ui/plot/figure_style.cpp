// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_style.h"

#include <algorithm>
#include <cmath>

namespace qs {

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

} // namespace qs
