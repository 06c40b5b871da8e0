// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"
#include "ui/plot/theme.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

namespace qs {

/// Shows one Figure and lets a person look around in it and drag its handles.
///
/// Wheel: zoom x at the pointer (over a y axis: y). Drag: pan. Shift+drag: zoom into a box.
/// Ctrl+drag: select a stretch of x. Alt+drag: take hold of the grid. Double-click: the whole
/// figure. Keys: Left/Right pan, +/- zoom, Home the whole figure, Up/Down choose a handle that
/// Left/Right (a point: Page Up/Page Down, too) then move (Shift: ten times as far), Esc lets go.
class PlotView : public QWidget {
    Q_OBJECT

public:
    explicit PlotView(QWidget* parent = nullptr);
    ~PlotView() override;

    /// Shows `figure` from the next paint on. Cheap when only numbers have changed. A zoomed view
    /// stays unless the figure's own x range is a new one.
    void setFigure(const Figure& figure);
    const Figure& figure() const;

    void setTheme(ThemeId theme);
    ThemeId theme() const;

    /// Draws everything (letters, lines, handles, distances) that many times as large as at first,
    /// as sharp; above 0. Sizes and places here are the widget's own pixels all the same.
    void setScale(double scale);

    /// Shows x from `min` to `max`, without a signal: for linking plots. Unusable ranges are
    /// mended.
    void setXRange(double min, double max);
    double xMin() const;
    double xMax() const;
    /// Shows the figure's own ranges again; emits xRangeChanged when that moves x.
    void resetView();
    /// True when the view is not the figure's own ranges.
    bool isZoomed() const;

    /// At least that many pixels left (right) of the axes; 0: as many as the labels need.
    void setLeftMargin(int pixels);
    void setRightMargin(int pixels);
    /// What the labels need now, whatever was set. Equal margins of all plots in a stack make
    /// their axes line up to the pixel.
    int neededLeftMargin() const;
    int neededRightMargin() const;
    /// The axes inside this widget.
    QRect axesRect() const;
    /// The pixel column of `x`, and back.
    double pixelOf(double x) const;
    double xAt(double pixel) const;

    /// Pixels at the right of the header that are left to a button.
    void setHeaderInset(int pixels);

    /// A vertical line at `x` that comes from another plot's pointer; nothing: no line.
    void setCursorX(std::optional<double> x);

    /// True: something newer is being computed. After 150 ms a bar runs along the top, after one
    /// second the picture is dimmed and says so.
    void setBusy(bool busy);

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

signals:
    /// The person has zoomed, panned or reset.
    void xRangeChanged(double min, double max);
    /// A handle is being dragged (and, at the end, has been let go) at `x`.
    /// A point has a y of its own; a line's is the lower end of the axis.
    void handleMoved(const QString& id, double x, double y);
    void handleReleased(const QString& id, double x, double y);
    /// What was at `from` when the grid was taken hold of is wanted at `to`; then it is let go.
    void gridDragged(double from, double to);
    void gridReleased();
    /// A stretch of x was selected; or a click that means none.
    void brushed(double from, double to);
    void brushCleared();
    /// A click on a point that stands for a choice (Series::choices, FigureTable::choices).
    void pointChosen(const QString& choice);
    /// The wheel with Ctrl or Alt held: not a zoom.
    void wheelTurned(double notches, Qt::KeyboardModifiers modifiers);
    /// The pointer is over the axes at (x, y) of the left axis; then it is not any more.
    void hovered(double x, double y);
    void hoverLeft();
    /// A click without a drag inside the axes; of a point that stands for a choice after it.
    void picked(double x, double y);
    void contextMenuRequested(const QPoint& globalPosition);
    /// The needed margins are others than before: align the stack again.
    void neededMarginsChanged();

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    bool event(QEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// Gives all views the margins that the neediest of them needs, so that their axes line up.
void alignAxes(const std::vector<PlotView*>& views);

} // namespace qs
