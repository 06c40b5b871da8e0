// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/selection.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

Tensor numbers(std::int64_t rows, std::int64_t columns)
{
    const CounterRng rng(7);
    std::vector<float> values;
    for (std::int64_t i = 0; i < rows * columns; ++i)
        values.push_back(static_cast<float>(std::lround(
                             (rng.uniform(static_cast<std::uint64_t>(i)) * 8 - 4) * 100)) /
                         100);
    values[3] = std::numeric_limits<float>::quiet_NaN();
    values[5] = std::numeric_limits<float>::infinity();
    return Tensor::fromFloats("x", *Shape::make({rows, columns}), std::move(values));
}

} // namespace

class TestSelection : public QObject {
    Q_OBJECT

private slots:
    /// Against a loop over all elements: the first of the nearest, for any number of threads.
    void nearest_isTheFirstOfTheNearest()
    {
        const Tensor tensor = numbers(300, 1001);
        for (const double x : {0.0, 0.123, -3.99, 50.0, -1e30}) {
            std::int64_t expected = -1;
            double distance = std::numeric_limits<double>::infinity();
            for (std::int64_t i = 0; i < tensor.numel(); ++i) {
                const auto v = static_cast<double>(tensor.at(i));
                if (std::isfinite(v) && std::fabs(v - x) < distance) {
                    distance = std::fabs(v - x);
                    expected = i;
                }
            }
            for (const int threads : {1, 4}) {
                const ThreadLimit limit(threads);
                const auto found =
                    nearestElement(tensor, ParamLayout::perTensor(tensor.numel()), 0, x);
                QVERIFY(found);
                QCOMPARE(found->value_or(-1), expected);
            }
        }
    }

    void nearest_ofAChannel_isInIt()
    {
        const Tensor tensor = numbers(6, 50);
        const auto rows = ParamLayout::perChannel(tensor.shape(), 0);
        const auto groups = ParamLayout::perGroup(tensor.shape(), 1, 16);
        for (std::int64_t set = 0; set < rows.count(); ++set)
            QCOMPARE(**nearestElement(tensor, rows, set, 0.2) / 50, set);
        for (std::int64_t set = 0; set < groups.count(); ++set)
            QCOMPARE(groups.indexOf(**nearestElement(tensor, groups, set, 0.2)), set);
    }

    void nearest_ofNothingFinite_isNone()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto tensor = Tensor::fromFloats("x", *Shape::make({2}), {nan, INFINITY});
        const auto found = nearestElement(tensor, ParamLayout::perTensor(2), 0, 0);
        QVERIFY(found && !found->has_value());
        const auto none = nearestElement(Tensor(), ParamLayout::perTensor(0), 0, 0);
        QVERIFY(none && !none->has_value());
    }

    /// Both ends are included, the order is the memory's, non-finite elements are never chosen.
    void between_keepsOrderAndEnds()
    {
        const Tensor tensor = numbers(300, 1001);
        std::vector<float> expected;
        for (std::int64_t i = 0; i < tensor.numel(); ++i) {
            const float v = tensor.at(i);
            if (v >= -0.25F && v <= 0.5F)
                expected.push_back(v);
        }
        for (const int threads : {1, 4}) {
            const ThreadLimit limit(threads);
            const auto chosen = elementsBetween(tensor, -0.25, 0.5);
            QVERIFY(chosen);
            QCOMPARE(chosen->numel(), static_cast<std::int64_t>(expected.size()));
            QVERIFY(std::equal(expected.begin(), expected.end(), chosen->floats().begin()));
        }
        QCOMPARE(elementsBetween(tensor, 100, 200)->numel(), std::int64_t{0});
    }

    void cancelled_isSaid()
    {
        std::stop_source stop;
        stop.request_stop();
        const Tensor tensor = numbers(300, 1001);
        const JobContext context(stop.get_token());
        QVERIFY(!elementsBetween(tensor, 0, 1, context));
        QVERIFY(!nearestElement(tensor, ParamLayout::perTensor(tensor.numel()), 0, 0, context));
    }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "test_selection.moc"
