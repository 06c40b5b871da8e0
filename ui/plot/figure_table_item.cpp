// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_table_item.h"

#include "ui/plot/broken_lines.h"

#include <QCoreApplication>

#include <algorithm>
#include <numeric>

namespace qs {
namespace {

constexpr int kEdge = 10;      // from the sides of the picture, as the header's texts
constexpr int kPadding = 8;    // on either side of a cell's text
constexpr int kSlack = 2;      // texts are a fraction of a pixel wider than they are measured
constexpr int kNarrowest = 40; // pixels that a column is not cut below
constexpr int kMost = 400;     // rows whose texts are measured: more are never in sight

/// The width of its longest word, as lines are broken.
int wordWidth(const QFontMetrics& metrics, const QString& text)
{
    int widest = 0;
    for (const QString& word : text.split(u' ', Qt::SkipEmptyParts))
        widest = std::max(widest, metrics.horizontalAdvance(word));
    return widest;
}

QString moreRows(std::size_t count)
{
    return QCoreApplication::translate("FigureTable", "and %n more rows", nullptr,
                                       static_cast<int>(count));
}

} // namespace

FigureTableItem::FigureTableItem(QCustomPlot* plot, const FigureHeader* header, bool wholeTexts)
    : QCPLayerable(plot, QStringLiteral("axes")), m_header(header), m_wholeTexts(wholeTexts)
{
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

std::vector<int> FigureTableItem::widths(bool broken) const
{
    const auto& table = *m_figure->table;
    const QFontMetrics metrics(m_style->base);
    const std::size_t columns = table.columns.size();
    std::vector<int> widths(columns);
    std::vector<int> words(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        const auto take = [&](const QString& text) {
            widths[c] = std::max(widths[c], metrics.horizontalAdvance(text));
            words[c] = std::max(words[c], wordWidth(metrics, text));
        };
        take(table.columns[c].title);
        for (std::size_t r = 0; r < std::min<std::size_t>(table.rows.size(), kMost); ++r)
            take(cell(r, c));
        widths[c] += 2 * kPadding + kSlack;
        words[c] += 2 * kPadding + kSlack;
    }
    const int room = std::max(area().width(), 1);
    int over = std::accumulate(widths.begin(), widths.end(), 0) - room;
    // First texts between their words, then numbers likewise, then whatever is widest.
    enum class Cut { Texts, Numbers, Words, Everything };
    for (const Cut cut : {Cut::Texts, Cut::Numbers, Cut::Words, Cut::Everything}) {
        const bool numbers = cut == Cut::Numbers || cut == Cut::Everything;
        const bool wholeWords = cut == Cut::Texts || cut == Cut::Numbers;
        if (wholeWords && !broken)
            continue;
        while (over > 0) {
            std::size_t widest = columns;
            int most = 0;
            for (std::size_t c = 0; c < columns; ++c) {
                const int least = wholeWords ? std::max(words[c], kNarrowest) : kNarrowest;
                if ((!numbers && table.columns[c].number) || widths[c] <= least ||
                    widths[c] <= most)
                    continue;
                widest = c;
                most = widths[c];
            }
            if (widest == columns)
                break;
            // In small bites: two columns of one width are cut alike.
            const int least = wholeWords ? std::max(words[widest], kNarrowest) : kNarrowest;
            const int bite = std::min({over, widths[widest] - least, 8});
            widths[widest] -= bite;
            over -= bite;
        }
    }
    return widths;
}

FigureTableItem::Row FigureTableItem::rowOf(const std::vector<int>& widths, bool broken,
                                            const std::function<QString(std::size_t)>& cell) const
{
    const QFontMetrics metrics(m_style->base);
    Row row;
    qsizetype lines = 1;
    for (std::size_t c = 0; c < widths.size(); ++c) {
        const QString text = cell(c);
        const int room = widths[c] - 2 * kPadding;
        if (metrics.horizontalAdvance(text) <= room)
            row.cells.push_back({text});
        else if (broken)
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
    const auto widths = this->widths(broken);
    Layout layout;
    layout.broken = broken;
    layout.edges = {area().left()};
    for (const int width : widths)
        layout.edges.push_back(layout.edges.back() + width);
    layout.titles = rowOf(widths, broken, [&](std::size_t c) { return table.columns[c].title; });
    const int countLine = QFontMetrics(m_style->base).height() + 2;
    int room = area().height() - layout.titles.height;
    for (std::size_t r = 0; r < table.rows.size() && room > 0; ++r) {
        layout.rows.push_back(rowOf(widths, broken, [&](std::size_t c) { return cell(r, c); }));
        room -= layout.rows.back().height;
    }
    // The line that counts the others has to stand somewhere too.
    if (room < 0 || layout.rows.size() < table.rows.size()) {
        while (!layout.rows.empty() && room < countLine) {
            room += layout.rows.back().height;
            layout.rows.pop_back();
        }
    }
    return layout;
}

FigureTableItem::Layout FigureTableItem::layout() const
{
    Layout broken = layoutOf(true);
    if (m_wholeTexts || broken.rows.size() == m_figure->table->rows.size())
        return broken;
    Layout cut = layoutOf(false);
    return cut.rows.size() > broken.rows.size() ? cut : broken;
}

std::size_t FigureTableItem::rowsLeftOut() const
{
    return shown() ? m_figure->table->rows.size() - layout().rows.size() : 0;
}

QString FigureTableItem::labelAt(const QPointF& position) const
{
    if (!shown() || position.y() < area().top())
        return {};
    const Layout at = layout();
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

void FigureTableItem::drawRow(QCPPainter* painter, const Layout& layout, const Row& row,
                              int top) const
{
    const int line = QFontMetrics(m_style->base).height();
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
        const int left = layout.edges[c] + kPadding;
        const int width = layout.edges[c + 1] - kPadding - left;
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
    const Layout layout = this->layout();
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
        painter->drawText(
            QRect(all.left() + kPadding, top, all.width(), QFontMetrics(m_style->base).height()),
            Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
            moreRows(table.rows.size() - rows));
    }
}

} // namespace qs
