// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_marks.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr int rugHeight = 7;

} // namespace

FigureGround::FigureGround(QCPAxisRect* axes, Part part, const QString& layer)
    : QCPLayerable(axes->parentPlot(), layer), m_axes(axes), m_part(part)
{
}

void FigureGround::draw(QCPPainter* painter)
{
    if (!m_figure || !m_style || !m_figure->emptyText.isEmpty())
        return;
    if (m_part == Part::Regions) {
        for (const Region& region : m_figure->regions)
            drawRegion(painter, region);
        return;
    }
    for (const Series& series : m_figure->series) {
        if (series.kind == SeriesKind::Rug)
            drawRug(painter, series);
    }
}

void FigureGround::drawRegion(QCPPainter* painter, const Region& region) const
{
    const auto [first, last] = regionPixels(m_axes, region);
    if (last - first < 0.5)
        return;
    const QRectF rect = region.ofY ? QRectF(m_axes->left(), first, m_axes->width(), last - first)
                                   : QRectF(first, m_axes->top(), last - first, m_axes->height());
    if (region.kind == RegionKind::Selected) {
        const QColor& accent = m_style->theme->color(ColorRole::Accent);
        painter->fillRect(rect, tint(accent, 0.14));
        painter->setAntialiasing(false);
        painter->setPen(QPen(accent, 1));
        painter->drawLine(rect.topLeft(), region.ofY ? rect.topRight() : rect.bottomLeft());
        painter->drawLine(region.ofY ? rect.bottomLeft() : rect.topRight(), rect.bottomRight());
        return;
    }
    const QColor& color = m_style->theme->color(ColorRole::Clipping);
    painter->fillRect(rect, tint(color, 0.05));
    painter->setAntialiasing(true);
    painter->setPen(QPen(tint(color, 0.38), 1));
    painter->drawLines(hatchLines(QPolygonF(rect)));
}

void FigureGround::drawRug(QCPPainter* painter, const Series& series) const
{
    const QCPAxis* axis = m_axes->axis(QCPAxis::atBottom);
    painter->setAntialiasing(false);
    painter->setPen(rolePen(*m_style->theme, series.color, series.style, 1));
    QVector<QLineF> lines;
    int previous = m_axes->left() - 1;
    for (double x : series.x) {
        const double exact = axis->coordToPixel(x);
        if (!(exact >= m_axes->left() && exact <= m_axes->right() + 1))
            continue;
        const int pixel = static_cast<int>(std::lround(exact));
        if (pixel == previous)
            continue;
        previous = pixel;
        lines += QLineF(pixel, m_axes->bottom(), pixel, m_axes->bottom() - rugHeight);
    }
    painter->drawLines(lines);
}

std::pair<double, double> regionPixels(const QCPAxisRect* axes, const Region& region)
{
    const QCPAxis* axis = axes->axis(region.ofY ? QCPAxis::atLeft : QCPAxis::atBottom);
    const double first = region.ofY ? axes->top() : axes->left();
    const double last = (region.ofY ? axes->bottom() : axes->right()) + 1.0;
    const auto pixel = [&](double value, double otherwise) {
        return std::isfinite(value) ? std::clamp(axis->coordToPixel(value), first, last)
                                    : otherwise;
    };
    const double from = pixel(region.from, region.ofY ? last : first);
    const double to = pixel(region.to, region.ofY ? first : last);
    return {std::min(from, to), std::max(from, to)};
}

} // namespace qs
