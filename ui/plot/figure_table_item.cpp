// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_table_item.h"

#include "ui/plot/broken_lines.h"
#include "ui/plot/table_widths.h"

#include <QCoreApplication>

#include <algorithm>

namespace qs {
namespace {

constexpr int kEdge = 10;   // from the sides of the picture, as the header's texts
constexpr int kPadding = 8; // on either side of a cell's text
constexpr int kTight = 4;   // likewise, where there is not enough room

QString moreRows(std::size_t count)
{
    if (count == 1)
        return QCoreApplication::translate("FigureTable", "and 1 more row");
    return QCoreApplication::translate("FigureTable", "and %n more rows", nullptr,
                                       static_cast<int>(count));
}

} // namespace

FigureTableItem::FigureTableItem(QCustomPlot* plot, const FigureHeader* header, bool wholeTexts)
    : QCPLayerable(plot, QStringLiteral("axes")), m_header(header), m_wholeTexts(wholeTexts)
{
}

void FigureTableItem::setFigure(const Figure* figure)
{
    m_figure = figure;
    m_layout.reset();
}

void FigureTableItem::setStyle(const FigureStyle* style)
{
    m_style = style;
    m_layout.reset();
}

bool FigureTableItem::shown() const
{
    return m_figure && m_style && m_figure->table && m_figure->emptyText.isEmpty() &&
           !m_figure->table->columns.empty();
}

QRect FigureTableItem::area() const
{
    const QRect whole = mParentPlot->viewport();
    return whole.adjusted(kEdge, m_header->heightFor(whole.width()), -kEdge, -4);
}

QString FigureTableItem::cell(std::size_t row, std::size_t column) const
{
    const auto& cells = m_figure->table->rows[row];
    return column < cells.size() ? cells[column] : QString();
}

FigureTableItem::Row FigureTableItem::rowOf(const Layout& layout,
                                            const std::function<QString(std::size_t)>& cell) const
{
    const QFontMetrics metrics(m_style->base);
    Row row;
    qsizetype lines = 1;
    for (std::size_t c = 0; c + 1 < layout.edges.size(); ++c) {
        const QString text = cell(c);
        const int room = layout.edges[c + 1] - layout.edges[c] - 2 * layout.padding;
        if (metrics.horizontalAdvance(text) <= room)
            row.cells.push_back({text});
        else if (layout.broken)
            row.cells.push_back(brokenLines(text, m_style->base, room));
        else
            row.cells.push_back({metrics.elidedText(text, Qt::ElideRight, room)});
        lines = std::max(lines, row.cells.back().size());
    }
    row.height = static_cast<int>(lines) * metrics.height() + 2;
    return row;
}

FigureTableItem::Layout FigureTableItem::layoutOf(bool broken) const
{
    const auto& table = *m_figure->table;
    const int line = QFontMetrics(m_style->base).height();
    const QRect all = area();
    const TableWidths columns(table, m_style->base, static_cast<std::size_t>(all.height() / line));
    Layout layout;
    layout.broken = broken;
    layout.brokenWords = broken && columns.breaksWords(all.width(), kTight);
    layout.padding = columns.natural(kPadding) <= all.width() ? kPadding : kTight;
    layout.edges = {all.left()};
    for (const int width : broken ? columns.broken(all.width(), layout.padding)
                                  : columns.cut(all.width(), layout.padding))
        layout.edges.push_back(layout.edges.back() + width);
    layout.titles = rowOf(layout, [&](std::size_t c) { return table.columns[c].title; });
    int room = all.height() - layout.titles.height;
    for (std::size_t r = 0; r < table.rows.size() && room > 0; ++r) {
        layout.rows.push_back(rowOf(layout, [&](std::size_t c) { return cell(r, c); }));
        room -= layout.rows.back().height;
    }
    // The line that counts the others has to stand somewhere too.
    if (room < 0 || layout.rows.size() < table.rows.size()) {
        while (!layout.rows.empty() && room < line + 2) {
            room += layout.rows.back().height;
            layout.rows.pop_back();
        }
    }
    return layout;
}

const FigureTableItem::Layout& FigureTableItem::layout() const
{
    if (m_layout && m_layoutArea == area())
        return *m_layout;
    m_layoutArea = area();
    m_layout = layoutOf(true);
    if ((!m_wholeTexts || m_layout->brokenWords) &&
        m_layout->rows.size() < m_figure->table->rows.size()) {
        Layout cut = layoutOf(false);
        if (cut.rows.size() > m_layout->rows.size())
            m_layout = std::move(cut);
    }
    return *m_layout;
}

TableFit FigureTableItem::fit() const
{
    if (!shown())
        return {};
    const Layout& drawn = layout();
    TableFit fit{m_figure->table->rows.size() - drawn.rows.size(), false};
    for (std::size_t c = 0; c < m_figure->table->columns.size() && !drawn.broken; ++c) {
        fit.textsCut |= drawn.titles.cells[c].front() != m_figure->table->columns[c].title;
        for (std::size_t r = 0; r < drawn.rows.size(); ++r)
            fit.textsCut |= drawn.rows[r].cells[c].front() != cell(r, c);
    }
    return fit;
}

QString FigureTableItem::labelAt(const QPointF& position) const
{
    if (!shown() || position.y() < area().top())
        return {};
    const Layout& at = layout();
    std::size_t column = 0;
    while (column + 1 < at.edges.size() && position.x() >= at.edges[column + 1])
        ++column;
    if (position.x() < at.edges[0] || column + 1 == at.edges.size() || at.broken)
        return {};
    int bottom = area().top() + at.titles.height;
    QString whole = m_figure->table->columns[column].title;
    const Row* row = &at.titles;
    for (std::size_t r = 0; position.y() >= bottom; ++r) {
        if (r == at.rows.size())
            return {};
        row = &at.rows[r];
        whole = cell(r, column);
        bottom += row->height;
    }
    return row->cells[column].front() == whole ? QString() : whole;
}

QString FigureTableItem::choiceAt(const QPointF& position) const
{
    if (!shown() || m_figure->table->choices.empty())
        return {};
    const Layout& at = layout();
    int top = area().top() + at.titles.height;
    for (std::size_t r = 0; r < std::min(at.rows.size(), m_figure->table->choices.size()); ++r) {
        const int bottom = top + at.rows[r].height;
        if (position.y() >= top && position.y() < bottom)
            return m_figure->table->choices[r];
        top = bottom;
    }
    return {};
}

void FigureTableItem::drawRow(QCPPainter* painter, const Layout& layout, const Row& row,
                              int top) const
{
    const int line = QFontMetrics(m_style->base).height();
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
        const int left = layout.edges[c] + layout.padding;
        const int width = layout.edges[c + 1] - layout.padding - left;
        const auto side = m_figure->table->columns[c].number ? Qt::AlignRight : Qt::AlignLeft;
        int y = top + 1;
        for (const QString& text : row.cells[c]) {
            painter->drawText(QRect(left, y, width, line),
                              side | Qt::AlignVCenter | Qt::TextSingleLine, text);
            y += line;
        }
    }
}

void FigureTableItem::draw(QCPPainter* painter)
{
    if (!shown())
        return;
    const auto& table = *m_figure->table;
    const PlotTheme& theme = *m_style->theme;
    const Layout& layout = this->layout();
    const QRect all = area();
    const int right = std::min(layout.edges.back(), all.right());
    painter->setFont(m_style->base);
    painter->setAntialiasing(false);
    painter->setPen(theme.secondaryText);
    drawRow(painter, layout, layout.titles, all.top());
    int top = all.top() + layout.titles.height;
    painter->setPen(QPen(theme.axisLine, 1));
    painter->drawLine(QLineF(all.left(), top - 1, right, top - 1));
    const std::size_t rows = layout.rows.size();
    for (std::size_t r = 0; r < rows; ++r) {
        const QRect row(all.left(), top, right - all.left(), layout.rows[r].height);
        if (table.current == r) {
            painter->fillRect(row, tint(theme.color(ColorRole::Accent), 0.16));
            painter->fillRect(QRect(row.left(), row.top(), 3, row.height()),
                              theme.color(ColorRole::Accent));
        } else if (r + 1 < rows) {
            painter->setPen(QPen(theme.grid, 1));
            painter->drawLine(QLineF(row.left(), row.bottom(), row.right(), row.bottom()));
        }
        painter->setPen(theme.text);
        drawRow(painter, layout, layout.rows[r], top);
        top += row.height();
    }
    if (rows < table.rows.size()) {
        painter->setPen(theme.secondaryText);
        painter->drawText(QRect(all.left() + layout.padding, top, all.width(),
                                QFontMetrics(m_style->base).height()),
                          Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                          moreRows(table.rows.size() - rows));
    }
}

} // namespace qs
