// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <deque>

class QCustomPlot;

namespace qs {

/// Paints the plots that wait to be painted, in the order they came, for a few milliseconds at a
/// time: between them the window answers. A plot that waits already does not wait twice. One for
/// the GUI thread.
class PaintQueue : public QObject {
public:
    static PaintQueue& instance();

    void add(QCustomPlot* plot);
    /// Before a plot goes.
    void remove(QCustomPlot* plot);
    /// Paints all that wait, for who takes a picture of the window.
    void finish();

private:
    PaintQueue();
    void paint(qint64 atOnce);

    QTimer m_next;
    std::deque<QCustomPlot*> m_waiting;
};

} // namespace qs
