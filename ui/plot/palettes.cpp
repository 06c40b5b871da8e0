// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/palettes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace qs {
namespace {

constexpr std::array kViridis{0x440154U, 0x482878U, 0x3E4989U, 0x31688EU, 0x26828EU,
                              0x1F9E89U, 0x35B779U, 0x6ECE58U, 0xB5DE2BU, 0xFDE725U};
constexpr std::array kCividis{0x00204DU, 0x00336FU, 0x39486BU, 0x575D6DU, 0x707173U,
                              0x8A8779U, 0xA69D75U, 0xC4B56CU, 0xE4CF5BU, 0xFFEA46U};
constexpr std::array kDiverging{0x00598BU, 0x0378B8U, 0x0098E8U, 0x65B6FFU, 0xB2D5FFU, 0xF3F3F3U,
                                0xFAC7A9U, 0xEE9E6CU, 0xD5793BU, 0xB55814U, 0x8C3E00U};

std::span<const unsigned> colorsOf(Palette palette)
{
    switch (palette) {
    case Palette::Viridis:
        return kViridis;
    case Palette::Cividis:
        return kCividis;
    case Palette::Diverging:
        return kDiverging;
    }
    return kViridis;
}

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

} // namespace

QColor paletteColor(Palette palette, double share)
{
    const auto colors = colorsOf(palette);
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(colors.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), colors.size() - 2);
    const double part = place - static_cast<double>(below);
    const auto mix = [&](unsigned shift) {
        const auto a = static_cast<double>((colors[below] >> shift) & 0xFFU);
        const auto b = static_cast<double>((colors[below + 1] >> shift) & 0xFFU);
        return static_cast<int>(std::lround(a + (b - a) * part));
    };
    return {mix(16), mix(8), mix(0)};
}

double paletteShare(Palette palette, double value, double from, double to)
{
    if (palette == Palette::Diverging && from < 0 && to > 0)
        return value < 0 ? 0.5 - 0.5 * (value / from) : 0.5 + 0.5 * (value / to);
    return (value - from) / (to - from);
}

QColor textColorOn(const QColor& ground)
{
    const double luminance = 0.2126 * linear(ground.redF()) + 0.7152 * linear(ground.greenF()) +
                             0.0722 * linear(ground.blueF());
    // Where both have the same contrast: sqrt(1.05 * 0.05) - 0.05.
    return luminance > 0.179 ? QColor(Qt::black) : QColor(Qt::white);
}

} // namespace qs
