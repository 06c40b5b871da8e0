// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_testing.h"

#include <QTest>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

using namespace qs;
using namespace qs::test;

namespace {

std::vector<float> upTo(std::size_t count)
{
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
}

std::string messageOf(const Result<SampleSet>& set)
{
    return set ? std::string() : set.error().message;
}

} // namespace

class TestSampleSet : public QObject {
    Q_OBJECT

private slots:
    void features_areOneRow_asTheyAre()
    {
        const auto set =
            *SampleSet::make(floatTensor({2, 3}, {1, -2, 3.5F, 4, 5, 6}), labelTensor({1, 0}));
        QCOMPARE(set.count(), 2);
        QCOMPARE(set.shape().toString(), std::string("[3]"));
        QCOMPARE(set.channels() * set.height(), 1);
        QCOMPARE(set.width(), 3);
        QCOMPARE(set.largestLabel(), 1);
        QVERIFY(!set.hasTargets());
        std::array<float, 3> one{};
        set.copyChannelsLast(0, 0, one.data());
        QVERIFY((one == std::array<float, 3>{1, -2, 3.5F}));
        QCOMPARE(set.images(1, 1).shape().toString(), std::string("[1, 1, 1, 3]"));
    }

    void channels_comeLast_andFirstInImages()
    {
        const auto set = *SampleSet::make(floatTensor({1, 2, 2, 3}, upTo(12)), labelTensor({0}));
        QCOMPARE(set.shape().toString(), std::string("[2, 2, 3]"));
        std::array<float, 12> last{};
        set.copyChannelsLast(0, 0, last.data());
        QVERIFY((last == std::array<float, 12>{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
        const auto plain = set.images(0, 1);
        QVERIFY(std::equal(plain.floats().begin(), plain.floats().end(), upTo(12).begin()));
        const auto padded = set.images(0, 1, 1);
        QCOMPARE(padded.shape().toString(), std::string("[1, 2, 4, 5]"));
        QCOMPARE(padded.at(7), 1.0F);
        QCOMPARE(padded.at(20 + 6), 6.0F);
        QCOMPARE(padded.at(20 + 9), 0.0F);
    }

    void bytes_areFractionsOf255()
    {
        const auto set =
            *SampleSet::make(Tensor::fromVector("", ElementType::Uint8, *Shape::make({1, 4}),
                                                std::vector<std::uint8_t>{0, 1, 128, 255}),
                             labelTensor({0}));
        const auto values = set.images(0, 1);
        QCOMPARE(values.at(1), 1.0F / 255.0F);
        QCOMPARE(values.at(2), 128.0F / 255.0F);
        QCOMPARE(values.at(3), 1.0F);
    }

    void select_keepsOrder_andSelectsFromASelection()
    {
        const auto all =
            *SampleSet::make(floatTensor({5, 1}, upTo(5)), labelTensor({0, 1, 2, 3, 4}));
        const std::array<std::int64_t, 4> first{3, 1, 0, 1};
        const auto some = all.select(first);
        QCOMPARE(some.count(), 4);
        QCOMPARE(some.largestLabel(), 3);
        const std::array<std::int64_t, 2> second{0, 3};
        const auto fewer = some.select(second);
        QCOMPARE(fewer.label(0), 3);
        QCOMPARE(fewer.label(1), 1);
        QCOMPARE(fewer.images(0, 2).at(0), 3.0F);
        QCOMPARE(all.select({}).count(), 0);
        QCOMPARE(all.select({}).largestLabel(), -1);
    }

    void targets_needNoLabels()
    {
        const auto set = *SampleSet::makeRegression(floatTensor({3, 1}, upTo(3)),
                                                    floatTensor({3, 2}, {0, -1, 2, -3, 4, -5}));
        QVERIFY(set.hasTargets());
        QCOMPARE(set.outputs(), 2);
        QCOMPARE(set.label(0), -1);
        QCOMPARE(set.largestLabel(), -1);
        const std::array<std::int64_t, 1> second{1};
        const auto targets = set.select(second).targets(0);
        QVERIFY(std::vector<float>(targets.begin(), targets.end()) == (std::vector<float>{2, -3}));
    }

    void whatDoesNotFit_isRefused()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QS_CONTAINS(messageOf(SampleSet::make(floatTensor({2}, upTo(2)), labelTensor({0, 1}))),
                    "found float32 [2]");
        QS_CONTAINS(messageOf(SampleSet::make(floatTensor({2, 1}, {0, nan}), labelTensor({0, 1}))),
                    "found nan in sample 1");
        QS_CONTAINS(messageOf(SampleSet::make(floatTensor({2, 1}, upTo(2)), labelTensor({0, -1}))),
                    "found -1 of sample 1");
        QS_CONTAINS(messageOf(SampleSet::make(floatTensor({1, 1}, {0}), labelTensor({4096}))),
                    "expected 0 to 4095, found 4096");
        QS_CONTAINS(messageOf(SampleSet::make(floatTensor({0, 1}, {}), labelTensor({}))),
                    "at least one");
        QS_CONTAINS(
            messageOf(SampleSet::make(floatTensor({1, 5000, 1}, upTo(5000)), labelTensor({0}))),
            "up to 4096");
        QS_CONTAINS(messageOf(SampleSet::makeRegression(floatTensor({2, 1}, upTo(2)),
                                                        floatTensor({1, 1}, {0}))),
                    "2 samples and 1 targets");
        QS_CONTAINS(messageOf(SampleSet::makeRegression(floatTensor({1, 1}, {0}),
                                                        floatTensor({1, 1}, {-INFINITY}))),
                    "targets: expected finite");
    }
};

QTEST_APPLESS_MAIN(TestSampleSet)
#include "tst_sample_set.moc"
