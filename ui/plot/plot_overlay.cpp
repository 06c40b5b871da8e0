// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/plot_overlay.h"

#include <QCoreApplication>

#include <cmath>

namespace qs {

PlotOverlay::PlotOverlay(QCustomPlot* plot) : QCPLayerable(plot, QStringLiteral("overlay")) {}

void PlotOverlay::draw(QCPPainter* painter)
{
    if (!m_style)
        return;
    const PlotTheme& theme = *m_style->theme;
    const QCPAxisRect* axes = mParentPlot->axisRect();
    if (cursorX && axes) {
        const double pixel = axes->axis(QCPAxis::atBottom)->coordToPixel(*cursorX);
        if (pixel >= axes->left() && pixel <= axes->right() + 1) {
            QPen pen(theme.secondaryText, 1);
            pen.setDashPattern({3, 3});
            painter->setAntialiasing(false);
            painter->setPen(pen);
            const double x = std::floor(pixel) + 0.5;
            painter->drawLine(QPointF(x, axes->top()), QPointF(x, axes->bottom()));
        }
    }
    if (!box.isNull()) {
        painter->setAntialiasing(false);
        painter->setPen(QPen(theme.handle, 1));
        painter->setBrush(tint(theme.handle, 0.12));
        painter->drawRect(box.normalized());
        painter->setBrush(Qt::NoBrush);
    }
    drawBusy(painter);
    if (focusRing) {
        painter->setAntialiasing(false);
        painter->setPen(QPen(theme.handle, 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter->drawRect(mParentPlot->viewport().adjusted(1, 1, -1, -1));
    }
}

void PlotOverlay::drawBusy(QCPPainter* painter) const
{
    if (busy == BusyStage::Idle)
        return;
    const PlotTheme& theme = *m_style->theme;
    const QRect whole = mParentPlot->viewport();
    if (busy == BusyStage::Dimmed) {
        painter->fillRect(whole, tint(theme.background, 0.4));
        const QString text = QCoreApplication::translate("PlotView", "updating");
        const QFontMetrics metrics(m_style->base);
        QRectF tag(0, 0, metrics.horizontalAdvance(text) + 20, metrics.height() + 8);
        tag.moveCenter(QRectF(whole).center());
        painter->setAntialiasing(true);
        painter->setPen(QPen(theme.axisLine, 1));
        painter->setBrush(theme.background);
        painter->drawRoundedRect(tag, 4, 4);
        painter->setBrush(Qt::NoBrush);
        painter->setPen(theme.text);
        painter->setFont(m_style->base);
        painter->drawText(tag, Qt::AlignCenter, text);
    }
    const double width = whole.width() * 0.3;
    const double left = busyPhase * (whole.width() + width) - width;
    painter->fillRect(QRectF(0, 0, whole.width(), 3), tint(theme.handle, 0.2));
    painter->fillRect(QRectF(left, 0, width, 3), theme.handle);
}

} // namespace qs
