// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure.h"

#include <QString>
#include <QStringList>
#include <QVector>

namespace qs {

/// "value x [LSB]": the title of an axis with its unit.
QString axisTitle(const Axis& axis);

/// "10⁻³".
QString powerOfTen(int exponent);

/// One number with at most four significant digits: "0.0123", "−5", "2.5×10⁻⁴"; never "-0".
QString shortNumber(double value);

/// Labels of evenly spaced ticks: all with as many decimals as their distance needs.
QStringList tickTexts(const QVector<double>& ticks);

} // namespace qs
