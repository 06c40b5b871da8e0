// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/calibration_board.h"
#include "core/analysis/error_curves.h"
#include "core/analysis/error_histogram.h"
#include "core/analysis/error_landscape.h"
#include "core/analysis/rate_distortion.h"
#include "core/calib/params_from_ranges.h"
#include "tests/core/index/index_testing.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace qs;
using namespace qs::test;

namespace {

/// The same tensor with and without an index.
std::array<ErrorSource, 2> sourcesOf(const Tensor& tensor, const ParamLayout& layout)
{
    const auto stats = *computeStats(tensor);
    return {ErrorSource{tensor, stats, *ValueIndex::build(tensor, layout)},
            ErrorSource{tensor, stats, nullptr}};
}

std::array<ErrorSource, 2> sourcesOf(const Tensor& tensor)
{
    return sourcesOf(tensor, ParamLayout::perTensor(tensor.numel()));
}

/// Each point of both curves is the report of its own parameters.
void checkCurve(const ErrorCurve& indexed, const ErrorCurve& read, const ErrorSource& source,
                const QuantSpec& spec)
{
    QCOMPARE(indexed.size(), read.size());
    QVERIFY(!indexed.empty());
    for (std::size_t i = 0; i < indexed.size(); ++i) {
        QVERIFY(i == 0 || indexed[i].at > indexed[i - 1].at);
        QCOMPARE(indexed[i].at, read[i].at);
        const auto report = *analyze(source.tensor, source.stats, spec, indexed[i].params);
        for (const auto* point : {&indexed[i], &read[i]}) {
            QVERIFY(agree(point->errors.mse(), report.mse));
            QVERIFY(agree(point->errors.roundingMse(), report.roundingMse, 1e-3L * report.mse));
            QVERIFY(agree(point->errors.clippingMse(), report.clippingMse));
            QCOMPARE(point->errors.clippedLow, report.clippedLow);
            QCOMPARE(point->errors.clippedHigh, report.clippedHigh);
            QCOMPARE(point->errors.count, report.n());
            QCOMPARE(point->errors.sqnrDb().has_value(), report.sqnrDb().has_value());
            if (report.sqnrDb())
                QVERIFY(agree(*point->errors.sqnrDb(), *report.sqnrDb(), 1));
        }
    }
}

} // namespace

class TestErrorCurves : public QObject {
    Q_OBJECT

private slots:
    void againstScale_everyPointIsItsReport()
    {
        const auto tensor = tensorOf(normal(30000));
        const auto [indexed, read] = sourcesOf(tensor);
        const auto factors = equalRatios(1.0 / 64, 8, 40);
        QCOMPARE(factors.front(), 1.0 / 64);
        QCOMPARE(factors.back(), 8.0);
        for (const auto dtype : {DType::Qint8, DType::Float8E4m3fn}) {
            QuantSpec spec;
            spec.dtype = dtype;
            const auto params = *chooseQuantParams(tensor, spec);
            const auto a = *errorAgainstScale(indexed, spec, params, factors);
            const auto b = *errorAgainstScale(read, spec, params, factors);
            checkCurve(a, b, read, spec);
            QVERIFY(std::fabs(a.front().at / static_cast<double>(params.scaleAt(0)) - 1.0 / 64) <
                    1e-6);
        }
    }

    void againstScale_perChannel_runsOverFactors()
    {
        const auto tensor = tensorOf(normal(5 * 2000), {5, 2000});
        QuantSpec spec;
        spec.qscheme = QScheme::PerChannelSymmetric;
        const auto layout = *spec.layout(tensor.shape());
        const auto [indexed, read] = sourcesOf(tensor, layout);
        const auto params = *chooseQuantParams(tensor, spec);
        const auto factors = equalRatios(0.25, 4, 9);
        const auto a = *errorAgainstScale(indexed, spec, params, factors);
        checkCurve(a, *errorAgainstScale(read, spec, params, factors), read, spec);
        QCOMPARE(a[0].at, 0.25);
    }

    void againstClipRange_hasTheSplitOfRoundingAndClipping()
    {
        const auto tensor = tensorOf(normal(30000));
        const auto [indexed, read] = sourcesOf(tensor);
        QuantSpec spec;
        spec.dtype = DType::Int4;
        spec.qscheme = QScheme::PerTensorSymmetric;
        const ChannelRange range{read.stats.min, read.stats.max, true};
        const auto fractions = equalRatios(0.1, 2, 30);
        const auto curve = *errorAgainstClipRange(indexed, spec, {&range, 1}, fractions);
        checkCurve(curve, *errorAgainstClipRange(read, spec, {&range, 1}, fractions), read, spec);
        // Clipping falls and rounding grows with the range; the sum has its smallest inside.
        QVERIFY(curve.front().errors.clippingMse() > curve.front().errors.roundingMse());
        QVERIFY(curve.back().errors.clippingMse() == 0);
        const auto least = std::min_element(curve.begin(), curve.end(),
                                            [](const CurvePoint& a, const CurvePoint& b) {
                                                return a.errors.mse() < b.errors.mse();
                                            });
        QVERIFY(least != curve.begin() && least + 1 != curve.end());
        QVERIFY(std::fabs(curve.back().at - 2 * std::max(-static_cast<double>(range.min),
                                                         static_cast<double>(range.max))) < 1e-5);
    }

    void againstZeroPoint_isExact_forAllAndForSome()
    {
        const auto tensor = tensorOf(normal(20000, 1, 1));
        const auto [indexed, read] = sourcesOf(tensor);
        QuantSpec spec;
        const auto params = *chooseQuantParams(tensor, spec);
        const auto all = *errorAgainstZeroPoint(indexed, spec, params, 1000);
        QCOMPARE(all.size(), std::size_t{256});
        const auto some = *errorAgainstZeroPoint(indexed, spec, params, 20);
        QCOMPARE(some.size(), std::size_t{20});
        QCOMPARE(some.front().at, -128.0);
        QCOMPARE(some.back().at, 127.0);
        checkCurve(some, *errorAgainstZeroPoint(read, spec, params, 20), read, spec);
        spec.dtype = DType::Float8E4m3fn;
        QVERIFY(
            errorAgainstZeroPoint(indexed, spec, *chooseQuantParams(tensor, spec), 20)->empty());
    }

    void againstBits_evenValuesLieOnTheLineOfSixDecibels()
    {
        const CounterRng rng(1);
        std::vector<float> x(200000);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = static_cast<float>(2 * rng.uniform(i) - 1);
        const auto tensor = tensorOf(x);
        const auto [indexed, read] = sourcesOf(tensor);
        const auto curve = *errorAgainstBits(indexed, {});
        QCOMPARE(curve.size(), std::size_t{15});
        checkCurve(curve, *errorAgainstBits(read, {}), read, {});
        QCOMPARE(uniformSqnrDb(1), 20 * std::log10(2.0));
        for (const auto& point : curve) {
            // The range has 2^bits - 1 steps: a little below at few bits.
            const double levels = std::exp2(point.at);
            const double expected =
                uniformSqnrDb(point.at) + 20 * std::log10((levels - 1) / levels);
            QVERIFY(std::fabs(*point.errors.sqnrDb() - expected) < 0.1);
        }
    }

    void groupsAndBlocks_areRead()
    {
        const auto tensor = tensorOf(normal(4096));
        const auto [indexed, read] = sourcesOf(tensor);
        QuantSpec spec;
        spec.qscheme = QScheme::PerGroupSymmetric;
        spec.axis = -1;
        const auto factors = equalRatios(0.5, 2, 5);
        const auto params = *chooseQuantParams(tensor, spec);
        const auto a = *errorAgainstScale(indexed, spec, params, factors);
        checkCurve(a, *errorAgainstScale(read, spec, params, factors), read, spec);
    }

    void parametersThatDoNotFit_areAnErrorOfTheirItem()
    {
        const auto tensor = tensorOf(normal(100), {4, 25});
        const auto [indexed, read] = sourcesOf(tensor);
        QuantParts parts;
        parts.qscheme = QScheme::PerChannelAffine;
        parts.scale = {1, 1, 1};
        parts.zeroPoint = {0, 0, 0};
        const AnalysisItem items[] = {{{}, *QuantParams::make(parts)},
                                      {{}, *chooseQuantParams(tensor, {})}};
        for (const auto* source : {&indexed, &read}) {
            const auto errors = *errorsOf(*source, items);
            QVERIFY(!errors[0]);
            QVERIFY(errors[1]);
        }
    }

    void errorHistograms_areExact_overAnyBins()
    {
        for (const auto& [name, x] : awkwardValues(30000)) {
            const auto tensor = tensorOf(x);
            const auto [indexed, read] = sourcesOf(tensor);
            for (const auto dtype : {DType::Int3, DType::Float8E5m2}) {
                QuantSpec spec;
                spec.dtype = dtype;
                spec.observer = "fixed";
                spec.scale = {0.3F};
                spec.zeroPoint = {0};
                const AnalysisItem item{spec, *chooseQuantParams(tensor, spec)};
                for (const auto unit : {ErrorUnit::Lsb, ErrorUnit::Value}) {
                    for (const HistogramBins& bins :
                         {HistogramBins{-1, 1, 256}, HistogramBins{-0.1, 0.25, 1000},
                          HistogramBins{-2, 3, 7}, HistogramBins{-1e-3, 1e-3, 33}}) {
                        const auto a = *errorHistograms(indexed, item, bins, unit);
                        const auto b = *errorHistograms(read, item, bins, unit);
                        QVERIFY2(a.rounding == b.rounding, name.c_str());
                        QVERIFY2(a.clipping == b.clipping, name.c_str());
                        std::int64_t n = 0;
                        for (const auto* h : {&a.rounding, &a.clipping})
                            n += std::accumulate(h->counts.begin(), h->counts.end(),
                                                 h->below + h->above);
                        QCOMPARE(n, read.stats.finiteCount());
                    }
                }
            }
        }
        const auto [indexed, read] = sourcesOf(tensorOf(normal(10)));
        const AnalysisItem item{{}, *chooseQuantParams(read.tensor, {})};
        QVERIFY(!errorHistograms(indexed, item, {1, 1, 5}, ErrorUnit::Lsb));
        QVERIFY(!errorHistograms(indexed, item, {0, 1, 0}, ErrorUnit::Lsb));
    }

    void errorHistograms_overOneLsb_areTheReports()
    {
        const auto tensor = tensorOf(normal(3'000'000));
        const auto [indexed, read] = sourcesOf(tensor);
        const AnalysisItem item{{}, *chooseQuantParams(tensor, {})};
        const auto report = *analyze(tensor, read.stats, item.spec, item.params);
        const auto found = *errorHistograms(indexed, item, {-1, 1, kErrorBins}, ErrorUnit::Lsb);
        QCOMPARE(found.rounding.below + found.rounding.above, std::int64_t{0});
        // The report's bins are found in float32, these in double: only borders may differ.
        std::int64_t moved = 0;
        for (std::size_t i = 0; i < found.rounding.counts.size(); ++i)
            moved += std::abs(found.rounding.counts[i] - report.roundingErrors.counts[i]);
        QVERIFY(moved < 100);
        const auto single = *errorHistograms(read, item, {-1, 1, kErrorBins}, ErrorUnit::Lsb);
        QCOMPARE(found.rounding, single.rounding);
    }

    void landscape_everyPointIsExact_inEveryDialect()
    {
        const auto tensor = tensorOf(normal(5000, 0.5, 1));
        const auto index = indexOf(tensor);
        std::vector<float> scales;
        for (const double s : equalRatios(0.003, 0.3, 33))
            scales.push_back(static_cast<float>(s));
        const std::vector<std::int32_t> zeros{-128, -40, 0, 77, 127};
        for (const auto dialect : {Dialect::Torch, Dialect::Onnx, Dialect::TensorFlow}) {
            QuantSpec spec;
            spec.dialect = dialect;
            const auto params = *chooseQuantParams(tensor, spec);
            int answers = 0;
            const auto landscape =
                *errorLandscape(index->set(0), params, spec.rounding, scales, zeros, {},
                                [&](const ErrorLandscape& soFar) {
                                    ++answers;
                                    // Coarse first: every stride-th row is there.
                                    for (std::size_t s = 0; s < scales.size(); ++s)
                                        QCOMPARE(std::isnan(soFar.at(s, 0)),
                                                 s % static_cast<std::size_t>(soFar.stride) != 0);
                                });
            QCOMPARE(answers, 5);
            QCOMPARE(landscape.stride, 1);
            for (std::size_t s = 0; s < scales.size(); s += 4) {
                for (std::size_t z = 0; z < zeros.size(); ++z) {
                    QuantSpec fixed = spec;
                    fixed.observer = "fixed";
                    fixed.scale = {scales[s]};
                    fixed.zeroPoint = {zeros[z]};
                    const auto report = *analyze(tensor, *computeStats(tensor), fixed,
                                                 *chooseQuantParams(tensor, fixed));
                    QVERIFY(agree(landscape.at(s, z), report.mse));
                }
            }
        }
    }

    void landscape_refusesWhatHasNoZeroPoint()
    {
        const auto tensor = tensorOf(normal(100));
        const auto index = indexOf(tensor);
        QuantSpec spec;
        const auto params = *chooseQuantParams(tensor, spec);
        QVERIFY(!errorLandscape(index->set(0), params, spec.rounding, {0.1F}, {200}));
        spec.dtype = DType::Float8E4m3fn;
        QVERIFY(!errorLandscape(index->set(0), *chooseQuantParams(tensor, spec), spec.rounding,
                                {0.1F}, {0}));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!errorLandscape(index->set(0), params, Rounding::HalfEven, {0.1F}, {0},
                                JobContext(stop.get_token())));
    }

    void board_placesEveryCalibratorOnOneFooting()
    {
        const auto tensor = tensorOf(cauchy(20000));
        for (const auto& source : sourcesOf(tensor)) {
            QuantSpec spec;
            const auto board = *calibrationBoard(source, spec, 0, 64);
            std::set<std::string> names;
            double best = std::numeric_limits<double>::infinity();
            double mse = 0;
            for (const auto& choice : board) {
                QVERIFY2(choice.problem.empty(), choice.problem.c_str());
                names.insert(choice.observer);
                const auto report = *analyze(tensor, source.stats, spec, choice.params);
                QVERIFY(agree(choice.errors.mse(), report.mse));
                best = std::min(best, choice.errors.mse());
                if (choice.observer == "mse")
                    mse = choice.errors.mse();
                QVERIFY(choice.steps.size() <= 128);
                QVERIFY(choice.steps.size() <= choice.stepsSeen);
                for (const auto& step : choice.steps) {
                    const ChannelRange range{step.step.min, step.step.max, true};
                    const auto params = *paramsFromRanges(spec, {&range, 1});
                    QCOMPARE(step.scale, static_cast<double>(params.scaleAt(0)));
                    QVERIFY(agree(step.mse, analyze(tensor, source.stats, spec, params)->mse));
                }
            }
            QCOMPARE(mse, best);
            QVERIFY(names.contains("minmax") && names.contains("histogram") &&
                    names.contains("percentile") && names.contains("entropy"));
            QVERIFY(!names.contains("fixed") && !names.contains("noop"));
        }
    }

    void board_saysWhyThereIsNoChoice()
    {
        const auto tensor = tensorOf({std::nanf(""), std::nanf("")});
        const auto [indexed, read] = sourcesOf(tensor);
        const auto board = *calibrationBoard(indexed, {});
        for (const auto& choice : board)
            QVERIFY(!choice.problem.empty());
    }

    void formats_areAllThere_andTheFrontIsOne()
    {
        const auto tensor = tensorOf(normal(256 * 8), {8, 256});
        const auto [indexed, read] = sourcesOf(tensor);
        const auto specs = formatSpecs({});
        QCOMPARE(specs.size(), dtypes().size() - 1); // but codebook
        const auto points = *rateDistortion(indexed, specs);
        const auto others = *rateDistortion(read, specs);
        QCOMPARE(points.size(), specs.size());
        int front = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const auto& p = points[i];
            QVERIFY2(p.problem.empty(), p.problem.c_str());
            const auto report = *analyze(tensor, read.stats, p.spec, p.params);
            QVERIFY(agree(p.errors.mse(), report.mse));
            QVERIFY(agree(others[i].errors.mse(), report.mse));
            QCOMPARE(p.bitsPerWeight, report.bitsPerWeight());
            front += p.onFront ? 1 : 0;
            for (const auto& q : points) {
                if (p.onFront)
                    QVERIFY(
                        !(q.bitsPerWeight < p.bitsPerWeight && q.errors.mse() < p.errors.mse()));
            }
        }
        QVERIFY(front > 5);
    }

    void formats_thatCannotHoldTheTensor_saySo()
    {
        const auto tensor = tensorOf(normal(33)); // no whole ggml block
        const auto [indexed, read] = sourcesOf(tensor);
        int problems = 0;
        const auto points = *rateDistortion(indexed, formatSpecs({}));
        for (const auto& point : points) {
            const bool ggml = info(point.spec.dtype).family == Family::Ggml;
            QCOMPARE(point.problem.empty(), !ggml);
            QVERIFY(point.problem.empty() || !point.onFront);
            problems += ggml ? 1 : 0;
        }
        QVERIFY(problems > 5);
    }
};

QTEST_APPLESS_MAIN(TestErrorCurves)
#include "test_error_curves.moc"
