// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/filled_graph.h"

#include "ui/plot/figure_style.h"

#include <cmath>

namespace qs {

void FilledGraph::drawFill(QCPPainter* painter, QVector<QPointF>* lines) const
{
    if (lines->isEmpty() || painter->brush().style() == Qt::NoBrush)
        return;
    // A rectangle per step: filling one polygon with thousands of corners takes a hundred times as
    // long. Where colours are blended later, as in vector formats, seams would show between them.
    const bool asSteps = mLineStyle == lsStepLeft && !mChannelFillGraph &&
                         !painter->modes().testFlag(QCPPainter::pmVectorized);
    if (asSteps)
        drawSteps(painter, *lines);
    else
        QCPGraph::drawFill(painter, lines);
    if (m_hatch.style() == Qt::NoPen)
        return;
    painter->save();
    painter->setAntialiasing(true);
    painter->setPen(m_hatch);
    for (const QPolygonF& area : areas(lines))
        painter->drawLines(hatchLines(area));
    painter->restore();
}

void FilledGraph::drawSteps(QCPPainter* painter, const QVector<QPointF>& lines) const
{
    const double base = getFillBasePoint(lines.first()).y();
    QVector<QRectF> steps;
    for (int i = 1; i < lines.size(); ++i) {
        const QPointF& from = lines.at(i - 1);
        const QPointF& to = lines.at(i);
        if (to.x() > from.x() && std::abs(to.y() - from.y()) < 1e-6)
            steps += QRectF(from, QPointF(to.x(), base)).normalized();
    }
    applyFillAntialiasingHint(painter);
    painter->drawRects(steps);
}

QVector<QPolygonF> FilledGraph::areas(QVector<QPointF>* lines) const
{
    QVector<QPolygonF> polygons;
    const auto segments = getNonNanSegments(lines, Qt::Horizontal);
    const auto* other = qobject_cast<const FilledGraph*>(mChannelFillGraph.data());
    if (!other) {
        for (const QCPDataRange& segment : segments)
            polygons += getFillPolygon(lines, segment);
        return polygons;
    }
    QVector<QPointF> otherLines;
    other->getLines(&otherLines, QCPDataRange(0, other->dataCount()));
    if (otherLines.isEmpty())
        return polygons;
    const auto otherSegments = getNonNanSegments(&otherLines, Qt::Horizontal);
    for (const auto& [mine, theirs] :
         getOverlappingSegments(segments, lines, otherSegments, &otherLines))
        polygons += getChannelFillPolygon(lines, mine, &otherLines, theirs);
    return polygons;
}

} // namespace qs
