// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure.h"
#include "ui/plot/figure_style.h"

#include <qcustomplot.h>

#include <vector>

namespace qs {

/// The figure's side bins: a strip between the axes and the y axis beside them, of its own ground
/// and behind a gap, so that no bar of it is taken for one on the x axis.
class FigureSideBins : public QCPLayerable {
    Q_OBJECT

public:
    FigureSideBins(QCPAxisRect* axes, const QString& layer);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }

    /// Pixels between the axes and their y axis at one side, the gap with them; 0: nothing there.
    int room(bool right) const;
    /// `pixels`: half of the x axis' last labels, which stick out into the gaps.
    void setGaps(int left, int right);
    /// What the pointer says of a bar; empty: there is none.
    QString labelAt(const QPointF& position) const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return mParentPlot->viewport(); }
    void draw(QCPPainter* painter) override;

private:
    /// A bin with the column of pixels that it has.
    struct Place {
        const SideBin* bin;
        QRectF column;
    };
    std::vector<Place> places() const;
    int widthOf(const SideBin& bin) const;
    int stripWidth(bool right) const;
    void drawBar(QCPPainter* painter, const Place& place) const;

    QCPAxisRect* m_axes;
    int m_leftGap = 0;
    int m_rightGap = 0;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
};

} // namespace qs
