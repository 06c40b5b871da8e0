// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_testing.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace qs;
using namespace qs::test;

namespace {

using Row = std::array<double, 3>; // label, x, y

std::vector<Row> rowsOf(const SampleSet& set)
{
    std::vector<Row> rows;
    for (std::int64_t i = 0; i < set.count(); ++i) {
        float xy[2];
        set.copyChannelsLast(i, 0, xy);
        rows.push_back({static_cast<double>(set.label(i)), xy[0], xy[1]});
    }
    return rows;
}

std::shared_ptr<const Dataset> made(const std::string& name)
{
    return *readDataset(name);
}

/// Each of ours has its own among the golden ones.
bool samePoints(std::vector<Row> ours, const nlohmann::json& golden)
{
    auto left = golden.get<std::vector<Row>>();
    if (ours.size() != left.size())
        return false;
    for (const auto& row : ours) {
        const auto at = std::find_if(left.begin(), left.end(), [&](const Row& other) {
            return row[0] == other[0] && std::fabs(row[1] - other[1]) < 1e-7 &&
                   std::fabs(row[2] - other[2]) < 1e-7;
        });
        if (at == left.end())
            return false;
        left.erase(at);
    }
    return true;
}

const std::vector<std::string> kNames{"moons", "circles", "spiral", "xor", "gaussians"};

} // namespace

class TestPlaneDatasets : public QObject {
    Q_OBJECT

private slots:
    void moonsAndCircles_areScikitLearns()
    {
        const auto json = golden("planes.json");
        QVERIFY(samePoints(rowsOf(made("moons?n=41&noise=0")->train), json["moons"]));
        QVERIFY(
            samePoints(rowsOf(made("circles?n=41&noise=0&factor=0.25")->train), json["circles"]));
    }

    void spiral_pointsLieOnTheirArm()
    {
        const auto data = made("spiral?n=90&noise=0&arms=3");
        QCOMPARE(data->classes, 3);
        for (const auto& [label, x, y] : rowsOf(data->train)) {
            const double r = std::hypot(x, y);
            const double t = 2 * M_PI * label / 3 + 4 * r;
            QVERIFY(std::fabs(x - r * std::sin(t)) < 1e-6 && std::fabs(y - r * std::cos(t)) < 1e-6);
            QVERIFY(r > 0.03 && r < 1 + 1e-6);
        }
    }

    void xor_classTellsTheSigns()
    {
        for (const auto& [label, x, y] : rowsOf(made("xor?n=200&noise=0")->train)) {
            QCOMPARE(label, x * y > 0 ? 0.0 : 1.0);
            QVERIFY(std::fabs(x) <= 1 && std::fabs(y) <= 1);
        }
    }

    void noise_isNormal()
    {
        const auto rows = rowsOf(made("gaussians?n=40000&classes=2&noise=0.5")->train);
        std::array<double, 2> sum{};
        std::array<double, 2> squares{};
        for (const auto& [label, x, y] : rows) {
            const std::array<double, 2> rest{x - (label == 0 ? 1 : -1), y};
            for (std::size_t k = 0; k < 2; ++k) {
                sum[k] += rest[k];
                squares[k] += rest[k] * rest[k];
            }
        }
        // Four standard errors of a mean and of a variance of 40,000 numbers.
        for (std::size_t k = 0; k < 2; ++k) {
            QVERIFY(std::fabs(sum[k] / 40000) < 4 * 0.5 / 200);
            QVERIFY(std::fabs(squares[k] / 40000 - 0.25) < 4 * 0.25 * std::sqrt(2.0) / 200);
        }
    }

    void sets_areFunctionsOfTheirOptions()
    {
        for (const auto& name : kNames) {
            const auto data = made(name);
            QCOMPARE(data->train.count(), 1000);
            QCOMPARE(data->test.count(), 250);
            QCOMPARE(data->train.shape().toString(), std::string("[2]"));
            QVERIFY(rowsOf(data->train) == rowsOf(made(name + "?seed=0")->train));
            QVERIFY(rowsOf(data->train) != rowsOf(made(name + "?seed=1")->train));
            auto train = rowsOf(data->train);
            for (const auto& row : rowsOf(data->test))
                QVERIFY(std::find(train.begin(), train.end(), row) == train.end());
            // Shuffled: the first tenth has each class.
            std::vector<bool> seen(static_cast<std::size_t>(data->classes));
            for (int i = 0; i < 100; ++i)
                seen[static_cast<std::size_t>(data->train.label(i))] = true;
            QVERIFY(std::find(seen.begin(), seen.end(), false) == seen.end());
        }
    }

    void smallestSets_haveEachClass()
    {
        for (const auto& name : kNames) {
            const int classes = made(name)->classes;
            const auto data = made(name + "?n=" + std::to_string(classes));
            QCOMPARE(data->classes, classes);
            QCOMPARE(data->test.count(), 1);
        }
    }

    void badOptions_areErrorsByName()
    {
        QS_CONTAINS(problemOf("moons?m=3"),
                    "expected n, noise, seed, each at most once, found 'm=3'");
        QS_CONTAINS(problemOf("moons?n=8&n=9"), "found 'n=9'");
        QS_CONTAINS(problemOf("moons?n"), "found 'n'");
        QS_CONTAINS(problemOf("moons?n=1"),
                    "n must be a whole number from 2 to 1000000, found '1'");
        QS_CONTAINS(problemOf("moons?n=1e9"), "found '1e9'");
        QS_CONTAINS(problemOf("moons?n=99999999999999999999"), "n must be");
        QS_CONTAINS(problemOf("moons?noise=-0.1"), "noise must be a number from 0 to 100");
        QS_CONTAINS(problemOf("moons?noise=nan"), "found 'nan'");
        QS_CONTAINS(problemOf("moons?seed=-1"), "seed must be");
        QS_CONTAINS(problemOf("circles?factor=1.5"), "factor must be a number from 0 to 1");
        QS_CONTAINS(problemOf("spiral?arms=17"), "arms must be a whole number from 2 to 16");
        QS_CONTAINS(problemOf("gaussians?classes=8&n=7"), "n must be a whole number from 8");
        QVERIFY(made("moons?seed=18446744073709551615"));
    }
};

QTEST_APPLESS_MAIN(TestPlaneDatasets)
#include "tst_plane_datasets.moc"
