// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>

#include <array>
#include <optional>

namespace qs {

/// The sizes that the window's letters, and with them everything around them, can have, in percent
/// of the system's.
inline constexpr std::array interfaceSizes{100, 125, 150, 175, 200, 250};

/// The size where nobody has chosen one: 150 on a screen of more than 140 pixels to the inch whose
/// pixels are not joined to larger ones (a ratio of 1) by the system, else 100.
int usualInterfaceSize(double physicalDpi, double devicePixelRatio);
/// One of interfaceSizes, or nothing.
std::optional<int> parseInterfaceSize(const QString& text);

/// The size in force, 1 … 2.5, of every window of the program, as the application's font is.
double interfaceScale();
/// Gives the application the font of that size. Windows that are there already follow
/// (MainWindow::setInterfaceSize).
void setInterfaceSize(int percent);

/// So many pixels at 100 percent, at the size in force.
int scaled(int pixels);
QSize scaled(const QSize& size);

} // namespace qs
