// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/non_finite.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// Every `every`-th element, about, is one of the three.
std::vector<float> someNonFinite(std::int64_t count, std::uint64_t every)
{
    const CounterRng rng(3);
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto draw = rng.below(static_cast<std::uint64_t>(i), 3 * every);
        values.push_back(draw == 0   ? kNaN
                         : draw == 1 ? kInf
                         : draw == 2 ? -kInf
                                     : static_cast<float>(draw));
    }
    return values;
}

/// np.flatnonzero(~np.isfinite(x)) and the kinds, by a plain loop.
NonFiniteElements byHand(std::span<const float> values, std::int64_t most)
{
    NonFiniteElements found;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float v = values[i];
        if (std::isfinite(v))
            continue;
        auto kind = NonFiniteKind::NaN;
        if (std::isnan(v)) {
            ++found.nanCount;
        } else if (v > 0) {
            ++found.posInfCount;
            kind = NonFiniteKind::PosInf;
        } else {
            ++found.negInfCount;
            kind = NonFiniteKind::NegInf;
        }
        if (static_cast<std::int64_t>(found.first.size()) < most)
            found.first.push_back({static_cast<std::int64_t>(i), kind});
    }
    return found;
}

void compare(const NonFiniteElements& found, const NonFiniteElements& expected)
{
    QCOMPARE(found.nanCount, expected.nanCount);
    QCOMPARE(found.posInfCount, expected.posInfCount);
    QCOMPARE(found.negInfCount, expected.negInfCount);
    QVERIFY(found.first == expected.first);
}

} // namespace

class TestNonFinite : public QObject {
    Q_OBJECT

private slots:
    /// numpy 1.24: x = np.array([[1, nan, 2], [inf, -inf, nan]], 'float32');
    /// np.flatnonzero(~np.isfinite(x)) is [1, 3, 4, 5]; np.unravel_index of them is (0, 1), (1, 0),
    /// (1, 1), (1, 2).
    void asNumpySays()
    {
        const auto shape = *Shape::make({2, 3});
        const auto x = Tensor::fromFloats("x", shape, {1, kNaN, 2, kInf, -kInf, -kNaN});
        const auto found = findNonFinite(x);
        QVERIFY(found);
        QCOMPARE(found->nanCount, std::int64_t{2});
        QCOMPARE(found->posInfCount, std::int64_t{1});
        QCOMPARE(found->negInfCount, std::int64_t{1});
        QCOMPARE(found->total(), std::int64_t{4});
        using enum NonFiniteKind;
        const std::vector<NonFiniteElement> expected{{1, NaN}, {3, PosInf}, {4, NegInf}, {5, NaN}};
        QVERIFY(found->first == expected);
    }

    /// Few and many, with a list that ends inside a block, with the last block and with none.
    void theFirstInMemoryOrder_forAnyNumberOfThreads_data()
    {
        QTest::addColumn<qint64>("every");
        QTest::addColumn<qint64>("most");
        for (const qint64 every : {1, 7, 20000}) {
            for (const qint64 most : {0, 1, 1000, 70000, 2000000})
                QTest::addRow("1 of %lld, %lld listed", every, most) << every << most;
        }
    }
    void theFirstInMemoryOrder_forAnyNumberOfThreads()
    {
        QFETCH(qint64, every);
        QFETCH(qint64, most);
        const auto values = someNonFinite(7 * kBlockSize + 13, static_cast<std::uint64_t>(every));
        const auto expected = byHand(values, most);
        QVERIFY(expected.total() > 0);
        const auto n = static_cast<std::int64_t>(values.size());
        const auto tensor = Tensor::fromFloats("x", *Shape::make({n}), values);
        for (const int threads : {1, 2, 8}) {
            const ThreadLimit limit(threads);
            const auto found = findNonFinite(tensor, most);
            QVERIFY(found);
            compare(*found, expected);
        }
    }

    /// What float32 cannot hold is what every figure leaves out.
    void float64_countsAsItIsRead()
    {
        const auto tensor = Tensor::fromVector("x", ElementType::Float64, *Shape::make({3}),
                                               std::vector<double>{1e300, 1.0, -1e300});
        const auto found = findNonFinite(tensor);
        QVERIFY(found);
        QCOMPARE(found->posInfCount, std::int64_t{1});
        QCOMPARE(found->negInfCount, std::int64_t{1});
    }

    void nothing_isFoundInNothing()
    {
        QCOMPARE(findNonFinite(Tensor())->total(), std::int64_t{0});
        const auto finite = Tensor::fromFloats("x", *Shape::make({2}), {1, -3e38F});
        QVERIFY(findNonFinite(finite)->first.empty());
    }

    void cancelled_isSaid()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto tensor = Tensor::fromFloats("x", *Shape::make({2}), {1, kNaN});
        const auto found = findNonFinite(tensor, 10, JobContext(stop.get_token()));
        QVERIFY(!found);
        QCOMPARE(found.error().kind, ErrorKind::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestNonFinite)
#include "test_non_finite.moc"
