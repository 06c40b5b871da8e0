// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/theme.h"

#include <QFont>
#include <QLineF>
#include <QPen>
#include <QPolygonF>
#include <QVector>

namespace qs {

/// Colours and letters of a picture. Sizes are in pixels of 1/96 inch: they scale with the picture.
struct FigureStyle {
    const PlotTheme* theme = &plotTheme(ThemeId::Light);
    QFont base;  ///< notes, legend, axis titles, tags
    QFont ticks; ///< never below 11 pixels on the screen
    QFont title;
};

/// The fonts that go with a base font of `pixels`.
FigureStyle figureStyle(ThemeId theme, const QFont& family, double pixels);

/// A pen of the colour that means `role`.
QPen rolePen(const PlotTheme& theme, ColorRole role, LineStyle style, double width);

/// `color`, that much of it, for fills.
QColor tint(const QColor& color, double opacity);

/// Rising diagonals inside `area`, cut by hand: SVG is painted without clips, and the pattern
/// brushes of Qt have the size of a device pixel. Areas side by side get lines that continue each
/// other.
QVector<QLineF> hatchLines(const QPolygonF& area);

} // namespace qs
