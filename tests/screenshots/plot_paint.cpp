// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace qs {

bool paintPlot(QWidget& widget, QPaintDevice& device)
{
    auto* plot = qobject_cast<QCustomPlot*>(&widget);
    if (plot == nullptr)
        return false;
    QCPPainter painter(&device);
    // Its pixels may be larger than the widget's: PlotView::setScale.
    const QSize scene = plot->viewport().size();
    const double scale = static_cast<double>(plot->width()) / std::max(1, scene.width());
    const double step = std::round(scale * 4) / 4; // the viewport has whole pixels
    painter.scale(step, step);
    plot->toPainter(&painter, scene.width(), scene.height());
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
