// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/calib/observer.h"
#include "core/sweep/sweep_axes.h"
#include "core/sweep/sweep_tensor.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

Tensor tensor(Shape shape, bool hostile)
{
    std::vector<float> values(static_cast<std::size_t>(shape.numel()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(inverseNormal(CounterRng(3).uniform(i)));
    if (hostile) {
        values[1] = std::numeric_limits<float>::quiet_NaN();
        values[values.size() / 2] = std::numeric_limits<float>::infinity();
        std::fill(values.end() - 32, values.end(), 0.0F);
    }
    return Tensor::fromFloats("x", std::move(shape), std::move(values));
}

std::vector<QuantSpec> manySpecs()
{
    SweepAxes axes;
    for (const auto& row : dtypes()) {
        if (row.id != DType::Codebook)
            axes.dtypes.push_back(row.id);
    }
    axes.dtypes.push_back(*dtypeByName("e3m4"));
    axes.qschemes.clear();
    for (const auto& row : qschemes())
        axes.qschemes.push_back(row.id);
    axes.groupSizes = {16, 32};
    axes.observers = {"minmax", "moving_average_minmax", "percentile", "histogram"};
    axes.common.percentile = 99;
    return *sweepSpecs(axes);
}

} // namespace

/// All specs at once are each spec alone, to the bit.
class TestSweepTensor : public QObject {
    Q_OBJECT

    static void compare(const Tensor& x, const std::vector<QuantSpec>& specs)
    {
        const auto stats = computeStats(x);
        std::size_t next = 0;
        std::size_t failed = 0;
        const auto done = sweepTensor(x, specs, {}, [&](std::size_t i, auto outcome) {
            QCOMPARE(i, next++);
            const auto& spec = specs[i];
            const auto params = chooseQuantParams(x, spec, {}, &*stats);
            const auto report =
                params ? analyze(x, *stats, spec, *params) : Result<Report>(params.error());
            if (!report) {
                ++failed;
                QVERIFY(!outcome);
                QCOMPARE(outcome.error().message, report.error().message);
                return;
            }
            QVERIFY2(outcome, outcome ? "" : outcome.error().message.c_str());
            const auto& r = outcome->report;
            QVERIFY(r.params == report->params);
            QVERIFY(r.spec == spec);
            QCOMPARE(r.mse, report->mse);
            QCOMPARE(r.meanError, report->meanError);
            QCOMPARE(r.clippedLow, report->clippedLow);
            QVERIFY(r.codeCounts == report->codeCounts);
            const auto observer = observerByName(spec.observer)->make(spec);
            QVERIFY((*observer)->observe(x, {}, &*stats));
            const auto ranges = (*observer)->ranges();
            QCOMPARE(outcome->observed.size(), ranges.size());
            for (std::size_t s = 0; s < ranges.size(); ++s) {
                QCOMPARE(outcome->observed[s].min, ranges[s].min);
                QCOMPARE(outcome->observed[s].max, ranges[s].max);
            }
        });
        QVERIFY(done);
        QCOMPARE(next, specs.size());
        QVERIFY(failed < specs.size());
    }

private slots:
    void outcomes_areThoseOfEachSpecAlone()
    {
        compare(tensor(*Shape::make({6, 256}), false), manySpecs());
        compare(tensor(*Shape::make({4, 8, 40}), true), manySpecs());
    }

    void searchingObservers_areToo()
    {
        SweepAxes axes;
        axes.dtypes = *dtypesOfBits("2,4,8-10");
        axes.dtypes.push_back(DType::Float8E4m3fn);
        axes.qschemes = {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric,
                         QScheme::PerChannelSymmetric};
        axes.observers = {"entropy", "mse", "histogram_1_13"};
        compare(tensor(*Shape::make({3, 400}), true), *sweepSpecs(axes));
    }

    void everyDialect()
    {
        for (const auto& row : dialects()) {
            SweepAxes axes;
            axes.dtypes = {DType::Int4, DType::Quint8, DType::Int12, DType::Float4E2m1};
            axes.qschemes = {QScheme::PerTensorAffine, QScheme::PerChannelSymmetric,
                             QScheme::PerGroupAffine};
            axes.common.dialect = row.id;
            compare(tensor(*Shape::make({3, 100}), true), *sweepSpecs(axes));
        }
    }

    void tensorsWithoutAFiniteElement_areErrorsOfEachSpec()
    {
        const auto specs = manySpecs();
        const std::vector<float> nans(64, std::numeric_limits<float>::quiet_NaN());
        for (const auto& x : {Tensor::fromFloats("e", *Shape::make({0, 4}), {}),
                              Tensor::fromFloats("n", *Shape::make({2, 32}), nans)}) {
            const auto stats = computeStats(x);
            std::size_t rows = 0;
            QVERIFY(sweepTensor(x, specs, {}, [&](std::size_t i, auto outcome) {
                ++rows;
                const auto params = chooseQuantParams(x, specs[i], {}, &*stats);
                QCOMPARE(static_cast<bool>(outcome), static_cast<bool>(params));
            }));
            QCOMPARE(rows, specs.size());
        }
    }

    void stopped_isCancelled()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto done = sweepTensor(tensor(*Shape::make({6, 256}), false), manySpecs(),
                                      JobContext(stop.get_token()),
                                      [](std::size_t, const auto&) { QFAIL("row"); });
        QVERIFY(!done && done.error().kind == ErrorKind::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestSweepTensor)
#include "test_sweep_tensor.moc"
