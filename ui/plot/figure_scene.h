// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"
#include "ui/plot/figure_style.h"
#include "ui/plot/table_fit.h"
#include "ui/plot/view_range.h"

#include <QPointF>
#include <QRect>

#include <memory>

class QCustomPlot;

namespace qs {

/// What a scene shows of its figure's axes.
struct FigureView {
    ViewRange x;
    ViewRange y;
    ViewRange y2;
    bool operator==(const FigureView&) const = default;
};

/// A Figure as objects of the plotting library: the one way to draw it, on screen and in exports.
class FigureScene {
public:
    enum class Purpose { Screen, Export }; ///< exports have no handles

    /// Draws into `plot`, which must outlive the scene.
    FigureScene(QCustomPlot& plot, Purpose purpose);
    ~FigureScene();

    /// Takes over `figure`, which must stay until the next call. Objects are reused when the kinds
    /// of its series are the same as before.
    void setFigure(const Figure& figure);
    void setStyle(const FigureStyle& style);
    const FigureStyle& style() const;

    /// The ranges that show the whole figure.
    FigureView home() const;
    const FigureView& view() const;
    /// Mends ranges that cannot be drawn.
    void setView(const FigureView& view);

    /// At least so many pixels beside the axes.
    void setSideMargins(int left, int right);
    int neededLeftMargin() const;
    int neededRightMargin() const;
    /// The axes, as of the last layout.
    QRect axesRect() const;
    /// Does what painting would do before it paints.
    void updateLayout();
    double pixelOf(double x) const;
    double pixelOfY(double y) const;

    /// What can be dragged at `position`: a marker, or, counted on after the markers, a point;
    /// -1: none.
    int handleAt(const QPointF& position) const;
    /// The name of the point at `position`, or the value of the map there; empty: neither.
    QString labelAt(const QPointF& position) const;
    /// What a click on the point at `position` chooses; empty: nothing.
    QString choiceAt(const QPointF& position) const;
    /// Shows a handle at `at`, in the axes' units, whatever its figure says, until clearDragged().
    void setDragged(int handle, const QPointF& at);
    void clearDragged();
    /// The handle that the keyboard moves; -1: none.
    void setSelected(int handle);
    TableFit tableFit() const;
    /// Pixels at the right of the header that are left to a button.
    void setHeaderInset(int pixels);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace qs
