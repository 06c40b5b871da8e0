// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/sweep_axes.h"

#include "core/calib/observer.h"

#include <QTest>

#include <algorithm>

using namespace qs;

/// The cross product of a sweep and what becomes of specs that quantize alike.
class TestSweepAxes : public QObject {
    Q_OBJECT

    static std::vector<QuantSpec> specs(const SweepAxes& axes)
    {
        const auto made = sweepSpecs(axes);
        return made ? *made : std::vector<QuantSpec>{};
    }
    static SweepAxes axes(std::vector<DType> dtypes)
    {
        SweepAxes a;
        a.dtypes = std::move(dtypes);
        return a;
    }
    static std::vector<QScheme> allSchemes()
    {
        std::vector<QScheme> all;
        for (const auto& row : qschemes())
            all.push_back(row.id);
        return all;
    }

private slots:
    void bits_areRangesAndLists()
    {
        QCOMPARE(dtypesOfBits("2-4,8")->size(), std::size_t{4});
        QVERIFY(*dtypesOfBits("4") == std::vector{DType::Int4});
        QVERIFY(*dtypesOfBits("2,16") == (std::vector{DType::Int2, DType::Int16}));
        QCOMPARE(dtypesOfBits("2-16")->size(), std::size_t{15});
        for (const char* wrong : {"", "1", "17", "8-2", "2-", "-2", "2,", "a", "2-8x", "2--8",
                                  "2-99999999999999999999", "4.0", " 4"}) {
            const auto made = dtypesOfBits(wrong);
            QVERIFY2(!made, wrong);
            QVERIFY(made.error().kind == ErrorKind::Usage);
        }
    }

    void order_isDtypeSchemeGroupObserver()
    {
        auto a = axes({DType::Int4, DType::Int8});
        a.qschemes = {QScheme::PerTensorAffine, QScheme::PerGroupAffine};
        a.groupSizes = {16, 64};
        a.observers = {"minmax", "percentile"};
        const auto s = specs(a);
        QCOMPARE(s.size(), std::size_t{12}); // per tensor has no group sizes
        QVERIFY(s[0].dtype == DType::Int4 && s[0].observer == "minmax" && s[0].groupSize == 0);
        QVERIFY(s[1].observer == "percentile");
        QVERIFY(s[2].groupSize == 16 && s[2].axis == -1);
        QVERIFY(s[4].groupSize == 64);
        QVERIFY(s[6].dtype == DType::Int8);
    }

    void whatADtypeDoesNotUse_makesNoRowsOfItsOwn_data()
    {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("rows");
        const int n = static_cast<int>(observers().size()) - 2; // without fixed and recording
        QTest::newRow("int8") << static_cast<int>(DType::Int8) << 8 * n;
        QTest::newRow("float8") << static_cast<int>(DType::Float8E4m3fn) << 3 * n;
        QTest::newRow("nf4") << static_cast<int>(DType::Nf4) << n;
        QTest::newRow("mxfp4") << static_cast<int>(DType::Mxfp4) << n;
        QTest::newRow("float16") << static_cast<int>(DType::Float16) << 1;
        QTest::newRow("e8m0") << static_cast<int>(DType::Float8E8m0fnu) << 1;
        QTest::newRow("q4_k") << static_cast<int>(DType::Q4_K) << 1;
    }
    void whatADtypeDoesNotUse_makesNoRowsOfItsOwn()
    {
        QFETCH(int, dtype);
        QFETCH(int, rows);
        auto a = axes({static_cast<DType>(dtype), static_cast<DType>(dtype)});
        a.qschemes = allSchemes();
        a.observers.clear();
        for (const auto& row : observers()) {
            if (row.name != "fixed" && row.name != "recording")
                a.observers.emplace_back(row.name);
        }
        const auto s = specs(a);
        QCOMPARE(static_cast<int>(s.size()), rows);
        for (const auto& spec : s)
            QVERIFY(spec.qscheme == spec.qschemeInUse());
    }

    void inUse_isStable_forEveryDtypeAndScheme()
    {
        for (const auto& row : allDtypes()) {
            for (const auto& scheme : qschemes()) {
                QuantSpec spec;
                spec.dtype = row.id;
                spec.qscheme = scheme.id;
                spec.axis = 1;
                spec.groupSize = 7;
                spec.narrowRange = true;
                spec.scaleRule = ScaleRule::Ceil;
                const auto once = inUse(spec);
                QVERIFY(inUse(once) == once);
                QCOMPARE(once.narrowRange, row.isInteger());
                QVERIFY(!info(once.qscheme).floatZeroPoint || row.isInteger());
                // What is left is never refused for what was set aside.
                QVERIFY(once.range());
            }
        }
    }

    void optionsThatNothingUses_areTold()
    {
        const auto refused = [](const SweepAxes& a) {
            const auto made = sweepSpecs(a);
            return !made && made.error().kind == ErrorKind::Usage;
        };
        auto a = axes({DType::Int4});
        a.axis = 1;
        QVERIFY(refused(a));
        a.qschemes = {QScheme::PerChannelAffine};
        QVERIFY(!refused(a));
        a.groupSizes = {32};
        QVERIFY(refused(a));
        a = axes({DType::Float16});
        a.common.narrowRange = true;
        QVERIFY(refused(a));
        a = axes({DType::Int4});
        a.common.scaleRule = ScaleRule::OneLevel;
        QVERIFY(refused(a));
        a = axes({DType::Int4, DType::Nvfp4});
        a.common.scaleRule = ScaleRule::OneLevel;
        QVERIFY(!refused(a));
        a = axes({DType::Int4});
        a.common.percentile = 99;
        QVERIFY(refused(a));
        a.observers = {"percentile"};
        QVERIFY(!refused(a));
        a.common.percentile = 101; // no spec that its observer takes
        QVERIFY(refused(a));
        a = axes({});
        QVERIFY(refused(a));
        a = axes({DType::Int4});
        a.qschemes = {QScheme::PerGroupAffine};
        for (std::int64_t i = 1; i <= static_cast<std::int64_t>(kMostSpecs) + 1; ++i)
            a.groupSizes.push_back(i);
        QVERIFY(refused(a));
    }
};

QTEST_GUILESS_MAIN(TestSweepAxes)
#include "test_sweep_axes.moc"
