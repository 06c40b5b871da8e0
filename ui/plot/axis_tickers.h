// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include <qcustomplot.h>

#include <utility>
#include <vector>

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

/// Names at given places; where they have no room, every second or third of them and so on.
class NameTicker : public QCPAxisTicker {
public:
    /// Ascending places.
    void setNames(const std::vector<std::pair<double, QString>>& names) { m_names = names; }
    /// Labels for which there is room along the whole axis.
    void setRoom(int labels) { m_room = std::max(labels, 1); }
    const std::vector<std::pair<double, QString>>& names() const { return m_names; }
    void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision,
                  QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override;

private:
    std::vector<std::pair<double, QString>> m_names;
    int m_room = 12;
};

} // namespace qs
