// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include <qcustomplot.h>

namespace qs {

/// Round numbers, or whole numbers only, with the labels of tickTexts.
class RoundTicker : public QCPAxisTicker {
public:
    void setIntegers(bool integers) { m_integers = integers; }
    void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision,
                  QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override;

protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double) override { return 0; }

private:
    bool m_integers = false;
};

/// Powers of ten; 1-2-5 steps in a narrow view and round numbers in a very narrow one.
class LogTicker : public QCPAxisTicker {
public:
    void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision,
                  QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override;
};

} // namespace qs
