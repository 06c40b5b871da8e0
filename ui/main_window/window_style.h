// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/theme.h"

#include <QString>

class QStyle;

namespace qs {

/// The style of the program: Fusion, whose controls have white outlines in high contrast. The
/// caller owns it.
QStyle* makeWindowStyle();

/// What the palette does not say: banners, messages, boxes around groups.
QString windowStyleSheet(ThemeId theme);

/// The theme of the system's own colours, as they were when this was asked first.
ThemeId systemTheme();

} // namespace qs
