// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/interface_scale.h"

#include <QApplication>
#include <QFont>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double kDenseDpi = 140;
constexpr int kDenseSize = 150;

int s_percent = 100;

/// The system's own, which is only seen before it is changed.
const QFont& systemFont()
{
    static const QFont font = QApplication::font();
    return font;
}

} // namespace

int usualInterfaceSize(double physicalDpi, double devicePixelRatio)
{
    const bool alone = std::abs(devicePixelRatio - 1) < 1e-9;
    return alone && physicalDpi > kDenseDpi ? kDenseSize : interfaceSizes.front();
}

std::optional<int> parseInterfaceSize(const QString& text)
{
    bool isNumber = false;
    const int percent = text.toInt(&isNumber);
    const bool known =
        std::find(interfaceSizes.begin(), interfaceSizes.end(), percent) != interfaceSizes.end();
    return isNumber && known ? std::optional(percent) : std::nullopt;
}

double interfaceScale()
{
    return s_percent / 100.0;
}

void setInterfaceSize(int percent)
{
    QFont font = systemFont();
    s_percent = percent;
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * interfaceScale());
    else
        font.setPixelSize(scaled(font.pixelSize()));
    if (font != QApplication::font())
        QApplication::setFont(font);
}

int scaled(int pixels)
{
    return static_cast<int>(std::lround(pixels * interfaceScale()));
}

QSize scaled(const QSize& size)
{
    return {scaled(size.width()), scaled(size.height())};
}

} // namespace qs
