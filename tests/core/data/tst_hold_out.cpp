// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_testing.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace qs;
using namespace qs::test;

namespace {

/// Sample i has the value i; sizes[k] samples of class k, one class after the other.
Dataset dataset(const std::vector<int>& sizes)
{
    std::vector<std::int32_t> labels;
    for (std::size_t k = 0; k < sizes.size(); ++k)
        labels.insert(labels.end(), static_cast<std::size_t>(sizes[k]),
                      static_cast<std::int32_t>(k));
    std::vector<float> values(labels.size());
    std::iota(values.begin(), values.end(), 0.0F);
    const auto n = static_cast<std::int64_t>(values.size());
    Dataset data;
    data.name = "numbers";
    data.train =
        *SampleSet::make(floatTensor({n, 1}, std::move(values)), labelTensor(std::move(labels)));
    data.test = data.train;
    data.classes = static_cast<int>(sizes.size());
    return data;
}

std::vector<float> valuesOf(const SampleSet& set)
{
    const auto tensor = set.images(0, set.count());
    return {tensor.floats().begin(), tensor.floats().end()};
}

std::vector<int> countsOf(const SampleSet& set, int classes)
{
    std::vector<int> counts(static_cast<std::size_t>(classes));
    for (std::int64_t i = 0; i < set.count(); ++i)
        ++counts[static_cast<std::size_t>(set.label(i))];
    return counts;
}

} // namespace

class TestHoldOut : public QObject {
    Q_OBJECT

private slots:
    void heldOut_leavesTheTrainingSet_inOrder()
    {
        const auto held = *holdOut(dataset({50, 30, 20}), 10, 7);
        QCOMPARE(held.calibration.count(), 10);
        QCOMPARE(held.train.count(), 90);
        QCOMPARE(held.test.count(), 100);
        QVERIFY(countsOf(held.calibration, 3) == (std::vector<int>{5, 3, 2}));
        const auto train = valuesOf(held.train);
        const auto calibration = valuesOf(held.calibration);
        QVERIFY(std::is_sorted(train.begin(), train.end()));
        QVERIFY(std::is_sorted(calibration.begin(), calibration.end()));
        std::set<float> all(train.begin(), train.end());
        all.insert(calibration.begin(), calibration.end());
        QCOMPARE(all.size(), std::size_t{100});
    }

    void choice_isAFunctionOfTheSeed()
    {
        const auto data = dataset({50, 50});
        const auto of = [&](std::uint64_t seed) {
            return valuesOf(holdOut(data, 20, seed)->calibration);
        };
        QVERIFY(of(1) == of(1));
        QVERIFY(of(1) != of(2));
    }

    void everyClass_keepsATrainingSample()
    {
        const auto data = dataset({1, 2, 7, 0, 10});
        for (int n = 0; n <= 16; ++n) {
            const auto held = *holdOut(data, n, 3);
            QCOMPARE(held.calibration.count(), n);
            const auto counts = countsOf(held.train, 5);
            for (const std::size_t k : {0, 1, 2, 4})
                QVERIFY(counts[k] >= 1);
        }
    }

    void moreThanThereIs_isRefused()
    {
        const auto data = dataset({1, 2, 7, 10});
        const auto tooMany = holdOut(data, 17, 0);
        QVERIFY(!tooMany);
        QVERIFY(tooMany.error().kind == ErrorKind::Usage);
        QS_CONTAINS(tooMany.error().message, "expected 0 to 16");
        QS_CONTAINS(tooMany.error().message, "found 17");
        QVERIFY(!holdOut(data, -1, 0));
        QVERIFY(!holdOut(Dataset{}, 1, 0));
    }

    void targets_areHeldOutAsOneClass()
    {
        Dataset data;
        std::vector<float> values(40);
        std::iota(values.begin(), values.end(), 0.0F);
        data.train =
            *SampleSet::makeRegression(floatTensor({40, 1}, values), floatTensor({40, 1}, values));
        const auto held = *holdOut(data, 39, 0);
        QCOMPARE(held.train.count(), 1);
        QCOMPARE(held.calibration.targets(5)[0], valuesOf(held.calibration)[5]);
        QVERIFY(!holdOut(data, 40, 0));
    }
};

QTEST_APPLESS_MAIN(TestHoldOut)
#include "tst_hold_out.moc"
