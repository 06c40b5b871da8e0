// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/log_slider.h"

#include <QSignalBlocker>

#include <cmath>

namespace qs {
namespace {

constexpr double kPositionsPerOctave = 100;

} // namespace

LogSlider::LogSlider(const QString& accessibleName, QWidget* parent)
    : QSlider(Qt::Horizontal, parent)
{
    setAccessibleName(accessibleName);
    setSingleStep(1);
    setPageStep(static_cast<int>(kPositionsPerOctave));
    connect(this, &QSlider::valueChanged, this,
            [this](int position) { emit moved(valueAt(position)); });
}

void LogSlider::setSpan(double min, double max)
{
    if (isSliderDown() || !(min > 0) || !(max > min) || !std::isfinite(max))
        return;
    const QSignalBlocker block(this);
    m_min = min;
    m_max = max;
    setRange(0, static_cast<int>(std::lround(std::log2(max / min) * kPositionsPerOctave)));
}

void LogSlider::showValue(double value)
{
    if (isSliderDown() || !(value > 0))
        return;
    const QSignalBlocker block(this);
    const double position = std::log2(value / m_min) * kPositionsPerOctave;
    setValue(static_cast<int>(
        std::lround(std::min(std::max(position, 0.0), static_cast<double>(maximum())))));
}

double LogSlider::valueAt(int position) const
{
    return m_min * std::exp2(position / kPositionsPerOctave);
}

} // namespace qs
