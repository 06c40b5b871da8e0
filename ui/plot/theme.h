// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"

#include <QColor>
#include <QPalette>
#include <QString>

#include <array>
#include <optional>

namespace qs {

/// The looks a picture can have. HighContrast is white on black; Print is white with black text,
/// for exports.
enum class ThemeId { Light, Dark, HighContrast, Print };

inline constexpr std::array themeIds{ThemeId::Light, ThemeId::Dark, ThemeId::HighContrast,
                                     ThemeId::Print};
/// Those that a window can have.
inline constexpr std::array windowThemes{ThemeId::Light, ThemeId::Dark, ThemeId::HighContrast};
inline constexpr std::array colorRoles{
    ColorRole::Float,    ColorRole::Dequantized, ColorRole::Rounding,
    ColorRole::Clipping, ColorRole::Reference,   ColorRole::FakeQuant,
    ColorRole::Accent,   ColorRole::Muted,       ColorRole::Other};

/// Every colour of a picture. All series colours have a contrast of at least 3:1 and all text at
/// least 4.5:1 (WCAG) on both backgrounds; in high contrast 4.5:1 and 7:1.
struct PlotTheme {
    ThemeId id;
    QColor background;     ///< around the axes
    QColor axesBackground; ///< behind the data
    QColor text;           ///< titles, tick labels
    QColor secondaryText;  ///< notes, axis titles
    QColor axisLine;
    QColor grid;
    QColor handle;     ///< lines and grips that can be dragged
    QColor handleText; ///< on the handle colour
    std::array<QColor, colorRoles.size()> series;

    /// The colour that means `role`.
    const QColor& color(ColorRole role) const { return series[static_cast<std::size_t>(role)]; }
};

/// The theme called `id`; the reference stays valid for the life of the program.
const PlotTheme& plotTheme(ThemeId id);

/// "light", "dark", "high-contrast" or "print": the names in settings and on the command line.
QString themeName(ThemeId id);

/// The theme with that name, or nothing.
std::optional<ThemeId> parseTheme(const QString& name);

/// Colours for every widget of the application, to be used with the Fusion style.
QPalette applicationPalette(ThemeId id);

/// The theme that goes with a system's own colours: Dark where its windows are darker than their
/// text, else Light.
ThemeId themeOf(const QPalette& system);

} // namespace qs
