// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/table_widths.h"

#include "ui/plot/broken_lines.h"

#include <algorithm>
#include <numeric>

namespace qs {
namespace {

constexpr std::size_t kMost = 400; // rows that are measured: more are never in sight
constexpr int kSlack = 2;          // texts are a fraction of a pixel wider than they are measured
constexpr int kNarrowest = 24;     // pixels that a text is not cut below
constexpr int kBite = 8;           // in small bites: two columns of one width are cut alike

int sum(const std::vector<int>& widths)
{
    return std::accumulate(widths.begin(), widths.end(), 0);
}

} // namespace

TableWidths::TableWidths(const FigureTable& table, const QFont& font, std::size_t rowsInSight)
    : m_table(table),
      m_font(font),
      m_metrics(font),
      m_rows(1 + std::min({table.rows.size(), rowsInSight, kMost}))
{
    m_natural.resize(table.columns.size());
    m_words.resize(table.columns.size());
    m_whole.resize(table.columns.size());
    for (std::size_t c = 0; c < columns(); ++c) {
        for (std::size_t r = 0; r <= std::min(table.rows.size(), kMost); ++r) {
            const QString whole = text(r, c);
            const int width = m_metrics.horizontalAdvance(whole) + kSlack;
            m_natural[c] = std::max(m_natural[c], width);
            if (r > 0 && table.columns[c].number)
                m_whole[c] = std::max(m_whole[c], width);
            for (const QString& word : whole.split(u' ', Qt::SkipEmptyParts))
                m_words[c] = std::max(m_words[c], m_metrics.horizontalAdvance(word) + kSlack);
        }
        m_whole[c] = std::max(m_whole[c], m_words[c]);
    }
}

QString TableWidths::text(std::size_t row, std::size_t column) const
{
    if (row == 0)
        return m_table.columns[column].title;
    const auto& cells = m_table.rows[row - 1];
    return column < cells.size() ? cells[column] : QString();
}

int TableWidths::natural(int padding) const
{
    return sum(m_natural) + static_cast<int>(columns()) * 2 * padding;
}

const std::vector<int>& TableWidths::linesOf(std::size_t column, int width) const
{
    auto& lines = m_lines[{column, width}];
    for (std::size_t r = lines.size(); r < m_rows; ++r) {
        const QString whole = text(r, column);
        lines.push_back(m_metrics.horizontalAdvance(whole) <= width
                            ? 1
                            : static_cast<int>(brokenLines(whole, m_font, width).size()));
    }
    return lines;
}

TableWidths::Cost TableWidths::costOf(const std::vector<int>& widths) const
{
    std::vector<int> rows(m_rows, 1);
    Cost cost;
    for (std::size_t c = 0; c < columns(); ++c) {
        const auto& lines = linesOf(c, widths[c]);
        for (std::size_t r = 0; r < m_rows; ++r) {
            rows[r] = std::max(rows[r], lines[r]);
            cost.parts += lines[r];
        }
    }
    cost.lines = sum(rows);
    return cost;
}

void TableWidths::lower(std::vector<int>& widths, int texts) const
{
    const auto least = widths;
    widen(widths, texts - sum(widths));
    // The first choice was made without knowing the others: what does not help any more is chosen
    // again.
    giveBack(widths, least);
    widen(widths, texts - sum(widths));
    // What is left goes to texts, which may be read more easily so.
    int spare = texts - sum(widths);
    for (std::size_t c = columns(); c-- > 0 && spare > 0;) {
        const int more = m_table.columns[c].number ? 0 : std::min(spare, m_natural[c] - widths[c]);
        widths[c] += more;
        spare -= more;
    }
}

void TableWidths::giveBack(std::vector<int>& widths, const std::vector<int>& least) const
{
    const Cost now = costOf(widths);
    for (std::size_t c = 0; c < columns(); ++c) {
        auto tried = widths;
        while (widths[c] > least[c]) {
            tried[c] = std::max(least[c], widths[c] - kBite / 4);
            if (costOf(tried).lines > now.lines)
                break;
            widths[c] = tried[c];
        }
    }
}

void TableWidths::widen(std::vector<int>& widths, int spare) const
{
    while (spare > 0) {
        const Cost now = costOf(widths);
        double best = 0;
        std::size_t column = 0;
        int chosen = 0;
        for (std::size_t c = 0; c < columns(); ++c) {
            const int most = std::min(m_natural[c], widths[c] + spare);
            auto tried = widths;
            for (int width = widths[c] + kBite; width < most + kBite; width += kBite) {
                tried[c] = std::min(width, most);
                const Cost then = costOf(tried);
                // Cells count a little: two that are as high as their row must both get lower.
                const double gain = (now.lines - then.lines + 0.1 * (now.parts - then.parts)) /
                                    (tried[c] - widths[c]);
                if (gain <= best)
                    continue;
                best = gain;
                column = c;
                chosen = tried[c];
            }
        }
        if (chosen == 0)
            break;
        spare -= chosen - widths[column];
        widths[column] = chosen;
    }
}

void TableWidths::shrink(std::vector<int>& widths, int over, bool numbers) const
{
    while (over > 0) {
        int* widest = nullptr;
        for (std::size_t c = 0; c < columns(); ++c) {
            if ((numbers || !m_table.columns[c].number) && widths[c] > kNarrowest &&
                (widest == nullptr || widths[c] > *widest))
                widest = &widths[c];
        }
        if (widest == nullptr)
            return;
        const int bite = std::min({over, *widest - kNarrowest, kBite});
        *widest -= bite;
        over -= bite;
    }
}

std::vector<int> TableWidths::broken(int room, int padding) const
{
    const int texts = room - static_cast<int>(columns()) * 2 * padding;
    auto widths = m_natural;
    if (sum(m_natural) > texts) {
        widths = sum(m_whole) <= texts ? m_whole : m_words;
        if (const int over = sum(widths) - texts; over > 0)
            shrink(widths, over, true);
        else
            lower(widths, texts);
    }
    for (int& width : widths)
        width += 2 * padding;
    return widths;
}

bool TableWidths::breaksWords(int room, int padding) const
{
    return sum(m_words) + static_cast<int>(columns()) * 2 * padding > room;
}

std::vector<int> TableWidths::cut(int room, int padding) const
{
    auto widths = m_natural;
    for (const bool numbers : {false, true})
        shrink(widths, sum(widths) + static_cast<int>(columns()) * 2 * padding - room, numbers);
    for (int& width : widths)
        width += 2 * padding;
    return widths;
}

} // namespace qs
