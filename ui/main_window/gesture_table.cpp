// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/gesture_table.h"

#include <QCoreApplication>

namespace qs {
namespace {

struct Row {
    const char* group;
    const char* does;
    const char* how;
    const char* keys = ""; ///< as QKeySequence::listFromString reads them
};

constexpr auto kMouse = QT_TRANSLATE_NOOP("qs::Gestures", "Plots, with the mouse");
constexpr auto kKeys = QT_TRANSLATE_NOOP("qs::Gestures", "Plots, with the keys");
constexpr auto kFields = QT_TRANSLATE_NOOP("qs::Gestures", "Fields");

constexpr Row kRows[] = {
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Zoom along x"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Wheel")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Zoom along y"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Wheel over the y axis")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Move what is seen"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Drag")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Move along one axis"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Drag the axis")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Zoom into a box"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Shift+Drag")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Move an end of the range, or the scale"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Drag its line")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Shift or stretch the grid"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Alt+Drag a level")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Another scale"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Ctrl+Wheel")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Fewer or more bits"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Alt+Wheel")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Pick the nearest element, or take a named point"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Click")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Select values, codes or errors"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Ctrl+Drag")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Show all"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Double click")},
    {kMouse, QT_TRANSLATE_NOOP("qs::Gestures", "Export, help and more"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Right click")},
    {kKeys, QT_TRANSLATE_NOOP("qs::Gestures", "Move along x"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Left, Right; with Shift five times as far"),
     "Left; Right; Shift+Left; Shift+Right"},
    {kKeys, QT_TRANSLATE_NOOP("qs::Gestures", "Zoom along x"),
     QT_TRANSLATE_NOOP("qs::Gestures", "+ and \u2212"), "+; -; ="},
    {kKeys, QT_TRANSLATE_NOOP("qs::Gestures", "Show all"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Home"), "Home"},
    {kKeys, QT_TRANSLATE_NOOP("qs::Gestures", "Choose a line that can be moved"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Up, Down"), "Up; Down"},
    {kKeys, QT_TRANSLATE_NOOP("qs::Gestures", "Move the chosen line by a pixel"),
     QT_TRANSLATE_NOOP("qs::Gestures",
                       "Left, Right (a point: Page Up, Page Down); with Shift by ten"),
     "PgUp; PgDown; Shift+PgUp; Shift+PgDown"},
    {kKeys, QT_TRANSLATE_NOOP("qs::Gestures", "Let go of the chosen line"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Esc"), "Esc"},
    {kFields, QT_TRANSLATE_NOOP("qs::Gestures", "Take the number that was typed"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Enter"), "Return; Enter"},
    {kFields, QT_TRANSLATE_NOOP("qs::Gestures", "Next and last control"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Tab, Shift+Tab"), "Tab; Shift+Tab"},
    {kFields, QT_TRANSLATE_NOOP("qs::Gestures", "Press a button, tick a box"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Space"), "Space"},
    {kFields, QT_TRANSLATE_NOOP("qs::Gestures", "Stop a long computation"),
     QT_TRANSLATE_NOOP("qs::Gestures", "Esc")},
};

} // namespace

std::vector<Gesture> gestures()
{
    std::vector<Gesture> all;
    const auto text = [](const char* source) {
        return QCoreApplication::translate("qs::Gestures", source);
    };
    for (const auto& row : kRows)
        all.push_back({text(row.group), text(row.does), text(row.how),
                       QKeySequence::listFromString(QLatin1String(row.keys))});
    return all;
}

} // namespace qs
