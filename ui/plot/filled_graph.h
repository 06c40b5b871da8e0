// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include <qcustomplot.h>

namespace qs {

/// A graph whose area, down to its base or to another FilledGraph, is filled with the brush and, if
/// there is a hatch pen, hatched with it.
class FilledGraph : public QCPGraph {
    Q_OBJECT

public:
    using QCPGraph::QCPGraph;

    /// Qt::NoPen: no hatch.
    void setHatch(const QPen& pen) { m_hatch = pen; }

protected:
    void drawFill(QCPPainter* painter, QVector<QPointF>* lines) const override;

private:
    void drawSteps(QCPPainter* painter, const QVector<QPointF>& lines) const;
    QVector<QPolygonF> areas(QVector<QPointF>* lines) const;

    QPen m_hatch{Qt::NoPen};
};

} // namespace qs
