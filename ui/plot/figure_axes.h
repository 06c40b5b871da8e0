// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure_header.h"
#include "ui/plot/figure_marks.h"
#include "ui/plot/figure_side_bins.h"

#include <qcustomplot.h>

#include <utility>

namespace qs {

/// An axis rect whose margins come from the size of the picture, not from its own size in the
/// layout before: one layout is enough. It leaves room for the header and the tags above, and as
/// much as is asked beside.
class FigureAxes : public QCPAxisRect {
    Q_OBJECT

public:
    explicit FigureAxes(QCustomPlot* plot) : QCPAxisRect(plot) {}

    FigureHeader* header = nullptr;
    FigureMarks* marks = nullptr;
    FigureSideBins* sides = nullptr;
    int minimumLeft = 0;
    int minimumRight = 0;

    /// The margin that the labels need.
    int needed(QCP::MarginSide side);
    void update(UpdatePhase phase) override;

protected:
    int calculateAutoMargin(QCP::MarginSide side) override;

private:
    void setRoomForNames();
    void setRoomForSideBins();
    std::pair<int, int> endLabels() const;
};

} // namespace qs
