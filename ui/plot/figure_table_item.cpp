// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_table_item.h"

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

QString moreRows(std::size_t count)
{
    return QCoreApplication::translate("FigureTable", "and %n more rows", nullptr,
                                       static_cast<int>(count));
}

} // namespace

FigureTableItem::FigureTableItem(QCustomPlot* plot, const FigureHeader* header)
    : QCPLayerable(plot, QStringLiteral("axes")), m_header(header)
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

int FigureTableItem::rowHeight() const
{
    return QFontMetrics(m_style->base).height() + 2;
}

std::size_t FigureTableItem::rowsShown() const
{
    const std::size_t rows = m_figure->table->rows.size();
    const auto fit =
        static_cast<std::size_t>(std::max(0, area().height() / rowHeight() - 1)); // the titles
    if (rows <= fit)
        return rows;
    return fit > 0 ? fit - 1 : 0; // the line that counts the others
}

QString FigureTableItem::cell(std::size_t row, std::size_t column) const
{
    const auto& cells = m_figure->table->rows[row];
    return column < cells.size() ? cells[column] : QString();
}

std::vector<int> FigureTableItem::edges() const
{
    const auto& table = *m_figure->table;
    const QFontMetrics metrics(m_style->base);
    const std::size_t columns = table.columns.size();
    std::vector<int> widths(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        widths[c] = metrics.horizontalAdvance(table.columns[c].title);
        for (std::size_t r = 0; r < std::min<std::size_t>(table.rows.size(), kMost); ++r)
            widths[c] = std::max(widths[c], metrics.horizontalAdvance(cell(r, c)));
        widths[c] += 2 * kPadding + kSlack;
    }
    const int room = std::max(area().width(), 1);
    int over = std::accumulate(widths.begin(), widths.end(), 0) - room;
    // First the words, then whatever is widest.
    for (const bool numbers : {false, true}) {
        while (over > 0) {
            int* widest = nullptr;
            for (std::size_t c = 0; c < columns; ++c) {
                if ((numbers || !table.columns[c].number) && widths[c] > kNarrowest &&
                    (widest == nullptr || widths[c] > *widest))
                    widest = &widths[c];
            }
            if (widest == nullptr)
                break;
            // In small bites: two columns of one width are cut alike.
            const int bite = std::min({over, *widest - kNarrowest, 8});
            *widest -= bite;
            over -= bite;
        }
    }
    std::vector<int> at{area().left()};
    for (const int width : widths)
        at.push_back(at.back() + width);
    return at;
}

QString FigureTableItem::labelAt(const QPointF& position) const
{
    if (!shown())
        return {};
    const int line = static_cast<int>((position.y() - area().top()) / rowHeight());
    if (position.y() < area().top() || line > static_cast<int>(rowsShown()))
        return {};
    const auto at = edges();
    for (std::size_t c = 0; c + 1 < at.size(); ++c) {
        if (position.x() < at[c] || position.x() >= at[c + 1])
            continue;
        const QString text = line == 0 ? m_figure->table->columns[c].title
                                       : cell(static_cast<std::size_t>(line - 1), c);
        const int width = QFontMetrics(m_style->base).horizontalAdvance(text);
        return width > at[c + 1] - at[c] - 2 * kPadding ? text : QString();
    }
    return {};
}

void FigureTableItem::draw(QCPPainter* painter)
{
    if (!shown())
        return;
    const auto& table = *m_figure->table;
    const PlotTheme& theme = *m_style->theme;
    const QFontMetrics metrics(m_style->base);
    const auto at = edges();
    const int height = rowHeight();
    const QRect all = area();
    painter->setFont(m_style->base);
    const auto write = [&](const QString& text, std::size_t column, int top) {
        const QRect rect(at[column] + kPadding, top, at[column + 1] - at[column] - 2 * kPadding,
                         height);
        const bool number = table.columns[column].number;
        painter->drawText(
            rect, (number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter | Qt::TextSingleLine,
            metrics.elidedText(text, Qt::ElideRight, rect.width()));
    };
    painter->setAntialiasing(false);
    painter->setPen(theme.secondaryText);
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        write(table.columns[c].title, c, all.top());
    int top = all.top() + height;
    painter->setPen(QPen(theme.axisLine, 1));
    painter->drawLine(QLineF(all.left(), top - 1, std::min(at.back(), all.right()), top - 1));
    const std::size_t rows = rowsShown();
    for (std::size_t r = 0; r < rows; ++r, top += height) {
        const QRect row(all.left(), top, std::min(at.back(), all.right()) - all.left(), height);
        if (table.current == r) {
            painter->fillRect(row, tint(theme.color(ColorRole::Accent), 0.16));
            painter->fillRect(QRect(row.left(), row.top(), 3, row.height()),
                              theme.color(ColorRole::Accent));
        } else if (r + 1 < rows) {
            painter->setPen(QPen(theme.grid, 1));
            painter->drawLine(QLineF(row.left(), row.bottom(), row.right(), row.bottom()));
        }
        painter->setPen(theme.text);
        for (std::size_t c = 0; c < table.columns.size(); ++c)
            write(cell(r, c), c, top);
    }
    if (rows < table.rows.size()) {
        painter->setPen(theme.secondaryText);
        painter->drawText(QRect(all.left() + kPadding, top, all.width(), height),
                          Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                          moreRows(table.rows.size() - rows));
    }
}

} // namespace qs
