// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/theme.h"

namespace qs {
namespace {

// Series colours are Okabe and Ito's, chosen to be told apart by colour-blind readers; in the order
// of ColorRole. Orange, sky blue and yellow are too faint for lines on white, blue too dim on dark
// grey.
PlotTheme lightTheme()
{
    return {.id = ThemeId::Light,
            .background = 0xFFFFFF,
            .axesBackground = 0xFFFFFF,
            .text = 0x1A1A1A,
            .secondaryText = 0x595959,
            .axisLine = 0x8C8C8C,
            .grid = 0xE6E6E6,
            .handle = 0x5E35B1,
            .handleText = 0xFFFFFF,
            .series = {0x0072B2, 0xD55E00, 0x009E73, 0x1A1A1A, 0x595959, 0xCC79A7, 0x5E35B1,
                       0x8C8C8C, 0xCC79A7}};
}

PlotTheme darkTheme()
{
    return {.id = ThemeId::Dark,
            .background = 0x1E1E1E,
            .axesBackground = 0x1E1E1E,
            .text = 0xE6E6E6,
            .secondaryText = 0xB3B3B3,
            .axisLine = 0x808080,
            .grid = 0x343434,
            .handle = 0xB39DDB,
            .handleText = 0x1E1E1E,
            .series = {0x56B4E9, 0xD55E00, 0x009E73, 0xE6E6E6, 0xB3B3B3, 0xCC79A7, 0xB39DDB,
                       0x8A8A8A, 0xCC79A7}};
}

// The dark theme's hues, lighter.
PlotTheme highContrastTheme()
{
    return {.id = ThemeId::HighContrast,
            .background = Qt::black,
            .axesBackground = Qt::black,
            .text = 0xFFFFFF,
            .secondaryText = 0xF0F0F0,
            .axisLine = 0xFFFFFF,
            .grid = 0x4A4A4A,
            .handle = 0xFFE94D,
            .handleText = Qt::black,
            .series = {0x6CC6FF, 0xFF8C42, 0x2EE6A6, 0xFFFFFF, 0xD8D8D8, 0xFF9BD2, 0xFFE94D,
                       0xB4B4B4, 0xFF9BD2}};
}

PlotTheme printTheme()
{
    PlotTheme theme = lightTheme();
    theme.id = ThemeId::Print;
    theme.text = Qt::black;
    theme.secondaryText = 0x404040;
    theme.axisLine = 0x606060;
    theme.grid = 0xE0E0E0;
    return theme;
}

struct WidgetColors {
    QColor window, base, alternate, button, text, dim, placeholder, border, shadow;
    QColor highlight, highlightedText, link, visited, tip, tipText;
};

const WidgetColors lightWidgets{.window = 0xF3F3F5,
                                .base = 0xFFFFFF,
                                .alternate = 0xF7F7F9,
                                .button = 0xF0F0F2,
                                .text = 0x1A1A1A,
                                .dim = 0x8A8A8E,
                                .placeholder = 0x6B6B70,
                                .border = 0xB8B8BE,
                                .shadow = 0x76767C,
                                .highlight = 0x5E35B1,
                                .highlightedText = 0xFFFFFF,
                                .link = 0x0067A3,
                                .visited = 0x5E35B1,
                                .tip = 0x2B2B30,
                                .tipText = 0xF5F5F5};

const WidgetColors darkWidgets{.window = 0x2A2A2D,
                               .base = 0x3A3A3F,
                               .alternate = 0x252528,
                               .button = 0x343438,
                               .text = 0xE6E6E6,
                               .dim = 0x7C7C82,
                               .placeholder = 0xB0B0B6,
                               .border = 0x4A4A50,
                               .shadow = 0x101012,
                               .highlight = 0x6D4BC0,
                               .highlightedText = 0xFFFFFF,
                               .link = 0x6CBDF0,
                               .visited = 0xB39DDB,
                               .tip = 0x3A3A40,
                               .tipText = 0xF0F0F0};

const WidgetColors highContrastWidgets{.window = Qt::black,
                                       .base = Qt::black,
                                       .alternate = 0x1A1A1A,
                                       .button = Qt::black,
                                       .text = 0xFFFFFF,
                                       .dim = 0xA6A6A6,
                                       .placeholder = 0xD0D0D0,
                                       .border = 0xFFFFFF,
                                       .shadow = 0xFFFFFF,
                                       .highlight = 0xFFE94D,
                                       .highlightedText = Qt::black,
                                       .link = 0x8CD2FF,
                                       .visited = 0xFFB3DD,
                                       .tip = Qt::black,
                                       .tipText = 0xFFFFFF};

const WidgetColors& widgetColors(ThemeId id)
{
    switch (id) {
    case ThemeId::Dark:
        return darkWidgets;
    case ThemeId::HighContrast:
        return highContrastWidgets;
    case ThemeId::Light:
    case ThemeId::Print:
        break;
    }
    return lightWidgets;
}

} // namespace

const PlotTheme& plotTheme(ThemeId id)
{
    static const PlotTheme light = lightTheme();
    static const PlotTheme dark = darkTheme();
    static const PlotTheme highContrast = highContrastTheme();
    static const PlotTheme print = printTheme();
    switch (id) {
    case ThemeId::Light:
        return light;
    case ThemeId::Dark:
        return dark;
    case ThemeId::HighContrast:
        return highContrast;
    case ThemeId::Print:
        return print;
    }
    return light;
}

QString themeName(ThemeId id)
{
    switch (id) {
    case ThemeId::Light:
        return QStringLiteral("light");
    case ThemeId::Dark:
        return QStringLiteral("dark");
    case ThemeId::HighContrast:
        return QStringLiteral("high-contrast");
    case ThemeId::Print:
        return QStringLiteral("print");
    }
    return {};
}

std::optional<ThemeId> parseTheme(const QString& name)
{
    for (ThemeId id : themeIds) {
        if (themeName(id) == name)
            return id;
    }
    return std::nullopt;
}

QPalette applicationPalette(ThemeId id)
{
    const WidgetColors& c = widgetColors(id);
    const bool dark = id == ThemeId::Dark;
    QPalette palette;
    palette.setColor(QPalette::Window, c.window);
    palette.setColor(QPalette::WindowText, c.text);
    palette.setColor(QPalette::Base, c.base);
    palette.setColor(QPalette::AlternateBase, c.alternate);
    palette.setColor(QPalette::Text, c.text);
    palette.setColor(QPalette::PlaceholderText, c.placeholder);
    palette.setColor(QPalette::Button, c.button);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::BrightText, c.highlightedText);
    palette.setColor(QPalette::Light, c.button.lighter(dark ? 130 : 105));
    palette.setColor(QPalette::Midlight, c.button.lighter(dark ? 115 : 102));
    palette.setColor(QPalette::Mid, c.border);
    palette.setColor(QPalette::Dark, c.border.darker(dark ? 140 : 110));
    palette.setColor(QPalette::Shadow, c.shadow);
    palette.setColor(QPalette::Highlight, c.highlight);
    palette.setColor(QPalette::HighlightedText, c.highlightedText);
    palette.setColor(QPalette::Link, c.link);
    palette.setColor(QPalette::LinkVisited, c.visited);
    palette.setColor(QPalette::ToolTipBase, c.tip);
    palette.setColor(QPalette::ToolTipText, c.tipText);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                      QPalette::PlaceholderText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, c.dim);
    palette.setColor(QPalette::Disabled, QPalette::Base, c.window);
    palette.setColor(QPalette::Disabled, QPalette::Highlight,
                     id == ThemeId::HighContrast ? c.dim : c.border);
    if (id == ThemeId::HighContrast)
        palette.setColor(QPalette::Disabled, QPalette::HighlightedText, c.window);
    return palette;
}

ThemeId themeOf(const QPalette& system)
{
    return system.color(QPalette::Window).lightness() <
                   system.color(QPalette::WindowText).lightness()
               ? ThemeId::Dark
               : ThemeId::Light;
}

} // namespace qs
