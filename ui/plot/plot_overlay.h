// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure_style.h"
#include "ui/plot/plot_canvas.h"

#include <qcustomplot.h>

namespace qs {

/// What lies above the picture and comes and goes without drawing the picture again.
class PlotOverlay : public QCPLayerable {
    Q_OBJECT

public:
    explicit PlotOverlay(QCustomPlot* plot);

    void setStyle(const FigureStyle* style) { m_style = style; }

    bool focusRing = false;
    BusyStage busy = BusyStage::Idle;
    double busyPhase = 0; ///< 0…1, where the bar is
    std::optional<double> cursorX;
    QRectF box; ///< of a zoom being drawn

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return mParentPlot->viewport(); }
    void draw(QCPPainter* painter) override;

private:
    void drawBusy(QCPPainter* painter) const;

    const FigureStyle* m_style = nullptr;
};

} // namespace qs
