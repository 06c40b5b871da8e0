// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "record.h"

#include <QImage>

class QPaintDevice;
class QWidget;

namespace qs {

/// A window as it is on the screen, and what is known of it.
struct Capture {
    QImage image; ///< with the screen's pixel density
    Record record;
};

/// Takes a picture of a window (or a dialog) and records every text that its widgets paint.
Capture capture(QWidget& window, const QString& state, const QString& theme);

/// Paints a plot's objects where its widget would show the pixels it has kept. False: the widget is
/// no plot of the plotting library.
bool paintPlot(QWidget& widget, QPaintDevice& device);

/// The y axes that are in view below a PlotView, into yMin … y2Max.
void recordYRanges(const QWidget& view, PlotRecord& plot);

} // namespace qs
