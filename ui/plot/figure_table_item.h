// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure_header.h"

namespace qs {

/// A figure's table, under its header and in the place of its axes. Columns are as wide as their
/// longest text; where they do not fit, the widest of them that hold no numbers are cut. Rows that
/// do not fit are counted in a last line.
class FigureTableItem : public QCPLayerable {
    Q_OBJECT

public:
    /// `header` must outlive it.
    FigureTableItem(QCustomPlot* plot, const FigureHeader* header);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }

    /// Where the table is.
    QRect area() const;
    /// The whole text of the cell at `position`, where it is drawn cut; else empty.
    QString labelAt(const QPointF& position) const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return mParentPlot->viewport(); }
    void draw(QCPPainter* painter) override;

private:
    bool shown() const;
    int rowHeight() const;
    /// How many rows are drawn.
    std::size_t rowsShown() const;
    /// The left edge of each column and the right edge of the last one.
    std::vector<int> edges() const;
    QString cell(std::size_t row, std::size_t column) const;

    const FigureHeader* m_header;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
};

} // namespace qs
