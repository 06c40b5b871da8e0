// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/axis_tickers.h"

#include "ui/plot/number_text.h"

#include <algorithm>
#include <cmath>

namespace qs {

double RoundTicker::getTickStep(const QCPRange& range)
{
    const double step = QCPAxisTicker::getTickStep(range);
    if (!m_integers)
        return step;
    if (step <= 1)
        return 1;
    return std::abs(step - 2.5) < 0.01 ? 2 : std::round(step);
}

void RoundTicker::generate(const QCPRange& range, const QLocale& locale, QChar format,
                           int precision, QVector<double>& ticks, QVector<double>* subTicks,
                           QVector<QString>* labels)
{
    QCPAxisTicker::generate(range, locale, format, precision, ticks, subTicks, nullptr);
    if (labels)
        *labels = tickTexts(ticks);
}

void LogTicker::generate(const QCPRange& range, const QLocale& locale, QChar format, int precision,
                         QVector<double>& ticks, QVector<double>* subTicks,
                         QVector<QString>* labels)
{
    const double low = std::log10(range.lower);
    const double high = std::log10(range.upper);
    const double decades = high - low;
    const auto inside = [&](double value) {
        return value >= range.lower * (1 - 1e-9) && value <= range.upper * (1 + 1e-9);
    };
    const int first = static_cast<int>(std::floor(low - 1e-9));
    const int last = static_cast<int>(std::ceil(high + 1e-9));
    bool onlyPowers = decades >= 1.8;
    const auto fill = [&](int every) {
        ticks.clear();
        if (subTicks)
            subTicks->clear();
        for (int exponent = first; exponent <= last; ++exponent) {
            const double power = std::pow(10.0, exponent);
            for (int factor = 1; factor < 10; ++factor) {
                const double value = factor * power;
                const bool labelled = onlyPowers ? factor == 1 && exponent % every == 0
                                                 : factor == 1 || factor == 2 || factor == 5;
                if (!inside(value))
                    continue;
                if (labelled)
                    ticks += value;
                else if (subTicks && decades < 8)
                    *subTicks += value;
            }
        }
    };
    int every = std::max(1, static_cast<int>(std::ceil(decades / std::max(2, tickCount()))));
    fill(every);
    // Every second power may leave one alone where all of them would not be many.
    while (ticks.size() < 2 && every > 1)
        fill(--every);
    if (ticks.size() < 2 && onlyPowers) {
        onlyPowers = false;
        fill(1);
    }
    if (ticks.size() < 2) {
        onlyPowers = false;
        QCPAxisTicker::generate(range, locale, format, precision, ticks, nullptr, nullptr);
        if (subTicks)
            subTicks->clear();
        if (labels)
            *labels = tickTexts(ticks);
        return;
    }
    if (!labels)
        return;
    labels->clear();
    const bool plain = range.lower >= 0.9e-2 && range.upper <= 1.1e4;
    for (double tick : ticks)
        *labels += onlyPowers && !plain
                       ? powerOfTen(static_cast<int>(std::lround(std::log10(tick))))
                       : shortNumber(tick);
}

void NameTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                          QVector<double>* subTicks, QVector<QString>* labels)
{
    ticks.clear();
    if (subTicks)
        subTicks->clear();
    if (labels)
        labels->clear();
    const auto seen = std::count_if(m_names.begin(), m_names.end(),
                                    [&](const auto& name) { return range.contains(name.first); });
    const auto every = std::max<std::ptrdiff_t>(1, (seen + m_room - 1) / m_room);
    std::ptrdiff_t i = 0;
    for (const auto& [at, name] : m_names) {
        if (!range.contains(at))
            continue;
        const bool named = i++ % every == 0;
        ticks += at;
        if (labels)
            *labels += named ? name : QString();
    }
}

} // namespace qs
