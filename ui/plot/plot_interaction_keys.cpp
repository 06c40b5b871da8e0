// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the keys do to a PlotView.
#include "ui/plot/plot_interaction.h"
#include "ui/plot/plot_view.h"

#include <QKeyEvent>

#include <algorithm>

namespace qs {
namespace {

constexpr double keyZoom = 0.7;
constexpr double keyPan = 0.1;

} // namespace

bool PlotInteraction::key(QKeyEvent* event)
{
    if (!usable())
        return false;
    const double pan = event->modifiers() & Qt::ShiftModifier ? 5 * keyPan : keyPan;
    const double out = (1 / keyZoom - 1) / 2;
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const int direction = event->key() == Qt::Key_Left ? -1 : 1;
        if (!moveSelected(event, QPointF(direction, 0)))
            zoomX({direction * pan, 1 + direction * pan});
        return true;
    }
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomX({(1 - keyZoom) / 2, (1 + keyZoom) / 2});
        return true;
    case Qt::Key_Minus:
        zoomX({-out, 1 + out});
        return true;
    case Qt::Key_Home:
        resetView();
        return true;
    case Qt::Key_PageUp:
    case Qt::Key_PageDown: {
        // Up and down walk through the handles; a point also goes up and down.
        const bool isPoint = selectedIndex() >= static_cast<int>(m_view.figure().markers.size());
        return isPoint && moveSelected(event, QPointF(0, event->key() == Qt::Key_PageUp ? -1 : 1));
    }
    case Qt::Key_Up:
        return selectHandle(-1);
    case Qt::Key_Down:
        return selectHandle(1);
    case Qt::Key_Escape:
        if (m_selected.isEmpty())
            return false;
        m_selected.clear();
        figureChanged();
        m_canvas.replotMarks();
        return true;
    default:
        return false;
    }
}

/// All that can be dragged, in the order the keyboard walks through them.
std::vector<int> PlotInteraction::handles() const
{
    const Figure& figure = m_view.figure();
    std::vector<int> indices;
    for (std::size_t i = 0; i < figure.markers.size() + figure.points.size(); ++i) {
        if (i >= figure.markers.size() || figure.markers[i].handle)
            indices.push_back(static_cast<int>(i));
    }
    return indices;
}

int PlotInteraction::selectedIndex() const
{
    if (m_selected.isEmpty())
        return -1;
    for (const int handle : handles()) {
        if (handleId(handle) == m_selected)
            return handle;
    }
    return -1;
}

bool PlotInteraction::selectHandle(int direction)
{
    const std::vector<int> all = handles();
    if (all.empty())
        return false;
    const auto at = std::find(all.begin(), all.end(), selectedIndex());
    const std::size_t count = all.size();
    std::size_t next = direction > 0 ? 0 : count - 1;
    if (at != all.end()) {
        const auto position = static_cast<std::size_t>(at - all.begin());
        next = direction > 0 ? (position + 1) % count : (position + count - 1) % count;
    }
    m_selected = handleId(all[next]);
    figureChanged();
    m_canvas.replotMarks();
    return true;
}

bool PlotInteraction::moveSelected(QKeyEvent* event, const QPointF& direction)
{
    const int index = selectedIndex();
    if (index < 0)
        return false;
    // From where the keys have moved it to so far: the figure may still show the value before.
    if (!m_keyMoved)
        m_handleAt = handleAt(index);
    const double step = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    m_keyMoved = true;
    m_handle = index;
    const FigureScene& scene = m_canvas.laidOutScene();
    moveHandle(index, QPointF(scene.pixelOf(m_handleAt.x()), scene.pixelOfY(m_handleAt.y())) +
                          direction * step);
    return true;
}

void PlotInteraction::keyRelease(QKeyEvent* event)
{
    if (event->isAutoRepeat() || !m_keyMoved)
        return;
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        break;
    default:
        return;
    }
    m_keyMoved = false;
    m_canvas.scene().clearDragged();
    m_canvas.replotLater();
    emit m_view.handleReleased(m_selected, m_handleAt.x(), m_handleAt.y());
}

void PlotInteraction::figureChanged()
{
    m_canvas.scene().setSelected(selectedIndex());
    if (m_action == Action::Handle && !hasHandle(m_handle)) {
        m_action = Action::None;
        m_canvas.scene().clearDragged();
    }
}

} // namespace qs
