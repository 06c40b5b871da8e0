// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"
#include "core/analysis/metrics.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/calib/observer.h"
#include "core/pipeline/tensor_pipeline.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace qs;

namespace {

Tensor tensorOf(std::vector<float> values, std::vector<std::int64_t> shape = {})
{
    if (shape.empty())
        shape = {static_cast<std::int64_t>(values.size())};
    return Tensor::fromFloats("x", *Shape::make(shape), std::move(values));
}

std::vector<float> normal(std::size_t n, double mean, double sigma)
{
    const CounterRng rng(5);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(mean + sigma * inverseNormal(rng.uniform(i)));
    return x;
}

Report reportOf(const Tensor& tensor, const QuantSpec& spec)
{
    const auto stats = *computeStats(tensor);
    return *analyze(tensor, stats, spec, *chooseQuantParams(tensor, spec));
}

/// The report's sums, one element after the other in long double.
struct Direct {
    long double e2 = 0;
    long double e2Clipped = 0;
    long double e = 0;
    long double absE = 0;
    long double maxE = 0;
    long double x2 = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::vector<std::int64_t> codes;

    Direct(const Tensor& tensor, const QuantParams& params)
    {
        const auto q = *Quantizer::make(params, tensor.shape());
        codes.resize(static_cast<std::size_t>(params.range().levels()));
        for (std::int64_t i = 0; i < tensor.numel(); ++i) {
            const float x = tensor.at(i);
            if (!std::isfinite(x))
                continue;
            float y = 0;
            float mask = 0;
            std::int32_t code = 0;
            q.fakeQuantize({&x, 1}, i, &y, &mask);
            q.quantize({&x, 1}, i, &code);
            const long double d = static_cast<long double>(y) - static_cast<long double>(x);
            e2 += d * d;
            e += d;
            absE += std::fabs(d);
            maxE = std::max(maxE, std::fabs(d));
            x2 += static_cast<long double>(x) * static_cast<long double>(x);
            if (mask == 0) {
                e2Clipped += d * d;
                (code == params.range().quantMin ? low : high) += 1;
            }
            ++codes[static_cast<std::size_t>(code - params.range().quantMin)];
        }
    }
};

bool close(double found, long double expected)
{
    return std::fabs(static_cast<long double>(found) - expected) <=
           1e-12L * std::max(std::fabs(expected), 1e-300L);
}

} // namespace

class TestReport : public QObject {
    Q_OBJECT

private slots:
    void everyFigure_equalsADirectSum_data()
    {
        QTest::addColumn<double>("mean");
        QTest::addColumn<bool>("perChannel");
        QTest::addColumn<bool>("fixed");
        QTest::newRow("centred") << 0.0 << false << false;
        QTest::newRow("clipped") << 0.0 << false << true;
        QTest::newRow("far from zero") << 1e6 << false << false;
        QTest::newRow("per channel") << 0.5 << true << false;
    }
    void everyFigure_equalsADirectSum()
    {
        QFETCH(double, mean);
        QFETCH(bool, perChannel);
        QFETCH(bool, fixed);
        auto values = normal(70001 * 3, mean, 1);
        values[5] = std::numeric_limits<float>::quiet_NaN();
        values[70000] = std::numeric_limits<float>::infinity();
        const auto tensor = tensorOf(values, {3, 70001});
        QuantSpec spec;
        if (perChannel)
            spec.qscheme = QScheme::PerChannelAffine;
        if (fixed) {
            spec.observer = "fixed";
            spec.scale = {0.01F};
            spec.zeroPoint = {20};
        }
        const auto report = reportOf(tensor, spec);
        const Direct direct(tensor, report.params);
        const auto n = static_cast<long double>(values.size() - 2);
        QCOMPARE(report.n(), static_cast<std::int64_t>(values.size()) - 2);
        QCOMPARE(report.stats.nonfiniteCount(), 2);
        QCOMPARE(report.codeCounts, direct.codes);
        QCOMPARE(report.clippedLow, direct.low);
        QCOMPARE(report.clippedHigh, direct.high);
        QVERIFY(close(report.mse, direct.e2 / n));
        QVERIFY(close(report.clippingMse, direct.e2Clipped / n));
        QVERIFY(close(report.roundingMse + report.clippingMse, direct.e2 / n));
        QVERIFY(close(report.meanAbsError, direct.absE / n));
        QVERIFY(std::fabs(static_cast<long double>(report.meanError) - direct.e / n) <=
                1e-12L * direct.absE / n);
        QCOMPARE(report.maxAbsError, static_cast<double>(direct.maxE));
        QVERIFY(close(*report.sqnrDb(), 10 * std::log10(direct.x2 / direct.e2)));
        // Both error histograms hold every element once.
        std::int64_t counted = 0;
        for (const auto* h : {&report.roundingErrors, &report.clippingErrors})
            counted += std::accumulate(h->counts.begin(), h->counts.end(), h->below + h->above);
        QCOMPARE(counted, report.n());
        if (fixed)
            QVERIFY(report.clippingErrors.above + report.clippingErrors.below > 0);
    }

    void bits_doNotDependOnTheNumberOfThreads()
    {
        const auto tensor = tensorOf(normal(500000, 0.1, 2));
        const auto run = [&](int threads) {
            const ThreadLimit limit(threads);
            return reportOf(tensor, {});
        };
        const auto one = run(1);
        const auto four = run(4);
        for (const auto& metric : metrics())
            QCOMPARE(metric.value(one), metric.value(four));
        QCOMPARE(one.stats, four.stats);
        QCOMPARE(one.codeCounts, four.codeCounts);
    }

    void uniformErrors_haveRmseOfScaleOverRootTwelve_and602dBPerBit()
    {
        // -1 + 2(i + 1/2)/4096, affine: published lesson figures 48.13 dB at 8 bits, 23.52 at 4.
        std::vector<float> u(4096);
        for (std::size_t i = 0; i < u.size(); ++i)
            u[i] = static_cast<float>(-1 + 2 * (static_cast<double>(i) + 0.5) / 4096);
        QuantSpec spec;
        spec.observer = "fixed";
        spec.dtype = DType::Uint8;
        spec.scale = {2.0F / 255};
        spec.zeroPoint = {128};
        const auto eight = reportOf(tensorOf(u), spec);
        QVERIFY(std::fabs(*eight.sqnrDb() - 48.13) < 0.05);
        QVERIFY(std::fabs(*eight.rmsePerScale() - 0.2887) < 0.002);
    }

    void outlier_spoilsTheBulk()
    {
        // 4096 normal quantiles and one 100, symmetric 8-bit: 18.24 dB over all values.
        std::vector<float> x(4097);
        for (std::size_t i = 0; i < 4096; ++i)
            x[i] = static_cast<float>(inverseNormal((static_cast<double>(i) + 0.5) / 4096));
        x[4096] = 100;
        QuantSpec spec;
        spec.observer = "fixed";
        spec.scale = {100.0F / 127};
        spec.zeroPoint = {0};
        const auto report = reportOf(tensorOf(x), spec);
        QVERIFY(std::fabs(*report.sqnrDb() - 18.24) < 0.05);
        QCOMPARE(report.levelsUsed, 11 + 1); // the bulk's eleven, and the outlier's
    }

    void degenerateTensors_giveNoNaN()
    {
        for (const auto& values :
             {std::vector<float>{}, {0}, {0, 0, 0}, {5, 5}, {1e-40F, 2e-40F}}) {
            const auto tensor = tensorOf(values);
            QuantSpec spec;
            spec.observer = "fixed";
            spec.scale = {0.1F};
            spec.zeroPoint = {0};
            const auto report = reportOf(tensor, spec);
            for (const auto& metric : metrics()) {
                const auto value = metric.value(report);
                QVERIFY2(!value || std::isfinite(*value), metric.id.data());
            }
        }
    }

    void sqnr_hasNoValueWithoutError()
    {
        QuantSpec spec;
        spec.observer = "fixed";
        spec.scale = {1};
        spec.zeroPoint = {0};
        QVERIFY(!reportOf(tensorOf({1, 2, 3}), spec).sqnrDb());
    }

    void histogram_countsEveryFiniteElementOnce()
    {
        auto values = normal(100000, 3, 0.1);
        values[3] = std::nanf("");
        const auto tensor = tensorOf(values);
        const auto stats = *computeStats(tensor);
        const auto h = *computeHistogram(tensor, stats, 100);
        QCOMPARE(std::accumulate(h.counts.begin(), h.counts.end(), std::int64_t{0}), 99999);
        QCOMPARE(h.lo, static_cast<double>(stats.min));
        QVERIFY(h.counts.back() >= 1); // the maximum is inside
    }

    void stats_keepTheirDigits_farFromZero()
    {
        const auto values = normal(200000, 1e6, 1);
        long double sum = 0;
        for (const float v : values)
            sum += static_cast<long double>(v);
        const long double mean = sum / 200000;
        long double squares = 0;
        for (const float v : values)
            squares += (static_cast<long double>(v) - mean) * (static_cast<long double>(v) - mean);
        const auto stats = *computeStats(tensorOf(values));
        QVERIFY(close(stats.mean, mean));
        QVERIFY(std::fabs(static_cast<long double>(stats.stddev) - std::sqrt(squares / 200000)) <
                1e-10L);
    }

    void cancelledWork_saysSo()
    {
        std::stop_source source;
        source.request_stop();
        const auto tensor = tensorOf(normal(100000, 0, 1));
        const auto stats = computeStats(tensor, JobContext(source.get_token()));
        QVERIFY(!stats && stats.error().kind == ErrorKind::Cancelled);
    }

    void pipeline_showsOneChannelBesideTheWhole()
    {
        const auto tensor = tensorOf({1, 2, 3, 10, 20, 30}, {2, 3});
        QuantSpec spec;
        spec.qscheme = QScheme::PerChannelSymmetric;
        TensorPipeline pipeline;
        const auto result = pipeline.run({tensor, spec, 1});
        QVERIFY(result);
        QCOMPARE((*result)->report->params.channels(), std::size_t{2});
        QCOMPARE((*result)->shown->params.scaleAt(0), (*result)->report->params.scaleAt(1));
        QCOMPARE((*result)->shownFacts->stats.max, 30.0F);
        const auto wrong = pipeline.run({tensor, spec, 2});
        QVERIFY(!wrong && wrong.error().message.find("channel 2 does not exist") == 0);
    }

    void pipeline_keepsTheFacts_andForgetsThemForAnotherTensor()
    {
        TensorPipeline pipeline;
        const auto a = tensorOf(normal(1000, 0, 1));
        const auto first = *pipeline.run({a, {}, 0});
        QuantSpec four;
        four.dtype = DType::Int4;
        const auto second = *pipeline.run({a, four, 0});
        QCOMPARE(first->facts.get(), second->facts.get());
        const auto third = *pipeline.run({tensorOf(normal(1000, 5, 1)), four, 0});
        QVERIFY(third->facts.get() != second->facts.get());
    }
};

QTEST_APPLESS_MAIN(TestReport)
#include "test_report.moc"
