// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"

#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace qs;

namespace {

void type(NumberField& field, const char* text)
{
    field.edit()->selectAll();
    QTest::keyClicks(field.edit(), QLatin1String(text));
    QTest::keyClick(field.edit(), Qt::Key_Return);
}

} // namespace

class TestControls : public QObject {
    Q_OBJECT

private slots:
    void field_takesWhatPeopleWrite_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<double>("value");
        QTest::newRow("fraction") << QByteArray("1/256") << 1.0 / 256;
        QTest::newRow("power") << QByteArray("2^-8") << 1.0 / 256;
        QTest::newRow("decimal") << QByteArray("0.0039") << 0.0039;
        QTest::newRow("hex") << QByteArray("0x1p-8") << 1.0 / 256;
    }
    void field_takesWhatPeopleWrite()
    {
        QFETCH(QByteArray, text);
        QFETCH(double, value);
        NumberField field(QStringLiteral("scale"));
        field.setValue(1);
        QSignalSpy committed(&field, &NumberField::committed);
        type(field, text.constData());
        QCOMPARE(committed.count(), 1);
        QCOMPARE(committed[0][0].toDouble(), value);
        QVERIFY(field.message().isEmpty());
    }

    void whatIsWrong_isSaid_andNotApplied_untilEscape()
    {
        NumberField field(QStringLiteral("scale"));
        field.setCheck([](double v) { return v > 0 ? QString() : QStringLiteral("above 0"); });
        field.setValue(0.5);
        QSignalSpy committed(&field, &NumberField::committed);
        type(field, "-1");
        QCOMPARE(committed.count(), 0);
        QVERIFY(field.message().contains(QStringLiteral("above 0")));
        type(field, "abc");
        QCOMPARE(committed.count(), 0);
        QVERIFY(field.message().contains(QStringLiteral("not a number")));
        QTest::keyClick(field.edit(), Qt::Key_Escape);
        QCOMPARE(field.edit()->text(), QStringLiteral("0.5"));
        QVERIFY(field.message().isEmpty());
    }

    void arrows_step()
    {
        NumberField field(QStringLiteral("zero_point"));
        field.setStep([](double v, int steps) { return v + steps; });
        field.setValue(3);
        QSignalSpy committed(&field, &NumberField::committed);
        QTest::keyClick(field.edit(), Qt::Key_Up);
        QTest::keyClick(field.edit(), Qt::Key_PageDown);
        QCOMPARE(committed.count(), 2);
        QCOMPARE(committed[1][0].toDouble(), -6.0);
    }

    void noValue_isADash_notAZero()
    {
        NumberField field(QStringLiteral("scale"));
        field.setNoValue(QStringLiteral("not observed yet"));
        QVERIFY(field.edit()->text().isEmpty());
        QCOMPARE(field.edit()->placeholderText(), QStringLiteral("\u2013"));
    }

    void slider_isLogarithmic_andShowsWithoutASignal()
    {
        LogSlider slider(QStringLiteral("scale"));
        slider.setSpan(1.0 / 64, 8);
        QSignalSpy moved(&slider, &LogSlider::moved);
        slider.showValue(1);
        QCOMPARE(moved.count(), 0);
        QCOMPARE(slider.value(), 600); // six octaves of a hundred positions
        slider.setValue(700);
        QCOMPARE(moved.count(), 1);
        QVERIFY(std::fabs(moved[0][0].toDouble() - 2) < 1e-9);
        slider.showValue(1e9);
        QCOMPARE(slider.value(), slider.maximum());
    }
};

QTEST_MAIN(TestControls)
#include "test_controls.moc"
