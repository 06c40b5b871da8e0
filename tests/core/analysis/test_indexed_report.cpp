// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"
#include "core/analysis/indexed_histogram.h"
#include "core/analysis/indexed_report.h"
#include "core/base/parallel.h"
#include "core/calib/observer.h"
#include "core/io/generators.h"
#include "tests/core/index/index_testing.h"

#include <QTest>

using namespace qs;
using namespace qs::test;

namespace {

/// All sums one element after the other in long double.
struct Direct {
    long double e2 = 0;
    long double e2Clipped = 0;
    long double e = 0;
    long double absE = 0;
    long double x2 = 0;
    long double y2 = 0;
    long double xy = 0;

    Direct(const Tensor& tensor, const QuantParams& params, Rounding rounding)
    {
        const auto q = *Quantizer::make(params, tensor.shape(), rounding);
        constexpr float kMost = std::numeric_limits<float>::max();
        for (std::int64_t i = 0; i < tensor.numel(); ++i) {
            const float x = tensor.at(i);
            if (!std::isfinite(x))
                continue;
            float y = 0;
            float t = 0;
            float clip = 0;
            float lsb = 0;
            std::int32_t code = 0;
            q.evaluate({&x, 1}, i, {&y, &t, &clip, &lsb, &code});
            y = std::clamp(y, -kMost, kMost);
            const long double lx = x;
            const long double ly = y;
            const long double d = ly - lx;
            e2 += d * d;
            if (clip != 0)
                e2Clipped += d * d;
            e += d;
            absE += std::fabs(d);
            x2 += lx * lx;
            y2 += ly * ly;
            xy += lx * ly;
        }
    }
};

void compare(const Report& found, const Report& expected, const std::string& what)
{
    QVERIFY2(found.codeCounts == expected.codeCounts, what.c_str());
    QVERIFY2(found.levelsUsed == expected.levelsUsed, what.c_str());
    QVERIFY2(found.clippedLow == expected.clippedLow, what.c_str());
    QVERIFY2(found.clippedHigh == expected.clippedHigh, what.c_str());
    QVERIFY2(found.roundingErrors == expected.roundingErrors, what.c_str());
    QVERIFY2(found.clippingErrors == expected.clippingErrors, what.c_str());
    QVERIFY2(found.maxAbsError == expected.maxAbsError, what.c_str());
    QVERIFY2(agree(found.codeEntropyBits, expected.codeEntropyBits, 1), what.c_str());
    QVERIFY2(found.cosineSimilarity.has_value() == expected.cosineSimilarity.has_value(),
             what.c_str());
}

void compareSums(const Report& r, const Direct& d, const std::string& what)
{
    const auto n = static_cast<long double>(std::max<std::int64_t>(r.n(), 1));
    QVERIFY2(agree(r.mse, d.e2 / n), what.c_str());
    QVERIFY2(agree(r.clippingMse, d.e2Clipped / n), what.c_str());
    QVERIFY2(agree(r.roundingMse, (d.e2 - d.e2Clipped) / n, 1e-3L * d.e2 / n), what.c_str());
    QVERIFY2(agree(r.meanError, d.e / n, d.absE / n), what.c_str());
    QVERIFY2(agree(r.meanAbsError, d.absE / n), what.c_str());
    QVERIFY2(agree(r.signalPower, d.x2 / n), what.c_str());
    if (r.cosineSimilarity)
        QVERIFY2(
            agree(*r.cosineSimilarity, std::min(d.xy / std::sqrt(d.x2) / std::sqrt(d.y2), 1.0L), 1),
            what.c_str());
}

/// Both plans on one tensor and spec.
void check(const Tensor& tensor, const QuantSpec& spec, const std::string& name)
{
    const std::string what = name + ", " + std::string(info(spec.dtype).name) + " " +
                             std::string(info(spec.qscheme).name);
    const auto stats = *computeStats(tensor);
    const auto params = chooseQuantParams(tensor, spec);
    if (!params)
        return; // nothing finite, or a range float32 cannot hold
    const auto index = *ValueIndex::build(tensor, *spec.layout(tensor.shape()));
    const auto indexed = analyzeIndexed(index->all(), stats, spec, *params);
    QVERIFY2(indexed && *indexed, what.c_str());
    const auto read = *analyze(tensor, stats, spec, *params);
    compare(**indexed, read, what);
    const Direct direct(tensor, *params, spec.rounding);
    compareSums(**indexed, direct, what + ", indexed");
    compareSums(read, direct, what + ", read");
}

} // namespace

class TestIndexedReport : public QObject {
    Q_OBJECT

private slots:
    void everyFigure_isTheOneThatReadingGives_onAwkwardTensors()
    {
        for (const auto& [name, x] : awkwardValues(20000)) {
            for (const auto dtype : {DType::Qint8, DType::Int4, DType::Float8E4m3fn}) {
                for (const bool fixed : {false, true}) {
                    QuantSpec spec;
                    spec.dtype = dtype;
                    if (fixed) {
                        spec.observer = "fixed";
                        spec.scale = {0.01F};
                        spec.zeroPoint = {dtype == DType::Qint8 ? 20 : 0};
                    }
                    check(tensorOf(x), spec, name);
                }
            }
        }
    }

    void everyScalarDtype_agrees()
    {
        const auto tensor = tensorOf(normal(60000));
        for (const auto& row : dtypes()) {
            if (row.isBlock() || row.family == Family::Ggml || row.bits > 16)
                continue;
            QuantSpec spec;
            spec.dtype = row.id;
            if (row.id == DType::Codebook)
                spec.codebook = {-3.0F, -0.3F, 0.1F, 0.7F, 2.0F};
            check(tensor, spec, "normal");
        }
    }

    void everyDialect_agrees()
    {
        const auto tensor = tensorOf(normal(60000, 0.3, 1));
        for (const auto& dialect : dialects()) {
            for (const auto scheme : {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric,
                                      QScheme::PerChannelAffine}) {
                QuantSpec spec;
                spec.dialect = dialect.id;
                spec.qscheme = scheme;
                check(Tensor::fromFloats("x", *Shape::make({6, 10000}),
                                         {tensor.floats().begin(), tensor.floats().end()}),
                      spec, std::string(dialect.name));
            }
        }
    }

    void otherRoundings_agree()
    {
        const auto tensor = tensorOf(normal(60000));
        for (const auto rounding : {Rounding::HalfAway, Rounding::Floor}) {
            for (const auto dtype : {DType::Qint8, DType::Float4E2m1, DType::Float6E3m2}) {
                QuantSpec spec;
                spec.dtype = dtype;
                spec.rounding = rounding;
                check(tensor, spec, "normal");
            }
        }
    }

    void floatZeroPoints_agree()
    {
        QuantSpec spec;
        spec.qscheme = QScheme::PerChannelAffineFloatQParams;
        check(tensorOf(normal(30000, 5, 1), {3, 10000}), spec, "float zero_point");
    }

    void largeRuns_areSearched_andAgree()
    {
        // Long enough that every code's errors are searched for, not read.
        const auto tensor = tensorOf(normal(3'000'000));
        QuantSpec spec;
        check(tensor, spec, "large");
        spec.dtype = DType::Float8E5m2;
        check(tensor, spec, "large");
        spec.dtype = DType::Int4;
        spec.observer = "fixed";
        spec.scale = {0.1F};
        spec.zeroPoint = {0};
        check(tensor, spec, "large and clipped");
    }

    void countTables_agree()
    {
        std::vector<std::uint16_t> half(50000);
        const CounterRng rng(9);
        for (std::size_t i = 0; i < half.size(); ++i)
            half[i] = static_cast<std::uint16_t>(rng.bits(i)); // all patterns, NaN too
        QuantSpec spec;
        spec.observer = "fixed";
        spec.scale = {0.5F};
        spec.zeroPoint = {3};
        for (const auto type : {ElementType::Float16, ElementType::Int16})
            check(Tensor::fromVector("x", type, *Shape::make({50000}), half), spec, "table");
        std::vector<std::int8_t> bytes(50000);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::int8_t>(rng.bits(i));
        spec.dtype = DType::Int3;
        spec.scale = {11.0F};
        check(Tensor::fromVector("x", ElementType::Int8, *Shape::make({50000}), bytes), spec,
              "bytes");
    }

    void threads_doNotMatter()
    {
        const auto tensor = tensorOf(cauchy(400000));
        const auto stats = *computeStats(tensor);
        QuantSpec spec;
        spec.observer = "fixed";
        spec.scale = {0.1F};
        spec.zeroPoint = {0};
        const auto params = *chooseQuantParams(tensor, spec);
        const auto index = indexOf(tensor);
        const auto many = **analyzeIndexed(index->all(), stats, spec, params);
        const ThreadLimit one(1);
        const auto single = **analyzeIndexed(index->all(), stats, spec, params);
        QCOMPARE(many.mse, single.mse);
        QCOMPARE(many.meanError, single.meanError);
        QCOMPARE(many.meanAbsError, single.meanAbsError);
        QCOMPARE(many.roundingErrors, single.roundingErrors);
    }

    void groupsAndStochasticRounding_areNotForIt()
    {
        const auto tensor = tensorOf(normal(4096));
        const auto stats = *computeStats(tensor);
        const auto index = indexOf(tensor);
        QuantSpec spec;
        spec.rounding = Rounding::Stochastic;
        QVERIFY(!*analyzeIndexed(index->all(), stats, spec, *chooseQuantParams(tensor, spec)));
        spec.rounding = Rounding::HalfEven;
        spec.qscheme = QScheme::PerGroupAffine;
        QVERIFY(!*analyzeIndexed(index->all(), stats, spec, *chooseQuantParams(tensor, spec)));
    }

    void it_canBeStopped()
    {
        const auto tensor = tensorOf(normal(4096));
        const auto index = indexOf(tensor);
        std::stop_source stop;
        stop.request_stop();
        const auto report =
            analyzeIndexed(index->all(), *computeStats(tensor), {}, *chooseQuantParams(tensor, {}),
                           JobContext(stop.get_token()));
        QVERIFY(!report);
        QCOMPARE(report.error().kind, ErrorKind::Cancelled);
    }

    /// Bins on any zoom are those of counting one element after the other.
    void histograms_areExact_overAnyRange()
    {
        for (const auto& [name, x] : awkwardValues(20000)) {
            const auto tensor = tensorOf(x);
            const auto index = indexOf(tensor);
            for (const HistogramBins& bins :
                 {HistogramBins{-3, 3, 256}, HistogramBins{-1e-3, 2e-3, 100},
                  HistogramBins{0.25, 0.5, 7}, HistogramBins{999990, 1000010, 333},
                  HistogramBins{-3e38, 3e38, 64}, HistogramBins{0.3, 0.30000001, 5}}) {
                Histogram expected;
                expected.lo = bins.lo;
                expected.hi = bins.hi;
                expected.counts.assign(static_cast<std::size_t>(bins.count), 0);
                for (const float v : x) {
                    if (!std::isfinite(v))
                        continue;
                    const auto d = static_cast<double>(v);
                    if (d < bins.lo)
                        ++expected.below;
                    else if (d > bins.hi)
                        ++expected.above;
                    else
                        ++expected.counts[static_cast<std::size_t>(bins.binOf(d))];
                }
                QVERIFY2(indexedHistogram(index->set(0), bins) == expected, name.c_str());
                QVERIFY2(*computeHistogram(tensor, bins) == expected, name.c_str());
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestIndexedReport)
#include "test_indexed_report.moc"
