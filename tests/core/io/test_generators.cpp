// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/io/generators.h"
#include "core/tensor/tensor_stats.h"
#include "io_testing.h"

#include <cmath>

using namespace qs;

namespace {

constexpr std::int64_t kMany = 1 << 20;

TensorStats statsOf(const char* id)
{
    return *computeStats(*generate({id, *Shape::make({kMany}), 7}));
}

/// The sampling error of a mean of kMany values with standard deviation 1, five times.
constexpr double kTolerance = 5.0 / 1024;

} // namespace

class TestGenerators : public QObject {
    Q_OBJECT

private slots:
    void everyRowMakesFiniteValuesOfTheShape()
    {
        for (const auto& row : generators()) {
            const auto tensor = generate({std::string(row.id), *Shape::make({64, 20, 5, 5}), 1});
            QVERIFY(tensor);
            QCOMPARE(tensor->name(), row.id);
            QCOMPARE(tensor->shape().toString(), "[64, 20, 5, 5]");
            QCOMPARE(tensor->type(), ElementType::Float32);
            QVERIFY(tensor->isFloat32());
            QCOMPARE(computeStats(*tensor)->nonfiniteCount(), 0);
            QVERIFY(!row.description.empty());
            QCOMPARE(findGenerator(row.id), &row);
        }
    }

    void bitsDependNeitherOnThreadsNorOnTheNumberOfElements()
    {
        for (const auto& row : generators()) {
            const GeneratorSpec spec{std::string(row.id), *Shape::make({300'000}), 5};
            const auto many = generate(spec);
            const ThreadLimit one(1);
            QVERIFY(std::ranges::equal(generate(spec)->bytes(), many->bytes()));
            const auto fewer = generate({spec.id, *Shape::make({100'001}), 5});
            QVERIFY(std::ranges::equal(fewer->floats(), many->floats().first(100'001)));
        }
    }

    void anotherSeedMakesOtherValues()
    {
        for (const auto& row : generators()) {
            const std::string id(row.id);
            QVERIFY(!std::ranges::equal(generate({id, *Shape::make({64}), 1})->floats(),
                                        generate({id, *Shape::make({64}), 2})->floats()));
        }
    }

    void normalHasMeanZeroAndDeviationOne()
    {
        const auto stats = statsOf("normal");
        QVERIFY(std::fabs(stats.mean) < kTolerance);
        QVERIFY(std::fabs(stats.stddev - 1) < kTolerance);
        QVERIFY(stats.max > 4 && stats.max < 6.5F);
        QVERIFY(stats.min < -4 && stats.min > -6.5F);
    }

    void laplaceHasVarianceTwo()
    {
        const auto stats = statsOf("laplace");
        QVERIFY(std::fabs(stats.mean) < 2 * kTolerance);
        QVERIFY(std::fabs(stats.stddev * stats.stddev - 2) < 5 * kTolerance);
    }

    void uniformFillsMinusOneToOne()
    {
        const auto stats = statsOf("uniform");
        QVERIFY(stats.min >= -1 && stats.min < -0.9999F);
        QVERIFY(stats.max <= 1 && stats.max > 0.9999F);
        QVERIFY(std::fabs(stats.mean) < kTolerance);
        QVERIFY(std::fabs(stats.stddev - 1 / std::sqrt(3.0)) < kTolerance);
    }

    void reluIsTheNormalOneCutAtZero()
    {
        const auto normal = generate({"normal", *Shape::make({10'000}), 3});
        const auto relu = generate({"relu", *Shape::make({10'000}), 3});
        for (std::int64_t i = 0; i < 10'000; ++i)
            QCOMPARE(relu->at(i), std::max(0.0F, normal->at(i)));
    }

    void oneOutlierInAThousandIsTwentyTimesAsLarge()
    {
        const auto normal = generate({"normal", *Shape::make({kMany}), 3});
        const auto other = generate({"normal_outliers", *Shape::make({kMany}), 3});
        int outliers = 0;
        for (std::int64_t i = 0; i < kMany; ++i) {
            const float x = normal->at(i);
            const float y = other->at(i);
            if (x == y)
                continue;
            ++outliers;
            QVERIFY(std::fabs(y - 20 * x) <= 1e-6F * std::fabs(y));
        }
        QVERIFY2(std::abs(outliers - 1049) < 5 * 33, qPrintable(QString::number(outliers)));
    }

    void aSpecificationIsOneText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("canonical");
        QTest::newRow("defaults") << "generator:normal"
                                  << "generator:normal?numel=65536&seed=1";
        QTest::newRow("all") << "generator:laplace?numel=10&seed=18446744073709551615"
                             << "generator:laplace?numel=10&seed=18446744073709551615";
        QTest::newRow("order") << "generator:relu?seed=3&numel=10"
                               << "generator:relu?numel=10&seed=3";
        QTest::newRow("shape") << "generator:uniform?shape=64x20x5x5"
                               << "generator:uniform?shape=64x20x5x5&seed=1";
        QTest::newRow("scalar") << "generator:normal?shape="
                                << "generator:normal?shape=&seed=1";
        QTest::newRow("nothing") << "generator:normal?numel=0&seed=1"
                                 << "generator:normal?numel=0&seed=1";
    }
    void aSpecificationIsOneText()
    {
        QFETCH(QString, text);
        QFETCH(QString, canonical);
        const auto spec = parseGenerator(text.toStdString());
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        QCOMPARE(QString::fromStdString(formatGenerator(*spec)), canonical);
        QVERIFY(*parseGenerator(canonical.toStdString()) == *spec);
    }

    void aWrongTextSaysWhatWouldBeRight_data()
    {
        QTest::addColumn<QString>("problem");
        QTest::newRow("generator:gauss")
            << "expected one of normal, laplace, uniform, relu, normal_outliers, found 'gauss'";
        QTest::newRow("generator:normal?numel=-1") << "expected numel of 0 to 2^32, found '-1'";
        QTest::newRow("generator:normal?numel=") << "expected numel of 0 to 2^32, found ''";
        QTest::newRow("generator:normal?numel=4294967297")
            << "expected numel of 0 to 2^32, found '4294967297'";
        QTest::newRow("generator:normal?numel=2x2") << "expected numel of 0 to 2^32, found '2x2'";
        QTest::newRow("generator:normal?shape=2x")
            << "expected shape such as 64x20x5x5 of at most 2^32 elements, found '2x'";
        QTest::newRow("generator:normal?shape=99999999x99999999")
            << "expected shape such as 64x20x5x5 of at most 2^32 elements, found "
               "'99999999x99999999'";
        QTest::newRow("generator:normal?seed=x") << "expected seed of 0 to 2^64 - 1, found 'x'";
        QTest::newRow("generator:normal?seed=1&seed=2")
            << "expected numel or shape and seed, each at most once, found 'seed=2'";
        QTest::newRow("generator:normal?shape=2x2&numel=4")
            << "expected numel or shape and seed, each at most once, found 'numel=4'";
        QTest::newRow("generator:normal?n=4")
            << "expected numel or shape and seed, each at most once, found 'n=4'";
    }
    void aWrongTextSaysWhatWouldBeRight()
    {
        QFETCH(QString, problem);
        const QString text = QTest::currentDataTag();
        const auto file = readTensors(text.toStdString());
        QVERIFY(!file);
        QCOMPARE(file.error().kind, ErrorKind::Usage);
        QCOMPARE(QString::fromStdString(file.error().message), text + ": " + problem);
    }

    void aGeneratorIsReadLikeAFile()
    {
        const auto file = readTensors("generator:normal?shape=2x3&seed=9");
        QCOMPARE(file->formatId, "generator");
        QCOMPARE(file->tensors[0].bytes, 24U);
        QVERIFY(std::ranges::equal(file->tensor()->bytes(),
                                   generate({"normal", *Shape::make({2, 3}), 9})->bytes()));
    }

    void generationCanBeStopped()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto tensor = generate({}, JobContext(stop.get_token()));
        QVERIFY(!tensor);
        QCOMPARE(tensor.error().kind, ErrorKind::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestGenerators)
#include "test_generators.moc"
