// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_links.h"

#include <cmath>

namespace qs {
namespace {

constexpr double kHead = 7;          // pixels from the point of an arrow to its back
constexpr double kFarthest = 20'000; // pixels: farther ends are the same to the eye

/// Two equal ends of a line would make an arrow without a direction.
QPolygonF headOf(const QLineF& line)
{
    const double length = line.length();
    if (length < kHead)
        return {};
    const QPointF along = (line.p2() - line.p1()) / length;
    const QPointF across(-along.y(), along.x());
    const QPointF back = line.p2() - along * kHead;
    return QPolygonF({line.p2(), back + across * kHead * 0.4, back - across * kHead * 0.4});
}

} // namespace

FigureLinks::FigureLinks(QCPAxisRect* axes, const QString& layer)
    : QCPLayerable(axes->parentPlot(), layer), m_axes(axes)
{
}

void FigureLinks::draw(QCPPainter* painter)
{
    if (!m_figure || !m_style || !m_figure->emptyText.isEmpty())
        return;
    const QCPAxis* x = m_axes->axis(QCPAxis::atBottom);
    const QCPAxis* y = m_axes->axis(QCPAxis::atLeft);
    const auto pixel = [&](double atX, double atY) {
        return QPointF(std::clamp(x->coordToPixel(atX), -kFarthest, kFarthest),
                       std::clamp(y->coordToPixel(atY), -kFarthest, kFarthest));
    };
    for (const Link& link : m_figure->links) {
        const QLineF line(pixel(link.fromX, link.fromY), pixel(link.toX, link.toY));
        if (!std::isfinite(line.x1()) || !std::isfinite(line.x2()) ||
            std::max(line.x1(), line.x2()) < m_axes->left() ||
            std::min(line.x1(), line.x2()) > m_axes->right())
            continue;
        // Upright lines lie on pixels: as sharp as the axes' own.
        painter->setAntialiasing(line.x1() != line.x2());
        const QColor& color = m_style->theme->color(link.color);
        painter->setPen(
            rolePen(*m_style->theme, link.color, LineStyle::Solid, link.arrow ? 1.6 : 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawLine(line);
        if (link.arrow) {
            painter->setAntialiasing(true);
            painter->setPen(Qt::NoPen);
            painter->setBrush(color);
            painter->drawPolygon(headOf(line));
        }
    }
}

} // namespace qs
