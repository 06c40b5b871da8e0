// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure.h"
#include "ui/plot/figure_style.h"

#include <qcustomplot.h>

namespace qs {

/// A figure's map as an image under the data, and beside the axes the strip of colours that its
/// right axis is the scale of.
class FigureMap : public QCPLayerable {
    Q_OBJECT

public:
    /// Pixels between the axes and their scale: a gap and the strip.
    static constexpr int kScaleWidth = 24;

    FigureMap(QCPAxisRect* axes, const QString& layer);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }

    /// The cell at `position` in words; empty outside.
    QString labelAt(const QPointF& position) const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return mParentPlot->viewport(); }
    void draw(QCPPainter* painter) override;

private:
    bool shown() const { return m_figure && m_style && m_figure->map && m_figure->y2; }
    /// Which column (row) is at each of `count` pixels from `first` on, `step` apart; -1: none.
    std::vector<int> cellsAt(const QCPAxis* axis, const std::vector<double>& middles, double first,
                             double step, int count) const;
    /// The cell's middle of an axis in pixels, and how far its edges are from there.
    std::pair<double, double> pixelsOf(const QCPAxis* axis, const std::vector<double>& middles,
                                       std::size_t cell) const;
    QRectF cellRect(std::size_t column, std::size_t row) const;
    void drawCells(QCPPainter* painter) const;
    QColor colorOf(std::size_t cell, const QCPRange& range) const;
    void drawTexts(QCPPainter* painter) const;
    void drawMarked(QCPPainter* painter) const;
    void drawScale(QCPPainter* painter) const;
    void drawGroundsOfPoints(QCPPainter* painter) const;

    QCPAxisRect* m_axes;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
};

} // namespace qs
