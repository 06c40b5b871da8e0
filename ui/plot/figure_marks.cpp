// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_marks.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double grabDistance = 6;
constexpr double pointReach = 10;
constexpr int tagPadding = 5;
constexpr int heightPerStripRow = 100; // of the picture; further rows of tags go into the axes

} // namespace

FigureMarks::FigureMarks(QCPAxisRect* axes, bool showHandles, const QString& layer)
    : QCPLayerable(axes->parentPlot(), layer), m_axes(axes), m_showHandles(showHandles)
{
}

double FigureMarks::xOf(int marker) const
{
    if (marker == m_draggedIndex)
        return m_draggedAt.x();
    return m_figure->markers[static_cast<std::size_t>(marker)].x;
}

int FigureMarks::rowHeight() const
{
    return QFontMetrics(m_style->base).height() + 4;
}

// Tags sit centred over their lines, pushed inwards at the edges; where two would touch, the later
// one goes a row down.
QVector<FigureMarks::Tag> FigureMarks::tagsFor(int left, int right) const
{
    QVector<Tag> tags;
    if (!m_figure || !m_style || !m_figure->emptyText.isEmpty())
        return tags;
    const QFontMetrics metrics(m_style->base);
    const QCPAxis* axis = m_axes->axis(QCPAxis::atBottom);
    const QCPRange range = axis->range();
    QVector<int> order;
    for (int i = 0; i < static_cast<int>(m_figure->markers.size()); ++i) {
        const double x = xOf(i);
        const bool shown = x >= range.lower && x <= range.upper;
        if (shown && !m_figure->markers[static_cast<std::size_t>(i)].label.isEmpty())
            order += i;
    }
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return xOf(a) < xOf(b); });
    QVector<double> rowEnds;
    for (int i : order) {
        const QString& label = m_figure->markers[static_cast<std::size_t>(i)].label;
        const double width = std::min(metrics.horizontalAdvance(label) + 2.0 * tagPadding,
                                      static_cast<double>(std::max(right - left, 10)));
        const bool log = axis->scaleType() == QCPAxis::stLogarithmic;
        const double fraction =
            log ? std::log(xOf(i) / range.lower) / std::log(range.upper / range.lower)
                : (xOf(i) - range.lower) / range.size();
        const double pixel = left + fraction * (right - left);
        const double from = std::clamp(pixel - width / 2, static_cast<double>(left),
                                       std::max<double>(left, right - width));
        int row = 0;
        while (row < rowEnds.size() && from < rowEnds[row] + 3)
            ++row;
        if (row == rowEnds.size())
            rowEnds += 0;
        rowEnds[row] = from + width;
        tags += {i, row, QRectF(from, 0, width, rowHeight() - 3)};
    }
    return tags;
}

int FigureMarks::stripHeight(int left, int right) const
{
    int rows = 0;
    for (const Tag& tag : tagsFor(left, right))
        rows = std::max(rows, tag.row + 1);
    // One row stays reserved while labelled markers are out of view, so that axes keep their
    // height.
    if (rows == 0 && m_figure && m_style) {
        for (const Marker& marker : m_figure->markers)
            rows = std::max(rows, marker.label.isEmpty() ? 0 : 1);
    }
    const int most = std::clamp(mParentPlot->viewport().height() / heightPerStripRow, 1, 3);
    return rows ? std::min(rows, most) * rowHeight() + 2 : 0;
}

QVector<FigureMarks::Tag> FigureMarks::placedTags() const
{
    QVector<Tag> tags = tagsFor(m_axes->left(), m_axes->right());
    const int strip = stripHeight(m_axes->left(), m_axes->right());
    for (Tag& tag : tags)
        tag.rect.moveTop(m_axes->top() - strip + tag.row * rowHeight());
    return tags;
}

QVector<QRectF> FigureMarks::tagRects() const
{
    QVector<QRectF> rects;
    for (const Tag& tag : placedTags())
        rects += tag.rect;
    return rects;
}

int FigureMarks::handleAt(const QPointF& position) const
{
    if (!m_figure || !m_style || !m_figure->emptyText.isEmpty())
        return -1;
    const QCPAxis* axis = m_axes->axis(QCPAxis::atBottom);
    for (int i = 0; i < static_cast<int>(m_figure->points.size()); ++i) {
        const QPointF off = pixelOf(i) - position;
        if (std::max(std::abs(off.x()), std::abs(off.y())) <= pointReach)
            return static_cast<int>(m_figure->markers.size()) + i;
    }
    int nearest = -1;
    double distance = grabDistance;
    if (position.y() >= m_axes->top() - 4 && position.y() <= m_axes->bottom() + 4) {
        for (int i = 0; i < static_cast<int>(m_figure->markers.size()); ++i) {
            const double off = std::abs(axis->coordToPixel(xOf(i)) - position.x());
            if (m_figure->markers[static_cast<std::size_t>(i)].handle && off <= distance) {
                nearest = i;
                distance = off;
            }
        }
    }
    if (nearest >= 0)
        return nearest;
    for (const Tag& tag : placedTags()) {
        if (m_figure->markers[static_cast<std::size_t>(tag.marker)].handle &&
            tag.rect.contains(position))
            return tag.marker;
    }
    return -1;
}

void FigureMarks::draw(QCPPainter* painter)
{
    if (!m_figure || !m_style || !m_figure->emptyText.isEmpty())
        return;
    const PlotTheme& theme = *m_style->theme;
    const QCPAxis* axis = m_axes->axis(QCPAxis::atBottom);
    const QVector<Tag> tags = placedTags();
    for (int i = 0; i < static_cast<int>(m_figure->markers.size()); ++i) {
        const Marker& marker = m_figure->markers[static_cast<std::size_t>(i)];
        const double pixel = axis->coordToPixel(xOf(i));
        if (!(pixel >= m_axes->left() - 0.5 && pixel <= m_axes->right() + 1.5))
            continue;
        const bool handle = marker.handle && m_showHandles;
        const double x = std::floor(pixel) + 0.5;
        double top = m_axes->top();
        for (const Tag& tag : tags) {
            if (tag.marker == i)
                top = tag.rect.bottom();
        }
        QPen pen = rolePen(theme, marker.color, marker.style, 1);
        if (handle)
            pen.setColor(theme.handle);
        painter->setAntialiasing(false);
        painter->setPen(pen);
        painter->drawLine(QPointF(x, top), QPointF(x, m_axes->bottom()));
        if (handle)
            drawGrip(painter, x, i == m_selected || i == m_draggedIndex);
    }
    painter->setFont(m_style->base);
    for (const Tag& tag : tags) {
        const Marker& marker = m_figure->markers[static_cast<std::size_t>(tag.marker)];
        const bool handle = marker.handle && m_showHandles;
        painter->setAntialiasing(true);
        painter->setPen(QPen(handle ? theme.handle : theme.color(marker.color), 1));
        painter->setBrush(handle ? theme.handle : theme.background);
        painter->drawRoundedRect(tag.rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
        painter->setBrush(Qt::NoBrush);
        painter->setPen(handle ? theme.handleText : theme.text);
        painter->drawText(
            tag.rect, Qt::AlignCenter | Qt::TextSingleLine,
            painter->fontMetrics().elidedText(marker.label, Qt::ElideRight,
                                              static_cast<int>(tag.rect.width()) - 4));
    }
    drawPoints(painter);
    drawRegionLabels(painter, tags);
}

QPointF FigureMarks::pixelOf(int point) const
{
    const PointHandle& handle = m_figure->points[static_cast<std::size_t>(point)];
    const bool dragged = m_draggedIndex == static_cast<int>(m_figure->markers.size()) + point;
    const QPointF at = dragged ? m_draggedAt : QPointF(handle.x, handle.y);
    return {m_axes->axis(QCPAxis::atBottom)->coordToPixel(at.x()),
            m_axes->axis(QCPAxis::atLeft)->coordToPixel(at.y())};
}

// A ring that lets the map under it be seen, with an edge in both of the theme's extremes: maps are
// light and dark.
void FigureMarks::drawPoints(QCPPainter* painter) const
{
    const PlotTheme& theme = *m_style->theme;
    painter->setFont(m_style->base);
    for (int i = 0; i < static_cast<int>(m_figure->points.size()); ++i) {
        const PointHandle& handle = m_figure->points[static_cast<std::size_t>(i)];
        const QPointF at = pixelOf(i);
        if (!QRectF(m_axes->rect()).adjusted(-1, -1, 1, 1).contains(at))
            continue;
        const int index = static_cast<int>(m_figure->markers.size()) + i;
        const double radius = index == m_selected || index == m_draggedIndex ? 9 : 7;
        painter->setAntialiasing(true);
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(Qt::white, 5));
        painter->drawEllipse(at, radius, radius);
        painter->setPen(QPen(m_showHandles ? QColor(0x4527A0) : QColor(Qt::black), 2.5));
        painter->drawEllipse(at, radius, radius);
        if (handle.label.isEmpty())
            continue;
        const QFontMetrics metrics(m_style->base);
        const QSizeF size(metrics.horizontalAdvance(handle.label) + 2.0 * tagPadding,
                          rowHeight() - 3);
        QRectF tag(QPointF(at.x() + radius + 5, at.y() - size.height() / 2), size);
        if (tag.right() > m_axes->right())
            tag.moveRight(at.x() - radius - 5);
        tag.moveTop(std::clamp(tag.top(), static_cast<double>(m_axes->top()),
                               std::max<double>(m_axes->top(), m_axes->bottom() - size.height())));
        painter->setPen(QPen(theme.handle, 1));
        painter->setBrush(theme.background);
        painter->drawRoundedRect(tag, 3, 3);
        painter->setPen(theme.text);
        painter->drawText(tag, Qt::AlignCenter | Qt::TextSingleLine, handle.label);
        painter->setBrush(Qt::NoBrush);
    }
}

void FigureMarks::drawGrip(QCPPainter* painter, double x, bool selected) const
{
    const PlotTheme& theme = *m_style->theme;
    const double y = m_axes->center().y();
    const double halfWidth = selected ? 5 : 4;
    const double halfHeight = selected ? 12 : 10;
    const QRectF grip(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
    painter->setAntialiasing(true);
    painter->setPen(QPen(theme.axesBackground, selected ? 2 : 1.5));
    painter->setBrush(theme.handle);
    painter->drawRoundedRect(grip, 3.5, 3.5);
    painter->setBrush(Qt::NoBrush);
}

// A label goes into its region, upright if it must, or beside it: a share that is clipped is always
// said.
void FigureMarks::drawRegionLabels(QCPPainter* painter, const QVector<Tag>& tags) const
{
    const QFontMetrics metrics(m_style->base);
    double top = m_axes->top() + 4;
    for (const Tag& tag : tags)
        top = std::max(top, tag.rect.bottom() + 4);
    QVector<QRectF> taken;
    for (const Region& region : m_figure->regions) {
        const auto [left, right] = regionPixels(m_axes, region);
        if (region.ofY || region.label.isEmpty() || right - left < 0.5)
            continue;
        const QSizeF size(metrics.horizontalAdvance(region.label) + 8, metrics.height() + 2);
        const bool across = right - left >= size.width() + 2;
        const bool upright =
            !across && right - left >= size.height() + 2 && m_axes->bottom() - top > size.width();
        QRectF rect(QPointF((left + right - size.width()) / 2, top), size);
        if (upright)
            rect = QRectF((left + right - size.height()) / 2, top, size.height(), size.width());
        else if (!across && left <= m_axes->left() + 1)
            rect.moveLeft(right + 7);
        else if (!across)
            rect.moveRight(left - 7);
        for (const QRectF& other : taken) {
            if (rect.intersects(other))
                rect.moveTop(other.bottom() + 2);
        }
        taken += rect;
        QColor ground = m_style->theme->axesBackground;
        ground.setAlphaF(0.85F);
        painter->setAntialiasing(true);
        painter->setPen(Qt::NoPen);
        painter->setBrush(ground);
        painter->drawRoundedRect(rect, 3, 3);
        painter->setBrush(Qt::NoBrush);
        painter->setPen(m_style->theme->text);
        painter->setFont(m_style->base);
        painter->save();
        painter->translate(rect.center());
        if (upright)
            painter->rotate(-90);
        painter->drawText(QRectF(QPointF(-size.width() / 2, -size.height() / 2), size),
                          Qt::AlignCenter | Qt::TextSingleLine, region.label);
        painter->restore();
    }
}

} // namespace qs
