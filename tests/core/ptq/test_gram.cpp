// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/ptq/gram.h"
#include "core/ptq/image_rows.h"
#include "tests/core/golden.h"
#include "tests/core/ptq/ptq_testing.h"

#include <limits>

using namespace qs;
using namespace qs::test;

/// The rows of a convolution and the sums over them.
class TestGram : public QObject {
    Q_OBJECT

private slots:
    void imageRows_arePyTorchsUnfold()
    {
        const Golden golden("ptq");
        int cases = 0;
        for (const auto& c : golden.cases()) {
            if (c.at("kind") != "unfold")
                continue;
            const auto s = c.at("shape").get<std::vector<std::int64_t>>();
            for (const bool last : {false, true}) {
                const ImageRows shape{s[0], s[1], s[2], s[3], s[4], s[5], last};
                const auto expected = golden.floats(c.at("rows"));
                std::vector<float> rows(expected.size());
                QVERIFY(writeImageRows(shape, golden.floats(c.at(last ? "last" : "image")), rows));
                QVERIFY(rows == expected);
            }
            ++cases;
        }
        QCOMPARE(cases, 5);
    }

    void imageRows_mistakesAreNamed()
    {
        std::vector<float> image(25);
        std::vector<float> rows(81);
        QVERIFY(writeImageRows({1, 5, 5, 3, 1, 0}, image, rows));
        QVERIFY(isUsage(writeImageRows({0, 5, 5, 3, 1, 0}, image, rows), "channels"));
        QVERIFY(isUsage(writeImageRows({1, 5, 5, 3, 0, 0}, image, rows), "stride"));
        QVERIFY(isUsage(writeImageRows({1, 5, 5, 3, 1, -1}, image, rows), "padding"));
        QVERIFY(isUsage(writeImageRows({1, 5, 5, 6, 1, 0}, image, rows), "kernel"));
        QVERIFY(isUsage(writeImageRows({1, 5, 4, 3, 1, 0}, image, rows), "image"));
        QVERIFY(isUsage(writeImageRows({1, 5, 5, 3, 1, 1}, image, rows), "rows"));
    }

    /// The error from the tables is that of the outputs, whatever drifts.
    void squaredErrors_areThoseOfTheOutputs()
    {
        const std::int64_t columns = 150;
        const std::int64_t rows = 700;
        const auto quantizedRows = activations(1, rows, columns);
        auto floatRows = quantizedRows;
        const auto noise = normals(4, rows * columns, 0.05);
        for (std::size_t i = 0; i < noise.size(); ++i)
            floatRows[i] += noise[i];
        const auto weight = normals(7, 3 * columns);
        auto rounded = weight;
        for (float& w : rounded)
            w = std::nearbyint(w * 4) / 4;
        for (const bool drifts : {false, true}) {
            const auto& x = drifts ? floatRows : quantizedRows;
            const auto data = gramOf(columns, quantizedRows,
                                     drifts ? std::span<const float>(x) : std::span<const float>());
            QCOMPARE(data.cross.empty(), !drifts);
            const auto errors = squaredErrors(data, weight, rounded);
            QVERIFY(errors);
            const auto k = static_cast<std::size_t>(columns);
            for (std::size_t o = 0; o < 3; ++o) {
                double expected = 0;
                for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
                    double difference = 0;
                    for (std::size_t i = 0; i < k; ++i)
                        difference += static_cast<double>(weight[o * k + i]) *
                                          static_cast<double>(x[r * k + i]) -
                                      static_cast<double>(rounded[o * k + i]) *
                                          static_cast<double>(quantizedRows[r * k + i]);
                    expected += difference * difference;
                }
                QVERIFY(std::fabs((*errors)[o] / expected - 1) < 1e-11);
            }
        }
    }

    /// The same bits however the rows come and however many threads there are.
    void sums_doNotDependOnPartsOrThreads()
    {
        const std::int64_t columns = 131;
        const auto rows = activations(1, 600, columns);
        const auto others = activations(8, 600, columns);
        const auto whole = gramOf(columns, rows, others);
        const ThreadLimit one(1);
        auto sums = GramAccumulator::make(columns);
        for (std::size_t at = 0, n = 1; at < 600; at += n, n = std::min(n * 3, 600 - at)) {
            const std::size_t k = 131;
            QVERIFY(sums->add(std::span(rows).subspan(at * k, n * k),
                              std::span(others).subspan(at * k, n * k)));
        }
        const auto data = sums->data();
        QCOMPARE(data->rows, std::int64_t{600});
        QVERIFY(data->gram == whole.gram);
        QVERIFY(data->cross == whole.cross);
        QVERIFY(data->drift == whole.drift);
        for (std::size_t i = 0; i < 131; ++i) {
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY(data->gram[i * 131 + j] == data->gram[j * 131 + i]);
        }
    }

    void mistakes_areNamed()
    {
        QVERIFY(isUsage(GramAccumulator::make(0), "columns"));
        QVERIFY(!GramAccumulator::make(1 << 20)); // 24 TiB
        auto sums = GramAccumulator::make(3);
        QVERIFY(isUsage(sums->add(std::vector<float>(4)), "rows"));
        QVERIFY(isUsage(sums->add(std::vector<float>(6), std::vector<float>(3)), "float_rows"));
        QVERIFY(isUsage(sums->add(std::vector<float>(3, std::numeric_limits<float>::infinity())),
                        "rows"));
        QCOMPARE(sums->data()->rows, std::int64_t{0});
        QVERIFY(sums->add(std::vector<float>(6)));
        const auto data = *sums->data();
        const std::vector<float> w(6);
        QVERIFY(squaredErrors(data, w, w));
        QVERIFY(isUsage(squaredErrors(data, w, std::vector<float>(3)), "weight"));
        QVERIFY(isUsage(squaredErrors(data, {}, {}), "weight"));
        auto bad = data;
        bad.cross.resize(4);
        QVERIFY(isUsage(squaredErrors(bad, w, w), "gram"));
    }

    void stopping_isSaid()
    {
        std::stop_source stop;
        stop.request_stop();
        auto sums = GramAccumulator::make(3);
        const auto added =
            sums->add(std::vector<float>(3 * 256, 1.0F), {}, JobContext(stop.get_token()));
        QVERIFY(!added && added.error().kind == ErrorKind::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestGram)
#include "test_gram.moc"
