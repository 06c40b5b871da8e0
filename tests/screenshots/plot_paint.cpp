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

} // namespace qs
