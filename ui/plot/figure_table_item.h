// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure_header.h"
#include "ui/plot/table_fit.h"

#include <functional>
#include <optional>

namespace qs {

/// A figure's table, under its header and in the place of its axes. Columns are as wide as their
/// longest text; where they do not fit, texts are broken into lines, words before numbers. Rows
/// that do not fit are counted in a last line. On the screen, where a pointer shows whole texts,
/// more rows are worth more than whole texts: they are cut where broken ones do not fit.
class FigureTableItem : public QCPLayerable {
    Q_OBJECT

public:
    /// `header` must outlive it. `wholeTexts`: none is cut where there is room for whole words.
    FigureTableItem(QCustomPlot* plot, const FigureHeader* header, bool wholeTexts);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure);
    void setStyle(const FigureStyle* style);

    /// Where the table is.
    QRect area() const;
    /// The whole text of the cell at `position`, where it is drawn cut; else empty.
    QString labelAt(const QPointF& position) const;
    /// What a click at `position` chooses (FigureTable::choices); empty: nothing.
    QString choiceAt(const QPointF& position) const;
    TableFit fit() const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return mParentPlot->viewport(); }
    void draw(QCPPainter* painter) override;

private:
    struct Row {
        std::vector<QStringList> cells; ///< the lines of each
        int height = 0;
    };
    struct Layout {
        std::vector<int> edges; ///< the left one of each column and the right one of the last
        Row titles;
        std::vector<Row> rows; ///< those that are drawn
        int padding = 0;       ///< on either side of a cell's text
        bool brokenWords = false;
        bool broken = false; ///< texts into lines; else they are cut
    };
    bool shown() const;
    /// Made anew after a change of the figure, the style or the place.
    const Layout& layout() const;
    Layout layoutOf(bool broken) const;
    Row rowOf(const Layout& layout, const std::function<QString(std::size_t)>& cell) const;
    void drawRow(QCPPainter* painter, const Layout& layout, const Row& row, int top) const;
    QString cell(std::size_t row, std::size_t column) const;

    const FigureHeader* m_header;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
    bool m_wholeTexts;
    mutable std::optional<Layout> m_layout;
    mutable QRect m_layoutArea;
};

} // namespace qs
