// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure.h"
#include "ui/plot/figure_style.h"

#include <qcustomplot.h>

namespace qs {

/// A figure's links: lines with or without arrowheads, under its series.
class FigureLinks : public QCPLayerable {
    Q_OBJECT

public:
    FigureLinks(QCPAxisRect* axes, const QString& layer);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return m_axes->rect(); }
    void draw(QCPPainter* painter) override;

private:
    QCPAxisRect* m_axes;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
};

} // namespace qs
