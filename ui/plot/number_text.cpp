// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/number_text.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double largestPlain = 1e5; // from here on, and below smallestPlain, as m×10ⁿ
constexpr double smallestPlain = 1e-3;
constexpr QChar minusSign{0x2212};

QString withMinus(QString text)
{
    const bool negative = text.startsWith(u'-');
    if (negative)
        text.remove(0, 1);
    const bool isZero =
        std::all_of(text.cbegin(), text.cend(), [](QChar c) { return c == u'0' || c == u'.'; });
    if (isZero)
        return QStringLiteral("0");
    return negative ? minusSign + text : text;
}

/// Decimals after the point that `step` needs to be written exactly enough.
int decimalsOf(double step)
{
    for (int decimals = 0; decimals < 12; ++decimals) {
        const double scaled = step * std::pow(10.0, decimals);
        if (scaled >= 0.999 && std::abs(scaled - std::round(scaled)) < 1e-3 * scaled)
            return decimals;
    }
    return 12;
}

QString scientific(double value, int exponent, int decimals)
{
    const QString mantissa =
        withMinus(QString::number(value / std::pow(10.0, exponent), 'f', decimals));
    if (mantissa == QStringLiteral("0"))
        return mantissa;
    return mantissa + QChar(0x00D7) + powerOfTen(exponent);
}

} // namespace

QString axisTitle(const Axis& axis)
{
    if (axis.unit.isEmpty())
        return axis.title;
    return QStringLiteral("%1 [%2]").arg(axis.title, axis.unit).trimmed();
}

QString powerOfTen(int exponent)
{
    static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = QStringLiteral("10");
    for (QChar c : QString::number(exponent))
        text += c == u'-' ? QChar(0x207B) : digits.at(c.digitValue());
    return text;
}

QString shortNumber(double value)
{
    if (!std::isfinite(value))
        return QString::number(value);
    const double size = std::abs(value);
    if (size == 0)
        return QStringLiteral("0");
    if (size >= largestPlain || size < smallestPlain) {
        const int exponent = static_cast<int>(std::floor(std::log10(size) + 1e-9));
        QString mantissa = QString::number(value / std::pow(10.0, exponent), 'g', 4);
        if (mantissa == QStringLiteral("1"))
            return powerOfTen(exponent);
        return withMinus(mantissa) + QChar(0x00D7) + powerOfTen(exponent);
    }
    const int digitsBefore = size < 1 ? 0 : static_cast<int>(std::floor(std::log10(size))) + 1;
    QString text = QString::number(value, 'f', size < 1 ? 6 : std::max(0, 4 - digitsBefore));
    if (size < 1)
        text = QString::number(value, 'g', 4);
    if (text.contains(u'.')) {
        while (text.endsWith(u'0'))
            text.chop(1);
        if (text.endsWith(u'.'))
            text.chop(1);
    }
    return withMinus(text);
}

QStringList tickTexts(const QVector<double>& ticks)
{
    double step = 0;
    double largest = 0;
    for (int i = 0; i < ticks.size(); ++i) {
        largest = std::max(largest, std::abs(ticks[i]));
        if (i > 0 && (step == 0 || ticks[i] - ticks[i - 1] < step))
            step = ticks[i] - ticks[i - 1];
    }
    QStringList texts;
    if (step <= 0) {
        for (double tick : ticks)
            texts += shortNumber(tick);
        return texts;
    }
    const bool plain = largest < largestPlain && largest >= smallestPlain;
    const int exponent =
        plain || largest == 0 ? 0 : static_cast<int>(std::floor(std::log10(largest) + 1e-9));
    const int decimals = decimalsOf(step / std::pow(10.0, exponent));
    for (double tick : ticks) {
        texts += plain ? withMinus(QString::number(tick, 'f', decimals))
                       : scientific(tick, exponent, decimals);
    }
    return texts;
}

} // namespace qs
