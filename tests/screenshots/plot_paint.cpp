// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture.h"

#include <qcustomplot.h>

namespace qs {

bool paintPlot(QWidget& widget, QPaintDevice& device)
{
    auto* plot = qobject_cast<QCustomPlot*>(&widget);
    if (plot == nullptr)
        return false;
    QCPPainter painter(&device);
    plot->toPainter(&painter, plot->width(), plot->height());
    return true;
}

void recordYRanges(const QWidget& view, PlotRecord& plot)
{
    const auto* shown = view.findChild<QCustomPlot*>();
    if (shown == nullptr)
        return;
    const auto left = shown->yAxis->range();
    plot.yMin = left.lower;
    plot.yMax = left.upper;
    const auto right = shown->yAxis2->range();
    plot.y2Min = right.lower;
    plot.y2Max = right.upper;
}

} // namespace qs
