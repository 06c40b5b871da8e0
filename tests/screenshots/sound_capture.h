// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "checks.h"

#include <functional>

namespace qs {

TextRecord text(const QString& words, const QRectF& rect, int plot = -1);
ControlRecord control(const char* kind, const char* name, const QString& words, const QRectF& rect);

/// A picture of a window that keeps every rule.
Capture sound();

enum class Painted { All, NoSeries, NoMarkers, NoAxes };

/// Its plots drawn again, without some of them.
void paintPlots(Capture& capture, Painted what);

/// Does one thing wrong.
struct Fault {
    const char* name;
    QStringList (*check)(const Capture&);
    std::function<void(Capture&)> spoil;
};

} // namespace qs
