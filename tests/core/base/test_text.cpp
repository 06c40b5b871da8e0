// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/tensor/tensor.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <utility>

using namespace qs;

class TestText : public QObject {
    Q_OBJECT

private slots:
    void numbers_areReadAsPeopleWriteThem()
    {
        QCOMPARE(parseNumber("1/256"), std::optional(1.0 / 256));
        QCOMPARE(parseNumber("2^-8"), std::optional(1.0 / 256));
        QCOMPARE(parseNumber(" 0.0039 "), std::optional(0.0039));
        QCOMPARE(parseNumber("0x1p-8"), std::optional(1.0 / 256));
        QCOMPARE(parseNumber("3.9e-3"), std::optional(3.9e-3));
        QCOMPARE(parseNumber("-2*3/4"), std::optional(-1.5));
        QCOMPARE(parseNumber("-2^2"), std::optional(-4.0));
        QCOMPARE(parseNumber(".5"), std::optional(0.5));
    }
    void whatIsNoNumber_isRefused()
    {
        for (const char* text : {"", " ", "abc", "1/", "1/0", "nan", "inf", "--1", "1 2", "1,5",
                                 "2^", "1e999", "0x", "1//2"})
            QVERIFY2(!parseNumber(text), text);
    }
    void typedNumbers_mayEndWithASiPrefix_othersMayNot()
    {
        const std::pair<const char*, double> rows[] = {
            {"5m", 0.005}, {"3k", 3000},        {"12.5m", 0.0125},   {"3.9m", 0.0039},
            {"7u", 7e-6},  {"7\xC2\xB5", 7e-6}, {"7\xCE\xBC", 7e-6}, {"1.5M", 1.5e6},
            {"2G", 2e9},   {"9n", 9e-9},        {"-5m", -0.005},     {"1/2k", 0.0005},
            {"1e3k", 1e6}, {".5k", 500},        {" 5m ", 0.005},     {"1k/3", 1000.0 / 3}};
        for (const auto& [text, value] : rows) {
            QCOMPARE(parseTypedNumber(text), std::optional(value));
            QVERIFY2(!parseNumber(text), text);
        }
        for (const char* text : {"0.5", "1/256", "2^-8", "0x1p-8", "-2*3/4", "3.9e-3"})
            QCOMPARE(parseTypedNumber(text), parseNumber(text));
        for (const char* text : {"m", "5mm", "5 m", "5x", "5K", "5min", "0x1k", "k5", "1/0", "0/0",
                                 "nan", "inf", "5m5", ""})
            QVERIFY2(!parseTypedNumber(text), text);
    }
    void typedNumbers_thatAreTooLarge_areInfinite_thoseTooSmallAreZero()
    {
        constexpr double kInf = std::numeric_limits<double>::infinity();
        for (const char* text : {"1e400", "10^400", "1e308k", "12345e999999999999"})
            QCOMPARE(parseTypedNumber(text), std::optional(kInf));
        QCOMPARE(parseTypedNumber("-1e400"), std::optional(-kInf));
        for (const char* text : {"1e-400", "0.001e-330", "2^-2000"})
            QCOMPARE(parseTypedNumber(text), std::optional(0.0));
        QVERIFY(!parseNumber("1e400") && !parseNumber("1e-400"));
    }
    void shortForm_hasFourDigits_andNoNegativeZero()
    {
        QCOMPARE(formatShort(0.00390625), std::string("0.003906"));
        QCOMPARE(formatShort(3.90625e-4), std::string("3.906e-04"));
        QCOMPARE(formatShort(12345.6), std::string("12346"));
        QCOMPARE(formatShort(0.5), std::string("0.5"));
        QCOMPARE(formatShort(-0.0), std::string("0"));
        QCOMPARE(formatShort(99.996), std::string("100"));
    }
    void exactForm_readsBack()
    {
        for (const float v : {0.1F, 1.0F / 3, 0x1p-126F, 3.4e38F})
            QCOMPARE(static_cast<float>(*parseNumber(formatExact(v))), v);
        QCOMPARE(formatCount(16777216), std::string("16,777,216"));
        QCOMPARE(formatCount(-1234), std::string("-1,234"));
        QCOMPARE(formatCount(999), std::string("999"));
    }
    void shapes_thatCannotBe_areRefused()
    {
        QVERIFY(!Shape::make({-1, 4}));
        QVERIFY(!Shape::make({std::int64_t{1} << 40, std::int64_t{1} << 40}));
        QVERIFY(!Shape::make({0, std::int64_t{1} << 40, std::int64_t{1} << 40}));
        QCOMPARE(Shape::make({std::int64_t{1} << 16, std::int64_t{1} << 17})->numel(),
                 std::int64_t{1} << 33);
        QCOMPARE(Shape::make({})->numel(), 1);
        QCOMPARE(*Shape::make({2, 3})->resolveAxis(-1), 1);
        QVERIFY(!Shape::make({2, 3})->resolveAxis(2));
    }
    void channels_areCutOutInMemoryOrder()
    {
        std::vector<float> values(24);
        for (std::size_t i = 0; i < 24; ++i)
            values[i] = static_cast<float>(i);
        const auto t = Tensor::fromFloats("t", *Shape::make({2, 3, 4}), values);
        const auto c = t.gather(ParamLayout::perChannel(t.shape(), 1), 2);
        const auto found = c.floats();
        QCOMPARE(std::vector<float>(found.begin(), found.end()),
                 (std::vector<float>{8, 9, 10, 11, 20, 21, 22, 23}));
    }
    void halves_becomeTheirExactFloats()
    {
        const auto half = [](std::uint16_t bits) {
            return Tensor::fromVector("h", ElementType::Float16, *Shape::make({1}),
                                      std::vector<std::uint16_t>{bits})
                .at(0);
        };
        QCOMPARE(half(0x3c00), 1.0F);
        QCOMPARE(half(0x7bff), 65504.0F);
        QCOMPARE(half(0x0001), 0x1p-24F);
        QCOMPARE(half(0xfc00), -std::numeric_limits<float>::infinity());
        QVERIFY(std::isnan(half(0x7e00)));
    }
    void inverseNormal_matchesTables()
    {
        QVERIFY(std::fabs(inverseNormal(0.975) - 1.959963984540054) < 1e-14);
        QVERIFY(std::fabs(inverseNormal(0.5)) < 1e-16);
        QVERIFY(std::fabs(inverseNormal(1e-10) + 6.361340902404056) < 1e-12);
    }
};

QTEST_APPLESS_MAIN(TestText)
#include "test_text.moc"
