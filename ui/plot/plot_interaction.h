// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/plot_canvas.h"

#include <QPointF>

#include <vector>

class QKeyEvent;
class QMouseEvent;
class QWheelEvent;

namespace qs {

class PlotView;

/// What the pointer and the keys do to a PlotView: its ranges, its handles, its signals.
class PlotInteraction {
public:
    PlotInteraction(PlotView& view, PlotCanvas& canvas);

    void press(QMouseEvent* event);
    void move(QMouseEvent* event);
    void release(QMouseEvent* event);
    void doubleClick(QMouseEvent* event);
    void wheel(QWheelEvent* event);
    void leave();
    /// False when the key means nothing here.
    bool key(QKeyEvent* event);
    void keyRelease(QKeyEvent* event);
    /// A handle is chosen for the keyboard.
    bool hasSelection() const { return !m_selected.isEmpty(); }

    /// Shows the figure's own ranges.
    void resetView();
    /// The markers may be others now: a handle that is gone is let go.
    void figureChanged();

private:
    enum class Action { None, Click, PanX, PanY, PanBoth, Box, Handle, Brush, Grid };
    struct Zoom {
        double from = 0;
        double to = 1;
    };

    /// The pointer's place in the scene's pixels, in which everything here counts.
    QPointF inScene(const QPointF& position) const;
    bool usable() const;
    void show(const FigureView& view);
    void zoomX(Zoom part);
    void zoomY(Zoom part);
    FigureView zoomed(const FigureView& view, std::optional<Zoom> x, std::optional<Zoom> y) const;
    double fractionX(double pixel) const;
    double fractionY(double pixel) const;
    bool overYAxis(const QPointF& position) const;
    bool overXAxis(const QPointF& position) const;
    void click(const QPointF& position);
    void hover(const QPointF& position);
    void moveHandle(int handle, const QPointF& pixel);
    void brush(const QPointF& position);
    double xAt(double pixel) const;
    double yAt(double pixel) const;
    QString handleId(int handle) const;
    bool hasHandle(int handle) const;
    QPointF handleAt(int handle) const;
    void showLabel(const QString& label, const QPointF& position);
    bool selectHandle(int direction);
    bool moveSelected(QKeyEvent* event, const QPointF& direction);
    std::vector<int> handles() const;
    int selectedIndex() const;

    PlotView& m_view;
    PlotCanvas& m_canvas;
    Action m_action = Action::None;
    QPointF m_pressed;
    FigureView m_pressedView;
    int m_handle = -1;
    QPointF m_grabOffset; ///< pixels from the pointer to the handle
    QPointF m_handleAt;
    double m_gridX = 0; ///< where the grid is held
    bool m_handleMoved = false;
    QString m_selected; ///< id of the handle the keyboard moves
    bool m_keyMoved = false;
    bool m_hovering = false;
    QString m_label; ///< under the pointer
};

} // namespace qs
