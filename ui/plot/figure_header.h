// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure.h"
#include "ui/plot/figure_style.h"

#include <qcustomplot.h>

namespace qs {

/// The lines above the axes: title, legend and note, on one line if they fit. Also the text of an
/// empty figure.
class FigureHeader : public QCPLayerable {
    Q_OBJECT

public:
    explicit FigureHeader(QCustomPlot* plot);

    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }
    /// Pixels needed above the axes in a picture that is `width` wide.
    int heightFor(int width) const;
    /// Pixels at the right of the first line that are left to something else.
    void setInset(int pixels) { m_inset = pixels; }
    /// The whole of the text at `position`, where it is drawn cut; else empty.
    QString labelAt(const QPointF& position) const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    void draw(QCPPainter* painter) override;

private:
    struct Entry {
        const Series* series;
        QRect swatch;
        QRect text;
    };
    struct Layout {
        QRect title;
        QRect note;
        QVector<Entry> legend;
        int height = 0;
    };
    Layout layoutFor(int whole) const;
    void drawSwatch(QCPPainter* painter, const Series& series, const QRect& rect) const;
    void drawEmptyText(QCPPainter* painter) const;

    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
    int m_inset = 0;
};

} // namespace qs
