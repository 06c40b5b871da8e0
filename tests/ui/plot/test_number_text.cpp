// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/number_text.h"

#include <QTest>

using namespace qs;

class TestNumberText : public QObject {
    Q_OBJECT

private slots:
    void shortNumber_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        const auto row = [](double value, const char* text) {
            QTest::newRow(text) << value << QString::fromUtf8(text);
        };
        row(0, "0");
        row(-0.0, "0");
        row(0.5, "0.5");
        row(-0.25, "−0.25");
        row(0.123456, "0.1235");
        row(12.3456, "12.35");
        row(100, "100");
        row(1e5, "10⁵");
        row(2.5e-4, "2.5×10⁻⁴");
        row(-3e6, "−3×10⁶");
    }
    void shortNumber()
    {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(qs::shortNumber(value), text);
    }

    void tickTexts_data()
    {
        QTest::addColumn<QVector<double>>("ticks");
        QTest::addColumn<QString>("texts");
        const auto row = [](QVector<double> ticks, const char* texts) {
            QTest::newRow(texts) << ticks << QString::fromUtf8(texts);
        };
        row({-0.5, -1e-17, 0.5}, "−0.5 0 0.5");
        row({0.25, 0.5, 0.75}, "0.25 0.50 0.75");
        row({0, 50, 100}, "0 50 100");
        row({0, 1e5, 2e5}, "0 1×10⁵ 2×10⁵");
        row({0, 50000, 100000}, "0 0.5×10⁵ 1.0×10⁵");
        row({-2e-4, 0, 2e-4}, "−2×10⁻⁴ 0 2×10⁻⁴");
        row({}, "");
    }
    void tickTexts()
    {
        QFETCH(QVector<double>, ticks);
        QFETCH(QString, texts);
        QCOMPARE(qs::tickTexts(ticks).join(u' '), texts);
    }

    void axisTitle_hasTheUnitInBrackets()
    {
        QCOMPARE(axisTitle({QStringLiteral("error e"), QStringLiteral("LSB")}),
                 QStringLiteral("error e [LSB]"));
        QCOMPARE(axisTitle({QStringLiteral("error e"), QString()}), QStringLiteral("error e"));
    }
};

QTEST_GUILESS_MAIN(TestNumberText)
#include "test_number_text.moc"
