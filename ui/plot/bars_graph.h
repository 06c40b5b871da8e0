// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure.h"
#include "ui/plot/filled_graph.h"

namespace qs {

/// Vertical bars from one value to another, each as wide as a share of the room to its neighbours.
/// Bars without a height are level strokes.
class BarsGraph : public FilledGraph {
    Q_OBJECT

public:
    using FilledGraph::FilledGraph;

    /// Must outlive the next paint.
    void setBars(const Series* series) { m_series = series; }
    /// Left and right end of a bar in pixels.
    static std::pair<double, double> pixelsOf(const Series& series, std::size_t bar,
                                              const QCPAxis* x);

protected:
    void draw(QCPPainter* painter) override;

private:
    const Series* m_series = nullptr;
};

} // namespace qs
