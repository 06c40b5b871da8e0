// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/index/sort_keys.h"
#include "tests/core/index/index_testing.h"

#include <QTest>

#include <algorithm>
#include <cstring>

using namespace qs;
using namespace qs::test;

namespace {

std::vector<std::int32_t> finiteKeys(const std::vector<float>& x)
{
    std::vector<std::int32_t> keys;
    for (const float v : x) {
        if (std::isfinite(v))
            keys.push_back(keyOf(v));
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

} // namespace

class TestValueIndex : public QObject {
    Q_OBJECT

private slots:
    void keys_areOrderedAsFloatsAre()
    {
        const float ascending[] = {-3e38F, -1.0F,  -1e-45F, -0.0F, 0.0F,
                                   1e-45F, 1e-38F, 1.0F,    3e38F};
        for (std::size_t i = 0; i + 1 < std::size(ascending); ++i)
            QVERIFY(keyOf(ascending[i]) < keyOf(ascending[i + 1]));
        for (const float v : ascending)
            QCOMPARE(std::signbit(floatOf(keyOf(v))), std::signbit(v));
        QCOMPARE(keyOf(std::nextafter(1.0F, 2.0F)), keyOf(1.0F) + 1);
    }

    void sort_isASort_whateverIsSorted()
    {
        // Sizes on both sides of every change of method.
        for (const std::size_t n : {0U, 1U, 2U, 47U, 49U, 3000U, 70000U, 600000U, 3000000U}) {
            const CounterRng rng(n);
            const auto fill = [&](auto key) {
                std::vector<std::int32_t> keys(n);
                for (std::size_t i = 0; i < n; ++i)
                    keys[i] = static_cast<std::int32_t>(key(rng.bits(i), i));
                return keys;
            };
            for (auto keys :
                 {fill([](std::uint64_t r, std::size_t) { return r; }),
                  fill([](std::uint64_t r, std::size_t) { return r % 5; }),
                  // All but two in one place.
                  fill([](std::uint64_t r, std::size_t i) {
                      return i == 0 ? 0x80000000ULL : i == 1 ? 0x7fffffffULL : 1000 + r % 100000;
                  }),
                  fill([](std::uint64_t, std::size_t i) { return i; }),
                  fill([](std::uint64_t, std::size_t i) { return ~i; })}) {
                auto expected = keys;
                std::sort(expected.begin(), expected.end());
                std::vector<std::int32_t> scratch(n);
                QVERIFY(sortKeys(keys, scratch, {}));
                QVERIFY(keys == expected);
            }
        }
    }

    void index_holdsEveryFiniteElementInOrder()
    {
        for (const auto& [name, x] : awkwardValues(5000)) {
            const auto index = indexOf(tensorOf(x));
            const auto expected = finiteKeys(x);
            const auto keys = index->set(0).keys();
            QVERIFY2(std::equal(keys.begin(), keys.end(), expected.begin(), expected.end()),
                     name.c_str());
            QCOMPARE(index->set(0).count(), static_cast<std::int64_t>(expected.size()));
        }
    }

    void places_areThoseOfALowerBound()
    {
        for (const auto& [name, x] : awkwardValues(9999)) {
            const auto index = indexOf(tensorOf(x));
            const auto& values = index->set(0);
            const auto keys = values.keys();
            std::vector<std::int32_t> wanted{std::numeric_limits<std::int32_t>::min()};
            const CounterRng rng(1);
            for (std::size_t i = 0; i < 500 && !keys.empty(); ++i)
                wanted.push_back(keys[rng.below(i, keys.size())] + static_cast<int>(i % 3) - 1);
            wanted.push_back(std::numeric_limits<std::int32_t>::max());
            std::sort(wanted.begin(), wanted.end());
            std::vector<std::int64_t> places(wanted.size());
            values.placesOf(wanted, 0, values.places(), places.data());
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                const auto expected =
                    std::lower_bound(keys.begin(), keys.end(), wanted[i]) - keys.begin();
                QVERIFY2(places[i] == expected && values.placeOf(wanted[i]) == expected,
                         name.c_str());
            }
        }
    }

    void moments_loseNoDigit()
    {
        for (const auto& [name, x] : awkwardValues(20000)) {
            const auto index = indexOf(tensorOf(x));
            const auto& values = index->set(0);
            const auto n = values.places();
            const CounterRng rng(2);
            for (std::uint64_t i = 0; i < 200 && n > 0; ++i) {
                auto first =
                    static_cast<std::int64_t>(rng.below(2 * i, static_cast<std::uint64_t>(n)));
                auto last = first + static_cast<std::int64_t>(rng.below(
                                        2 * i + 1, static_cast<std::uint64_t>(n - first) + 1));
                if (i % 2 == 0) // a stretch as narrow as a level's
                    last = std::min(last, first + 100);
                const auto y =
                    static_cast<double>(values.valueAt(std::min((first + last) / 2, n - 1)));
                long double sum = 0;
                long double absolute = 0;
                long double squares = 0;
                for (std::int64_t k = first; k < last; ++k) {
                    const long double d =
                        static_cast<long double>(values.valueAt(k)) - static_cast<long double>(y);
                    sum += d;
                    absolute += std::fabs(d);
                    squares += d * d;
                }
                const auto m = values.moments(first, last);
                QCOMPARE(m.count, last - first);
                QVERIFY2(agree(m.squaredErrors(y), squares), name.c_str());
                QVERIFY2(agree(m.errors(y), sum, absolute), name.c_str());
            }
        }
    }

    void smallTypes_areCounted_notSorted()
    {
        std::vector<std::int8_t> bytes(10000);
        const CounterRng rng(3);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::int8_t>(rng.bits(i));
        const auto small = Tensor::fromVector("x", ElementType::Int8, *Shape::make({10000}), bytes);
        const auto index = indexOf(small);
        const auto& table = index->set(0);
        QVERIFY(table.isTable());
        QCOMPARE(table.places(), std::int64_t{256});
        const auto sorted = indexOf(small.toFloat32());
        QVERIFY(!sorted->set(0).isTable());
        QCOMPARE(table.count(), sorted->set(0).count());
        for (std::int64_t k = 0; k < table.count(); k += 37)
            QCOMPARE(table.elementAt(k), sorted->set(0).elementAt(k));
        for (const std::int32_t key : {keyOf(-128.0F), keyOf(-3.5F), keyOf(0.0F), keyOf(200.0F)}) {
            const auto a = table.placeOf(key);
            const auto b = sorted->set(0).placeOf(key);
            QCOMPARE(table.countBelow(a), b);
            QCOMPARE(table.moments(0, a).squaredErrors(0.25),
                     sorted->set(0).moments(0, b).squaredErrors(0.25));
        }
    }

    void halfPrecision_isCountedWithoutItsNanAndInfinities()
    {
        std::vector<std::uint16_t> all(65536);
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = static_cast<std::uint16_t>(i);
        for (const auto type : {ElementType::Float16, ElementType::Bfloat16}) {
            const auto tensor = Tensor::fromVector("x", type, *Shape::make({65536}), all);
            const auto index = indexOf(tensor);
            const auto expected = finiteKeys([&] {
                const auto x = tensor.toFloat32();
                return std::vector<float>(x.floats().begin(), x.floats().end());
            }());
            const auto keys = index->set(0).keys();
            QVERIFY(std::equal(keys.begin(), keys.end(), expected.begin(), expected.end()));
        }
    }

    void booleans_areTwoValues()
    {
        const std::vector<std::uint8_t> bytes{0, 1, 255, 7, 0};
        const auto index =
            indexOf(Tensor::fromVector("x", ElementType::Bool, *Shape::make({5}), bytes));
        QCOMPARE(index->set(0).places(), std::int64_t{2});
        QCOMPARE(index->set(0).countAt(0), std::int64_t{2});
        QCOMPARE(index->set(0).countAt(1), std::int64_t{3});
    }

    void channels_areIndexedOnTheirOwn()
    {
        auto x = normal(6 * 50 * 7);
        x[3] = std::nanf("");
        const auto shape = *Shape::make({6, 50, 7});
        for (int axis = 0; axis < 3; ++axis) {
            for (const bool half : {false, true}) {
                auto tensor = Tensor::fromFloats("x", shape, x);
                if (half) {
                    std::vector<std::int16_t> whole;
                    for (const float v : x)
                        whole.push_back(
                            static_cast<std::int16_t>(std::isfinite(v) ? v * 100 : 0.0F));
                    tensor = Tensor::fromVector("x", ElementType::Int16, shape, whole);
                }
                const auto layout = ParamLayout::perChannel(shape, axis);
                const auto index = *ValueIndex::build(tensor, layout);
                QCOMPARE(static_cast<std::int64_t>(index->sets()), layout.count());
                for (std::int64_t c = 0; c < layout.count(); ++c) {
                    const auto own = tensor.gather(layout, c);
                    const auto expected = finiteKeys({own.floats().begin(), own.floats().end()});
                    const auto keys = index->set(static_cast<std::size_t>(c)).keys();
                    QVERIFY(std::equal(keys.begin(), keys.end(), expected.begin(), expected.end()));
                }
            }
        }
    }

    void severalTensors_areOneSet()
    {
        const Tensor parts[] = {tensorOf(normal(1000, 0, 1, 1)), tensorOf(normal(2000, 1, 1, 2))};
        const auto joined = *ValueIndex::build(parts);
        auto all = normal(1000, 0, 1, 1);
        const auto more = normal(2000, 1, 1, 2);
        all.insert(all.end(), more.begin(), more.end());
        const auto expected = finiteKeys(all);
        QVERIFY(std::equal(expected.begin(), expected.end(), joined->set(0).keys().begin(),
                           joined->set(0).keys().end()));
    }

    void quantiles_areNumpys()
    {
        // numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.5, 0.9, 1])
        const auto index = indexOf(tensorOf({8, 1, 4, 2}));
        const auto& v = index->set(0);
        QCOMPARE(v.quantile(0), 1.0);
        QCOMPARE(v.quantile(0.1), 1.3);
        QCOMPARE(v.quantile(0.5), 3.0);
        QCOMPARE(v.quantile(0.9), 6.8);
        QCOMPARE(v.quantile(1), 8.0);
    }

    void memory_staysWithinItsPromise()
    {
        const auto tensor = tensorOf(normal(1 << 20));
        const auto layout = ParamLayout::perTensor(tensor.numel());
        const auto index = *ValueIndex::build(tensor, layout);
        const double size = 4.0 * (1 << 20);
        QVERIFY(static_cast<double>(index->bytes()) <= 1.3 * size);
        // A MiB of fixed cost shows at this size.
        QVERIFY(static_cast<double>(ValueIndex::peakBytes(tensor, layout)) <=
                2.3 * size + (1 << 20));
        QVERIFY(index->bytes() <= ValueIndex::peakBytes(tensor, layout));
    }

    void threads_doNotMatter()
    {
        const auto tensor = tensorOf(cauchy(3000000));
        const auto many = indexOf(tensor);
        const ThreadLimit one(1);
        const auto single = indexOf(tensor);
        const auto& a = many->set(0);
        const auto& b = single->set(0);
        QVERIFY(std::equal(a.keys().begin(), a.keys().end(), b.keys().begin(), b.keys().end()));
        for (std::int64_t p = 0; p < a.places(); p += 10007) {
            QCOMPARE(a.momentsAt(p).sum.low, b.momentsAt(p).sum.low);
            QCOMPARE(a.momentsAt(p).squares.low, b.momentsAt(p).squares.low);
        }
    }

    void building_canBeStopped()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto tensor = tensorOf(normal(100000));
        const auto built = ValueIndex::build(tensor, ParamLayout::perTensor(tensor.numel()),
                                             JobContext(stop.get_token()));
        QVERIFY(!built);
        QCOMPARE(built.error().kind, ErrorKind::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestValueIndex)
#include "test_value_index.moc"
