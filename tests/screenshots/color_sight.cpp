// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "color_sight.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace qs {
namespace {

using Triple = std::array<double, 3>;

Triple linear(const QColor& color)
{
    const auto one = [](float c) {
        const auto v = static_cast<double>(c);
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return {one(color.redF()), one(color.greenF()), one(color.blueF())};
}

Triple times(const std::array<Triple, 3>& matrix, const Triple& v)
{
    Triple result{};
    for (std::size_t row = 0; row < 3; ++row)
        result[row] = matrix[row][0] * v[0] + matrix[row][1] * v[1] + matrix[row][2] * v[2];
    return result;
}

Triple lab(const QColor& color)
{
    // IEC 61966-2-1: sRGB's primaries; D65's white is their sum.
    constexpr std::array<Triple, 3> kToXyz{
        {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
    const Triple xyz = times(kToXyz, linear(color));
    const auto f = [&](std::size_t i) {
        const double t = xyz[i] / (kToXyz[i][0] + kToXyz[i][1] + kToXyz[i][2]);
        constexpr double kKnee = 6.0 / 29;
        return t > kKnee * kKnee * kKnee ? std::cbrt(t) : t / (3 * kKnee * kKnee) + 4.0 / 29;
    };
    return {116 * f(1) - 16, 500 * (f(0) - f(1)), 200 * (f(1) - f(2))};
}

} // namespace

double lightnessOf(const QColor& color)
{
    return lab(color)[0];
}

double colorDistance(const QColor& a, const QColor& b)
{
    const Triple p = lab(a);
    const Triple q = lab(b);
    return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

QColor deuteranopia(const QColor& color)
{
    constexpr std::array<Triple, 3> kMatrix{{{0.367322, 0.860646, -0.227968},
                                             {0.280085, 0.672501, 0.047413},
                                             {-0.011820, 0.042940, 0.968881}}};
    const auto coded = [](double v) {
        const double c = std::clamp(v, 0.0, 1.0);
        return static_cast<float>(c <= 0.0031308 ? 12.92 * c
                                                 : 1.055 * std::pow(c, 1 / 2.4) - 0.055);
    };
    const Triple seen = times(kMatrix, linear(color));
    return QColor::fromRgbF(coded(seen[0]), coded(seen[1]), coded(seen[2]));
}

} // namespace qs
