// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_header.h"

#include "ui/plot/figure_series.h"

namespace qs {
namespace {

constexpr int edge = 10;        // from the sides of the picture
constexpr int gap = 16;         // between the parts of a line
constexpr int swatchWidth = 20; // the sample of a series in the legend
constexpr int swatchGap = 5;

} // namespace

FigureHeader::FigureHeader(QCustomPlot* plot) : QCPLayerable(plot, QStringLiteral("axes")) {}

int FigureHeader::heightFor(int width) const
{
    return layoutFor(width).height;
}

FigureHeader::Layout FigureHeader::layoutFor(int whole) const
{
    const int width = whole - m_inset;
    Layout layout;
    if (!m_figure || !m_style)
        return layout;
    const QFontMetrics titleMetrics(m_style->title);
    const QFontMetrics metrics(m_style->base);
    const int room = std::max(width - 2 * edge, 20);
    const int line = titleMetrics.height() + 2;
    const int smallLine = metrics.height() + 4;
    const int titleWidth =
        m_figure->title.isEmpty()
            ? 0
            : std::min(room, titleMetrics.horizontalAdvance(m_figure->title) + 2);
    const int noteWidth = m_figure->note.isEmpty()
                              ? 0
                              : std::min(room, metrics.horizontalAdvance(m_figure->note) + 2);

    int legendWidth = 0;
    if (m_figure->legend && m_figure->emptyText.isEmpty()) {
        for (const Series& series : m_figure->series) {
            if (series.name.isEmpty())
                continue;
            const int textWidth = std::min(metrics.horizontalAdvance(series.name) + 2,
                                           room - swatchWidth - swatchGap);
            layout.legend +=
                {&series, QRect(0, 0, swatchWidth, smallLine), QRect(0, 0, textWidth, smallLine)};
            legendWidth += (legendWidth ? gap : 0) + swatchWidth + swatchGap + textWidth;
        }
    }
    int y = 5;
    const int titleAndNote = titleWidth + (noteWidth ? gap + noteWidth : 0);
    const bool oneLine = legendWidth && titleWidth && titleAndNote + gap + legendWidth <= room;
    const bool noteBesideTitle = titleAndNote <= room;
    layout.title = QRect(edge, y, titleWidth, line);
    if (noteBesideTitle)
        layout.note = QRect(width - edge - noteWidth, y, noteWidth, line);
    if (titleWidth || (noteWidth && noteBesideTitle))
        y += line;
    const bool noteBesideLegend =
        !noteBesideTitle && legendWidth && legendWidth + gap + noteWidth <= room;
    if (noteBesideLegend)
        layout.note = QRect(width - edge - noteWidth, y, noteWidth, smallLine);
    else if (noteWidth && !noteBesideTitle) {
        layout.note = QRect(edge, y, noteWidth, smallLine);
        y += smallLine;
    }
    if (!layout.legend.isEmpty()) {
        int x = edge;
        int top = y;
        if (oneLine) {
            x = width - edge - legendWidth - (noteWidth ? gap + noteWidth : 0);
            top = layout.title.center().y() - smallLine / 2;
        }
        for (Entry& entry : layout.legend) {
            const int entryWidth = swatchWidth + swatchGap + entry.text.width();
            if (!oneLine && x > edge && x + entryWidth > width - edge) {
                x = edge;
                top += smallLine;
            }
            entry.swatch.moveTo(x, top);
            entry.text.moveTo(x + swatchWidth + swatchGap, top);
            x += entryWidth + gap;
        }
        if (!oneLine)
            y = top + smallLine;
    }
    layout.height = y + 5;
    return layout;
}

QString FigureHeader::labelAt(const QPointF& position) const
{
    if (!m_figure || !m_style)
        return {};
    const Layout layout = layoutFor(mParentPlot->viewport().width());
    const auto cut = [&](const QRect& rect, const QString& text, const QFont& font) {
        return rect.contains(position.toPoint()) &&
               QFontMetrics(font).horizontalAdvance(text) > rect.width();
    };
    if (cut(layout.title, m_figure->title, m_style->title))
        return m_figure->title;
    if (cut(layout.note, m_figure->note, m_style->base))
        return m_figure->note;
    for (const Entry& entry : layout.legend) {
        if (cut(entry.text, entry.series->name, m_style->base))
            return entry.series->name;
    }
    return {};
}

void FigureHeader::draw(QCPPainter* painter)
{
    if (!m_figure || !m_style)
        return;
    const Layout layout = layoutFor(mParentPlot->viewport().width());
    const PlotTheme& theme = *m_style->theme;
    painter->setPen(theme.text);
    painter->setFont(m_style->title);
    painter->drawText(
        layout.title, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
        painter->fontMetrics().elidedText(m_figure->title, Qt::ElideRight, layout.title.width()));
    painter->setFont(m_style->base);
    painter->setPen(theme.secondaryText);
    painter->drawText(
        layout.note,
        (layout.note.left() == edge ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter |
            Qt::TextSingleLine,
        painter->fontMetrics().elidedText(m_figure->note, Qt::ElideRight, layout.note.width()));
    for (const Entry& entry : layout.legend) {
        drawSwatch(painter, *entry.series, entry.swatch);
        painter->setPen(theme.text);
        painter->setFont(m_style->base);
        painter->drawText(entry.text, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                          painter->fontMetrics().elidedText(entry.series->name, Qt::ElideRight,
                                                            entry.text.width()));
    }
    if (!m_figure->emptyText.isEmpty())
        drawEmptyText(painter);
}

void FigureHeader::drawSwatch(QCPPainter* painter, const Series& series, const QRect& rect) const
{
    const PlotTheme& theme = *m_style->theme;
    const int middle = rect.center().y();
    const QRect box(rect.left() + 2, middle - 5, rect.width() - 5, 10);
    painter->setAntialiasing(false);
    painter->setPen(rolePen(theme, series.color, series.style, 1));
    switch (series.kind) {
    case SeriesKind::Histogram:
        painter->setBrush(seriesFill(theme, series));
        painter->drawRect(box);
        painter->setPen(seriesHatch(theme, series));
        painter->drawLines(hatchLines(QPolygonF(QRectF(box))));
        break;
    case SeriesKind::Band:
        painter->fillRect(box, seriesFill(theme, series));
        painter->setPen(seriesHatch(theme, series));
        painter->drawLines(hatchLines(QPolygonF(QRectF(box))));
        break;
    case SeriesKind::Impulses:
        for (int i = 0; i < 4; ++i)
            painter->drawLine(QLineF(box.left() + 1 + 4 * i, box.bottom(), box.left() + 1 + 4 * i,
                                     box.bottom() - (i % 2 ? 10 : 7)));
        break;
    case SeriesKind::Rug:
        for (int i = 0; i < 4; ++i)
            painter->drawLine(QLineF(box.left() + 1 + 4 * i, box.bottom() - 1,
                                     box.left() + 1 + 4 * i, box.bottom() - 6));
        break;
    case SeriesKind::Bars: {
        const bool strokes = series.y == series.y2;
        painter->setBrush(seriesFill(theme, series));
        for (int i = 0; i < 2; ++i) {
            const int width = series.share < 0.5 ? 2 : 6;
            const QRect bar(box.left() + 4 + 8 * i - width / 2, box.top() + 3 * i, width,
                            10 - 3 * i);
            if (strokes)
                painter->fillRect(bar.left(), bar.top() + 3, width + 1, 2,
                                  theme.color(series.color));
            else
                painter->drawRect(bar);
        }
        break;
    }
    case SeriesKind::Line:
    case SeriesKind::Steps:
    case SeriesKind::Points:
        if (series.kind != SeriesKind::Points) {
            painter->setAntialiasing(true);
            painter->setPen(rolePen(theme, series.color, series.style, 2));
            painter->drawLine(QPointF(rect.left(), middle + 0.5),
                              QPointF(rect.right(), middle + 0.5));
        }
        painter->setAntialiasing(true);
        const QCPScatterStyle shape = seriesMarker(theme, series, 6);
        if (!shape.isNone()) {
            shape.applyTo(painter, shape.pen());
            shape.drawShape(painter, QRectF(rect).center());
        }
        break;
    }
    painter->setBrush(Qt::NoBrush);
}

void FigureHeader::drawEmptyText(QCPPainter* painter) const
{
    const QRect area =
        mParentPlot->viewport().adjusted(24, heightFor(mParentPlot->width()), -24, -12);
    painter->setPen(m_style->theme->secondaryText);
    painter->setFont(m_style->base);
    painter->drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_figure->emptyText);
}

} // namespace qs
