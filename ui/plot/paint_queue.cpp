// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/paint_queue.h"

#include <qcustomplot.h>

#include <QElapsedTimer>

#include <algorithm>
#include <limits>

namespace qs {
namespace {

/// A third of a frame at 60 a second: the rest is for what makes the figures, and for answering.
constexpr qint64 kAtOnce = 5; // ms

} // namespace

PaintQueue& PaintQueue::instance()
{
    static PaintQueue queue;
    return queue;
}

PaintQueue::PaintQueue()
{
    m_next.setSingleShot(true);
    m_next.setInterval(0);
    connect(&m_next, &QTimer::timeout, this, [this] { paint(kAtOnce); });
}

void PaintQueue::add(QCustomPlot* plot)
{
    if (std::find(m_waiting.begin(), m_waiting.end(), plot) == m_waiting.end())
        m_waiting.push_back(plot);
    if (!m_next.isActive())
        m_next.start();
}

void PaintQueue::remove(QCustomPlot* plot)
{
    m_waiting.erase(std::remove(m_waiting.begin(), m_waiting.end(), plot), m_waiting.end());
}

void PaintQueue::finish()
{
    paint(std::numeric_limits<qint64>::max());
}

void PaintQueue::paint(qint64 atOnce)
{
    QElapsedTimer timer;
    timer.start();
    while (!m_waiting.empty() && timer.elapsed() < atOnce) {
        auto* plot = m_waiting.front();
        m_waiting.pop_front();
        if (!plot->viewport().isEmpty())
            plot->replot(QCustomPlot::rpQueuedRefresh);
    }
    if (!m_waiting.empty())
        m_next.start();
}

} // namespace qs
