// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSlider>

namespace qs {

/// A slider whose positions are spread evenly over the logarithm of its value: one position is
/// 1/100 of an octave. Values outside its span rest at its ends.
class LogSlider : public QSlider {
    Q_OBJECT

public:
    explicit LogSlider(const QString& accessibleName, QWidget* parent = nullptr);

    /// 0 < min < max.
    void setSpan(double min, double max);
    /// Moves the handle without a signal, unless a person is dragging it.
    void showValue(double value);
    double valueAt(int position) const;

signals:
    void moved(double value);

private:
    double m_min = 1e-6;
    double m_max = 1;
};

} // namespace qs
