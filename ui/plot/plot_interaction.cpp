// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/plot_interaction.h"

#include "ui/plot/plot_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double clickDistance = 4; // pixels a hand may tremble in a click
constexpr double zoomPerNotch = 0.8;

} // namespace

PlotInteraction::PlotInteraction(PlotView& view, PlotCanvas& canvas)
    : m_view(view), m_canvas(canvas)
{
}

QPointF PlotInteraction::inScene(const QPointF& position) const
{
    return position / m_canvas.scale();
}

bool PlotInteraction::usable() const
{
    const QRect axes = m_canvas.laidOutScene().axesRect();
    return m_view.figure().emptyText.isEmpty() && !m_view.figure().table && axes.width() > 1 &&
           axes.height() > 1;
}

void PlotInteraction::show(const FigureView& view)
{
    FigureScene& scene = m_canvas.scene();
    const FigureView before = scene.view();
    scene.setView(view);
    if (scene.view() == before)
        return;
    m_canvas.replotLater();
    const ViewRange x = scene.view().x;
    if (x != before.x)
        emit m_view.xRangeChanged(x.min, x.max);
}

FigureView PlotInteraction::zoomed(const FigureView& view, std::optional<Zoom> x,
                                   std::optional<Zoom> y) const
{
    const Figure& figure = m_view.figure();
    const FigureView home = m_canvas.scene().home();
    FigureView next = view;
    if (x)
        next.x = subRange(view.x, x->from, x->to, home.x, figure.x.log);
    if (y) {
        next.y = subRange(view.y, y->from, y->to, home.y, figure.y.log);
        // The colours of a map do not change their meaning when one looks closer.
        if (!figure.map)
            next.y2 = subRange(view.y2, y->from, y->to, home.y2, figure.y2 && figure.y2->log);
    }
    return next;
}

void PlotInteraction::zoomX(Zoom part)
{
    show(zoomed(m_canvas.scene().view(), part, std::nullopt));
}

void PlotInteraction::zoomY(Zoom part)
{
    show(zoomed(m_canvas.scene().view(), std::nullopt, part));
}

double PlotInteraction::fractionX(double pixel) const
{
    const QRect axes = m_canvas.laidOutScene().axesRect();
    return (pixel - axes.left()) / axes.width();
}

double PlotInteraction::fractionY(double pixel) const
{
    const QRect axes = m_canvas.laidOutScene().axesRect();
    const double fromTop = (pixel - axes.top()) / axes.height();
    return m_view.figure().y.reversed ? fromTop : 1 - fromTop;
}

bool PlotInteraction::overYAxis(const QPointF& position) const
{
    const QRect axes = m_canvas.laidOutScene().axesRect();
    const bool right = m_view.figure().y2 && position.x() > axes.right() + 1;
    return (position.x() < axes.left() || right) && position.y() >= axes.top() &&
           position.y() <= axes.bottom();
}

bool PlotInteraction::overXAxis(const QPointF& position) const
{
    return position.y() > m_canvas.laidOutScene().axesRect().bottom();
}

void PlotInteraction::press(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const QPointF position = inScene(event->position());
    if (m_view.figure().table) {
        const QString choice = m_canvas.laidOutScene().choiceAt(position);
        if (!choice.isEmpty())
            emit m_view.pointChosen(choice);
    }
    if (!usable())
        return;
    m_pressed = position;
    m_pressedView = m_canvas.scene().view();
    m_handle = m_canvas.laidOutScene().handleAt(position);
    const bool inAxes = m_canvas.scene().axesRect().contains(position.toPoint());
    if (inAxes && event->modifiers() & Qt::ControlModifier) {
        m_action = Action::Brush;
    } else if (inAxes && event->modifiers() & Qt::AltModifier) {
        m_action = Action::Grid;
        m_gridX = xAt(position.x());
        m_handleMoved = false;
    } else if (m_handle >= 0) {
        m_action = Action::Handle;
        m_handleAt = handleAt(m_handle);
        m_handleMoved = false;
        // It keeps its distance from the pointer, so that taking hold of it moves nothing.
        const FigureScene& scene = m_canvas.scene();
        m_grabOffset =
            QPointF(scene.pixelOf(m_handleAt.x()), scene.pixelOfY(m_handleAt.y())) - position;
    } else if (inAxes) {
        m_action = event->modifiers() & Qt::ShiftModifier ? Action::Box : Action::Click;
    } else if (overYAxis(position)) {
        m_action = Action::PanY;
    } else if (overXAxis(position)) {
        m_action = Action::PanX;
    }
}

void PlotInteraction::move(QMouseEvent* event)
{
    const QPointF position = inScene(event->position());
    if (!(event->buttons() & Qt::LeftButton) || m_action == Action::None) {
        hover(position);
        return;
    }
    const QRect axes = m_canvas.laidOutScene().axesRect();
    const double dx = (m_pressed.x() - position.x()) / std::max(1, axes.width());
    const double down = (position.y() - m_pressed.y()) / std::max(1, axes.height());
    const double dy = m_view.figure().y.reversed ? -down : down;
    if (m_action == Action::Click && (position - m_pressed).manhattanLength() >= clickDistance) {
        // The height only moves along when the person has zoomed into it: stacked plots share x,
        // not y.
        const bool wholeY = m_canvas.scene().view().y == m_canvas.scene().home().y;
        m_action = wholeY ? Action::PanX : Action::PanBoth;
        m_view.setCursor(Qt::ClosedHandCursor);
    }
    switch (m_action) {
    case Action::PanX:
        show(zoomed(m_pressedView, Zoom{dx, 1 + dx}, std::nullopt));
        break;
    case Action::PanY:
        show(zoomed(m_pressedView, std::nullopt, Zoom{dy, 1 + dy}));
        break;
    case Action::PanBoth:
        show(zoomed(m_pressedView, Zoom{dx, 1 + dx}, Zoom{dy, 1 + dy}));
        break;
    case Action::Box:
        m_canvas.setBox(QRectF(m_pressed, position).normalized().intersected(axes));
        break;
    case Action::Handle:
        moveHandle(m_handle, position + m_grabOffset);
        break;
    case Action::Brush:
        brush(position);
        break;
    case Action::Grid:
        m_handleMoved = true;
        m_view.setCursor(Qt::SizeHorCursor);
        emit m_view.gridDragged(m_gridX, xAt(position.x()));
        break;
    case Action::Click:
    case Action::None:
        break;
    }
}

double PlotInteraction::xAt(double pixel) const
{
    return valueAt(std::clamp(fractionX(pixel), 0.0, 1.0), m_canvas.scene().view().x,
                   m_view.figure().x.log);
}

double PlotInteraction::yAt(double pixel) const
{
    return valueAt(std::clamp(fractionY(pixel), 0.0, 1.0), m_canvas.scene().view().y,
                   m_view.figure().y.log);
}

bool PlotInteraction::hasHandle(int handle) const
{
    const Figure& figure = m_view.figure();
    return handle >= 0 && handle < static_cast<int>(figure.markers.size() + figure.points.size());
}

QString PlotInteraction::handleId(int handle) const
{
    const Figure& figure = m_view.figure();
    const auto index = static_cast<std::size_t>(handle);
    return index < figure.markers.size() ? figure.markers[index].id
                                         : figure.points[index - figure.markers.size()].id;
}

QPointF PlotInteraction::handleAt(int handle) const
{
    const Figure& figure = m_view.figure();
    const auto index = static_cast<std::size_t>(handle);
    if (index < figure.markers.size())
        return {figure.markers[index].x, m_canvas.scene().view().y.min};
    const PointHandle& point = figure.points[index - figure.markers.size()];
    return {point.x, point.y};
}

void PlotInteraction::moveHandle(int handle, const QPointF& pixel)
{
    if (!hasHandle(handle))
        return;
    const bool isPoint = handle >= static_cast<int>(m_view.figure().markers.size());
    const QPointF at(xAt(pixel.x()), isPoint ? yAt(pixel.y()) : m_handleAt.y());
    if (at == m_handleAt)
        return;
    m_handleAt = at;
    m_handleMoved = true;
    m_canvas.scene().setDragged(handle, at);
    m_canvas.replotMarks();
    emit m_view.handleMoved(handleId(handle), at.x(), at.y());
}

/// The stretch of x between where the button went down and here, from the lower to the upper edge.
void PlotInteraction::brush(const QPointF& position)
{
    const QRect axes = m_canvas.laidOutScene().axesRect();
    const QRectF box(QPointF(m_pressed.x(), axes.top()), QPointF(position.x(), axes.bottom()));
    m_canvas.setBox(box.normalized().intersected(axes));
}

void PlotInteraction::release(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const Action action = std::exchange(m_action, Action::None);
    const QPointF position = inScene(event->position());
    if (action == Action::Handle) {
        m_canvas.scene().clearDragged();
        m_canvas.replotLater();
        if (m_handleMoved && hasHandle(m_handle))
            emit m_view.handleReleased(handleId(m_handle), m_handleAt.x(), m_handleAt.y());
        else if (!m_handleMoved)
            click(position);
    } else if (action == Action::Grid) {
        if (m_handleMoved)
            emit m_view.gridReleased();
    } else if (action == Action::Brush) {
        m_canvas.setBox({});
        const double from = xAt(std::min(m_pressed.x(), position.x()));
        const double to = xAt(std::max(m_pressed.x(), position.x()));
        if (std::abs(position.x() - m_pressed.x()) >= clickDistance)
            emit m_view.brushed(from, to);
        else
            emit m_view.brushCleared();
    } else if (action == Action::Box) {
        const QRect axes = m_canvas.laidOutScene().axesRect();
        const QRectF box = QRectF(m_pressed, position).normalized().intersected(axes);
        m_canvas.setBox({});
        const auto [low, high] = std::minmax(fractionY(box.bottom()), fractionY(box.top()));
        if (box.width() >= clickDistance && box.height() >= clickDistance)
            show(zoomed(m_canvas.scene().view(),
                        Zoom{fractionX(box.left()), fractionX(box.right())}, Zoom{low, high}));
    } else if (action == Action::Click) {
        click(position);
    }
    hover(position);
}

void PlotInteraction::click(const QPointF& position)
{
    const QString choice = m_canvas.laidOutScene().choiceAt(position);
    const double x = xAt(position.x()); // before the choice changes the figure
    const double y = yAt(position.y());
    if (!choice.isEmpty())
        emit m_view.pointChosen(choice);
    emit m_view.picked(x, y);
}

void PlotInteraction::hover(const QPointF& position)
{
    const FigureScene& scene = m_canvas.laidOutScene();
    const int handle = scene.handleAt(position);
    if (handle >= static_cast<int>(m_view.figure().markers.size()))
        m_view.setCursor(Qt::SizeAllCursor);
    else if (handle >= 0)
        m_view.setCursor(Qt::SizeHorCursor);
    else if (!scene.choiceAt(position).isEmpty())
        m_view.setCursor(Qt::PointingHandCursor);
    else
        m_view.unsetCursor();
    if (m_view.figure().table || position.y() < scene.axesRect().top())
        showLabel(scene.labelAt(position), position);
    if (!usable() || !scene.axesRect().contains(position.toPoint())) {
        leave();
        return;
    }
    m_hovering = true;
    showLabel(scene.labelAt(position), position);
    const FigureView& view = scene.view();
    emit m_view.hovered(valueAt(fractionX(position.x()), view.x, m_view.figure().x.log),
                        valueAt(fractionY(position.y()), view.y, m_view.figure().y.log));
}

void PlotInteraction::showLabel(const QString& label, const QPointF& position)
{
    if (label == m_label)
        return;
    m_label = label;
    // Above the pointer's own place, so that the next point stays in sight.
    QToolTip::showText(m_view.mapToGlobal((position * m_canvas.scale()).toPoint()), label, &m_view);
}

void PlotInteraction::leave()
{
    if (std::exchange(m_hovering, false)) {
        m_label.clear();
        emit m_view.hoverLeft();
    }
}

void PlotInteraction::doubleClick(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        resetView();
}

void PlotInteraction::resetView()
{
    show(m_canvas.scene().home());
}

void PlotInteraction::wheel(QWheelEvent* event)
{
    const QPoint turn = event->angleDelta();
    const int delta = turn.y() ? turn.y() : turn.x(); // some systems turn it with a modifier held
    if (delta == 0 || !usable() || m_action != Action::None) {
        event->ignore();
        return;
    }
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) {
        emit m_view.wheelTurned(delta / 120.0, event->modifiers());
        event->accept();
        return;
    }
    const double factor = std::pow(zoomPerNotch, delta / 120.0);
    const auto around = [&](double anchor) {
        return Zoom{anchor - anchor * factor, anchor + (1 - anchor) * factor};
    };
    const QPointF position = inScene(event->position());
    if (overYAxis(position))
        zoomY(around(std::clamp(fractionY(position.y()), 0.0, 1.0)));
    else
        zoomX(around(std::clamp(fractionX(position.x()), 0.0, 1.0)));
    event->accept();
}

} // namespace qs
