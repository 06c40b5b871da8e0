// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"

#include <QFont>
#include <QFontMetrics>

#include <map>
#include <vector>

namespace qs {

/// How wide the columns of a table should be, in pixels. All of its rows shall fit, but of many
/// only the first are measured.
class TableWidths {
public:
    /// `table` must outlive it. `rowsInSight`: rows below do not matter for where lines are broken.
    TableWidths(const FigureTable& table, const QFont& font, std::size_t rowsInSight);

    /// The table's width where no text is broken or cut, with `padding` on both sides of each.
    int natural(int padding) const;
    /// Widths that fit into `room`: texts are broken into lines, and the table is as low as they
    /// let it be. Words and numbers are broken only where the longest of them do not fit.
    std::vector<int> broken(int room, int padding) const;
    /// Whether broken() has to do that.
    bool breaksWords(int room, int padding) const;
    /// Likewise for texts in one line, the widest of which are cut, words before numbers.
    std::vector<int> cut(int room, int padding) const;

private:
    struct Cost {
        int lines = 0; ///< of all rows in sight
        int parts = 0; ///< of all cells in sight
    };
    std::size_t columns() const { return m_natural.size(); }
    const std::vector<int>& linesOf(std::size_t column, int width) const;
    Cost costOf(const std::vector<int>& widths) const;
    /// Shares `texts` pixels among the columns, each at least as wide as it is.
    void lower(std::vector<int>& widths, int texts) const;
    /// Widens the columns where that makes the table lowest for the pixels it takes.
    void widen(std::vector<int>& widths, int spare) const;
    void giveBack(std::vector<int>& widths, const std::vector<int>& least) const;
    void shrink(std::vector<int>& widths, int over, bool numbers) const;
    QString text(std::size_t row, std::size_t column) const; ///< row 0: the titles

    const FigureTable& m_table;
    QFont m_font;
    QFontMetrics m_metrics;
    std::size_t m_rows; ///< in sight, with that of the titles
    std::vector<int> m_natural;
    std::vector<int> m_words; ///< of the longest word
    std::vector<int> m_whole; ///< likewise, but a number is one word
    mutable std::map<std::pair<std::size_t, int>, std::vector<int>> m_lines;
};

} // namespace qs
