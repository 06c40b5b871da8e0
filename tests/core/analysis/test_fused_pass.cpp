// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"
#include "core/analysis/metrics.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/calib/observer.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>

using namespace qs;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

Tensor tensorOf(std::vector<float> values, std::vector<std::int64_t> shape = {})
{
    if (shape.empty())
        shape = {static_cast<std::int64_t>(values.size())};
    return Tensor::fromFloats("x", *Shape::make(shape), std::move(values));
}

std::vector<float> normal(std::size_t n, double mean = 0, double sigma = 1)
{
    const CounterRng rng(7);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(mean + sigma * inverseNormal(rng.uniform(i)));
    return x;
}

/// As heavy as tails get: neither a mean nor a variance.
std::vector<float> cauchy(std::size_t n)
{
    const CounterRng rng(8);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(std::tan(3.14159265 * (rng.uniform(i) - 0.5)));
    return x;
}

QuantSpec specOf(DType dtype)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.axis = defaultAxis(spec);
    return spec;
}

QuantSpec fixed(DType dtype, float scale, int zeroPoint = 0)
{
    QuantSpec spec = specOf(dtype);
    spec.observer = "fixed";
    spec.scale = {scale};
    spec.zeroPoint = {zeroPoint};
    return spec;
}

AnalysisItem itemOf(const Tensor& tensor, const QuantSpec& spec)
{
    return {spec, *chooseQuantParams(tensor, spec)};
}

Report reportOf(const Tensor& tensor, const QuantSpec& spec)
{
    return *analyze(tensor, *computeStats(tensor), spec, *chooseQuantParams(tensor, spec));
}

/// Every figure of two reports, bit for bit.
bool same(const Report& a, const Report& b)
{
    for (const auto& metric : metrics()) {
        if (metric.value(a) != metric.value(b))
            return false;
    }
    return a.spec == b.spec && a.stats == b.stats && a.mse == b.mse && a.meanError == b.meanError &&
           a.meanAbsError == b.meanAbsError && a.maxAbsError == b.maxAbsError &&
           a.roundingMse == b.roundingMse && a.clippingMse == b.clippingMse &&
           a.signalPower == b.signalPower && a.cosineSimilarity == b.cosineSimilarity &&
           a.clippedLow == b.clippedLow && a.clippedHigh == b.clippedHigh &&
           a.codeCounts == b.codeCounts && a.levelsUsed == b.levelsUsed &&
           a.codeEntropyBits == b.codeEntropyBits && a.roundingErrors == b.roundingErrors &&
           a.clippingErrors == b.clippingErrors;
}

bool close(double found, long double expected)
{
    return std::fabs(static_cast<long double>(found) - expected) <=
           1e-12L * std::fabs(expected) + 1e-300L;
}

/// The codes of a tensor's finite elements, one by one.
std::map<std::int32_t, std::int64_t> codesOf(const Tensor& tensor, const AnalysisItem& item)
{
    const auto quantizer = *Quantizer::make(item.params, tensor.shape());
    std::map<std::int32_t, std::int64_t> counts;
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        const float x = tensor.at(i);
        std::int32_t code = 0;
        quantizer.quantize({&x, 1}, i, &code);
        if (std::isfinite(x))
            ++counts[code];
    }
    return counts;
}

Histogram naive(const Tensor& tensor, const HistogramBins& bins)
{
    Histogram h;
    h.lo = bins.lo;
    h.hi = bins.hi;
    h.counts.assign(static_cast<std::size_t>(bins.count), 0);
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        const auto x = static_cast<double>(tensor.at(i));
        if (!std::isfinite(x))
            continue;
        if (x < bins.lo)
            ++h.below;
        else if (x > bins.hi)
            ++h.above;
        else
            ++h.counts[static_cast<std::size_t>(bins.binOf(x))];
    }
    return h;
}

} // namespace

/// One read of a tensor answers everything that many quantizers and the histogram ask.
class TestFusedPass : public QObject {
    Q_OBJECT

    /// A tensor with a bit of everything, and many quantizers for it.
    Tensor m_tensor;
    TensorStats m_stats;
    std::vector<AnalysisItem> m_items;

private slots:
    void initTestCase()
    {
        auto values = normal(std::size_t{70} * 2048, 0.3);
        values[9] = std::nanf("");
        values[70000] = kInf;
        values[70001] = -kInf;
        values[100000] = 40;
        m_tensor = tensorOf(values, {70, 2048});
        m_stats = *computeStats(m_tensor);
        for (const auto& row : dtypes()) {
            QuantSpec spec = specOf(row.id);
            if (row.id == DType::Codebook)
                spec.codebook = {-1, -0.25F, 0, 0.5F, 1};
            m_items.push_back(itemOf(m_tensor, spec));
        }
        QuantSpec channels = specOf(DType::Int8);
        channels.qscheme = QScheme::PerChannelAffine;
        channels.axis = 0;
        m_items.push_back(itemOf(m_tensor, channels));
        QuantSpec random = fixed(DType::Uint4, 0.2F, 7);
        random.rounding = Rounding::Stochastic;
        random.seed = 3;
        m_items.push_back(itemOf(m_tensor, random));
    }

    void manyQuantizers_giveTheReportsOfEachAlone_data()
    {
        QTest::addColumn<quint64>("tableBytes");
        QTest::newRow("in one read") << (quint64{1} << 30);
        QTest::newRow("few to a read") << quint64{3000000};
        QTest::newRow("one to a read") << quint64{0};
    }
    void manyQuantizers_giveTheReportsOfEachAlone()
    {
        QFETCH(quint64, tableBytes);
        AnalysisOptions options;
        options.tableBytes = tableBytes;
        const auto all = analyzeInOneRead(m_tensor, m_stats, m_items, options);
        QVERIFY(all);
        QVERIFY(!all->values);
        QCOMPARE(all->reports.size(), m_items.size());
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            const auto& item = m_items[i];
            const auto alone = analyze(m_tensor, m_stats, item.spec, item.params);
            QVERIFY(alone && all->reports[i]);
            QVERIFY2(same(*all->reports[i], *alone), info(item.spec.dtype).name.data());
        }
    }

    void anItemThatDoesNotFit_hasItsError_andTheOthersTheirReports()
    {
        QuantSpec spec = specOf(DType::Int8);
        spec.qscheme = QScheme::PerChannelAffine;
        spec.axis = 0;
        const auto other = tensorOf(normal(30), {3, 10});
        const std::vector<AnalysisItem> items = {m_items[0], itemOf(other, spec), m_items[1]};
        const auto reports = analyzeAll(m_tensor, m_stats, items);
        QVERIFY(reports);
        QVERIFY((*reports)[0] && (*reports)[2]);
        QVERIFY(!(*reports)[1] && (*reports)[1].error().kind == ErrorKind::Usage);
    }

    void values_countedBesideTheReports_areComputeHistograms_data()
    {
        QTest::addColumn<int>("bins");
        for (const int bins : {1, 7, 512, 5000})
            QTest::addRow("%d", bins) << bins;
    }
    void values_countedBesideTheReports_areComputeHistograms()
    {
        QFETCH(int, bins);
        AnalysisOptions options;
        options.valueBins = bins;
        const auto expected = *computeHistogram(m_tensor, m_stats, bins);
        const auto fused = analyzeInOneRead(m_tensor, m_stats, {m_items.data(), 2}, options);
        QCOMPARE(*fused->values, expected);
        QCOMPARE(*analyzeInOneRead(m_tensor, m_stats, {}, options)->values, expected);
        QCOMPARE(expected, naive(m_tensor, HistogramBins::of(m_stats, bins)));
        QCOMPARE(expected.below + expected.above, 0);
    }

    void binsOverAnyRange_countWhatLiesOutside_data()
    {
        QTest::addColumn<double>("lo");
        QTest::addColumn<double>("hi");
        QTest::addColumn<int>("bins");
        QTest::newRow("zoomed in") << -0.01 << 0.012 << 256;
        QTest::newRow("wider than the values") << -100.0 << 100.0 << 64;
        QTest::newRow("below all") << -9e9 << -8e9 << 16;
        QTest::newRow("one bin") << 0.0 << 1.0 << 1;
        QTest::newRow("many") << -1.0 << 1.0 << 70000;
        QTest::newRow("narrower than float32") << 0.3 << 0.3 + 1e-12 << 32;
    }
    void binsOverAnyRange_countWhatLiesOutside()
    {
        QFETCH(double, lo);
        QFETCH(double, hi);
        QFETCH(int, bins);
        const HistogramBins over{lo, hi, bins};
        const auto h = computeHistogram(m_tensor, over);
        QVERIFY(h);
        QCOMPARE(*h, naive(m_tensor, over));
        QCOMPARE(std::accumulate(h->counts.begin(), h->counts.end(), h->below + h->above),
                 m_stats.finiteCount());
    }

    void binsOnEveryEdge_keepTheUpperOneInside()
    {
        const auto h = *computeHistogram(tensorOf({0, 1, 2, 3, 4, -1e-30F, 5}), {0, 4, 4});
        QCOMPARE(h.counts, (std::vector<std::int64_t>{1, 1, 1, 2}));
        QCOMPARE(h.below, 1);
        QCOMPARE(h.above, 1);
    }

    void binsWithoutARange_areRefused()
    {
        const double nan = std::nan("");
        const double most = std::numeric_limits<double>::max();
        for (const auto& bins :
             {HistogramBins{1, 1, 4}, HistogramBins{2, 1, 4}, HistogramBins{nan, 1, 4},
              HistogramBins{0, HUGE_VAL, 4}, HistogramBins{-most, most, 4},
              HistogramBins{0, 5e-324, 4}, HistogramBins{0, 1, 0}, HistogramBins{0, 1, -1},
              HistogramBins{0, 1, kMostBins + 1}}) {
            const auto h = computeHistogram(m_tensor, bins);
            QVERIFY(!h && h.error().kind == ErrorKind::Usage);
        }
    }

    void sums_keepTwelveDigits_data()
    {
        QTest::addColumn<std::vector<float>>("values");
        QTest::addColumn<float>("scale");
        QTest::newRow("a mean a million times the deviation") << normal(150000, 1e6) << 8000.0F;
        QTest::newRow("heavy tails, unclipped") << cauchy(150000) << 5000.0F;
        QTest::newRow("heavy tails, clipped") << cauchy(150000) << 0.02F;
        auto outliers = normal(150000);
        outliers[77] = 1e30F;
        outliers[140000] = -3e30F;
        QTest::newRow("outliers of 1e30") << outliers << 0.03F;
        QTest::newRow("tiny") << normal(150000, 0, 1e-30) << 1e-32F;
        QTest::newRow("a constant") << std::vector<float>(300000, 0.1F) << 0.03F;
    }
    void sums_keepTwelveDigits()
    {
        QFETCH(std::vector<float>, values);
        QFETCH(float, scale);
        const auto tensor = tensorOf(values);
        const auto spec = fixed(DType::Int8, scale, 5);
        const auto report = reportOf(tensor, spec);
        std::vector<float> y(values.size());
        std::vector<float> mask(values.size());
        Quantizer::make(report.params, tensor.shape())
            ->fakeQuantize(values, 0, y.data(), mask.data());
        long double inside = 0;
        long double clipped = 0;
        long double sum = 0;
        long double absolute = 0;
        long double x2 = 0;
        long double y2 = 0;
        long double xy = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto a = static_cast<long double>(values[i]);
            const auto b = static_cast<long double>(y[i]);
            const long double e = b - a;
            (mask[i] == 0 ? clipped : inside) += e * e;
            sum += e;
            absolute += std::fabs(e);
            x2 += a * a;
            y2 += b * b;
            xy += a * b;
        }
        const auto n = static_cast<long double>(values.size());
        QVERIFY(close(report.mse, (inside + clipped) / n));
        QVERIFY(close(report.roundingMse, inside / n));
        QVERIFY(close(report.clippingMse, clipped / n));
        QVERIFY(close(report.meanAbsError, absolute / n));
        QVERIFY(close(report.signalPower, x2 / n));
        QVERIFY(std::fabs(static_cast<long double>(report.meanError) - sum / n) <=
                1e-12L * absolute / n);
        QVERIFY(close(*report.cosineSimilarity, std::min(xy / std::sqrt(x2 * y2), 1.0L)));
    }

    void elementsThatAreNotFinite_changeNothingElse()
    {
        auto values = normal(70000);
        const auto alone = reportOf(tensorOf(values), fixed(DType::Int8, 0.02F));
        // Among the others, whole pieces of them, and at the very end.
        std::vector<float> more(3000, kInf);
        more.insert(more.end(), values.begin(), values.begin() + 30000);
        more.insert(more.end(), 5000, std::nanf(""));
        more.insert(more.end(), values.begin() + 30000, values.end());
        more.push_back(-kInf);
        const auto report = reportOf(tensorOf(more), fixed(DType::Int8, 0.02F));
        QCOMPARE(report.n(), alone.n());
        QCOMPARE(report.codeCounts, alone.codeCounts);
        QCOMPARE(report.roundingErrors, alone.roundingErrors);
        QCOMPARE(report.clippingErrors, alone.clippingErrors);
        QCOMPARE(report.clippedLow, alone.clippedLow);
        QCOMPARE(report.clippedHigh, alone.clippedHigh);
        QCOMPARE(report.maxAbsError, alone.maxAbsError);
        QVERIFY(close(report.mse, static_cast<long double>(alone.mse)));
        const auto nothing = reportOf(tensorOf({kInf, std::nanf("")}), fixed(DType::Int8, 1));
        QCOMPARE(nothing.n(), 0);
        QCOMPARE(nothing.levelsUsed, 0);
        QCOMPARE(nothing.mse, 0.0);
    }

    void bits_doNotDependOnTheNumberOfThreads()
    {
        // More elements than a thread counts before it empties its counters.
        const auto piece = normal(1 << 16, 0.1, 2);
        std::vector<float> values;
        for (int i = 0; i < 70; ++i)
            values.insert(values.end(), piece.begin(), piece.end() - i);
        const auto tensor = tensorOf(values);
        const auto stats = *computeStats(tensor);
        const std::vector<AnalysisItem> items = {itemOf(tensor, specOf(DType::Int8)),
                                                 itemOf(tensor, specOf(DType::Int16)),
                                                 itemOf(tensor, fixed(DType::Qint32, 1e-6F))};
        AnalysisOptions options;
        options.valueBins = 300;
        const auto run = [&](int threads) {
            const ThreadLimit limit(threads);
            return *analyzeInOneRead(tensor, stats, items, options);
        };
        const auto one = run(1);
        QCOMPARE(std::accumulate(one.reports[0]->codeCounts.begin(),
                                 one.reports[0]->codeCounts.end(), std::int64_t{0}),
                 tensor.numel());
        for (const int threads : {2, 5}) {
            const auto more = run(threads);
            QCOMPARE(*more.values, *one.values);
            for (std::size_t i = 0; i < items.size(); ++i)
                QVERIFY(same(*more.reports[i], *one.reports[i]));
        }
    }

    void wideCodes_areCountedExactly_withinAnyMemory_data()
    {
        QTest::addColumn<std::vector<float>>("values");
        QTest::addColumn<float>("scale");
        const auto values = normal(700000);
        QTest::newRow("spread over all codes") << values << 3e-9F;
        QTest::newRow("many to a code") << values << 1e-4F;
        QTest::newRow("clipped") << values << 5e-10F;
        QTest::newRow("one code") << std::vector<float>(300000, 0.7F) << 1e-6F;
        auto some = values;
        some.resize(70000);
        some[3] = std::nanf("");
        some[4] = kInf;
        QTest::newRow("not all finite") << some << 1e-8F;
    }
    void wideCodes_areCountedExactly_withinAnyMemory()
    {
        QFETCH(std::vector<float>, values);
        QFETCH(float, scale);
        const auto tensor = tensorOf(values);
        const auto stats = *computeStats(tensor);
        const auto item = itemOf(tensor, fixed(DType::Qint32, scale));
        AnalysisOptions options;
        const auto roomy = analyzeInOneRead(tensor, stats, {&item, 1}, options);
        options.tableBytes = 0;
        const auto tight = analyzeInOneRead(tensor, stats, {&item, 1}, options);
        QVERIFY(roomy && tight);
        const Report& report = *roomy->reports.front();
        QVERIFY(same(report, *tight->reports.front()));
        const auto direct = codesOf(tensor, item);
        long double entropy = 0;
        for (const auto& [code, count] : direct) {
            const auto p = static_cast<long double>(count) / static_cast<long double>(report.n());
            entropy -= p * std::log2(p);
        }
        QCOMPARE(report.levelsUsed, static_cast<std::int64_t>(direct.size()));
        QVERIFY(close(report.codeEntropyBits, entropy));
        QVERIFY(report.codeCounts.empty());
    }

    void cancelledWork_saysSo()
    {
        std::stop_source source;
        source.request_stop();
        const JobContext stopped(source.get_token());
        const auto reports = analyzeAll(m_tensor, m_stats, m_items, stopped);
        QVERIFY(!reports && reports.error().kind == ErrorKind::Cancelled);
        const auto h = computeHistogram(m_tensor, HistogramBins{0, 1, 4}, stopped);
        QVERIFY(!h && h.error().kind == ErrorKind::Cancelled);
    }

    void progress_risesToTheEnd_whateverTheBatches()
    {
        std::vector<double> fractions;
        const JobContext context({}, [&](std::string_view stage, double fraction) {
            if (stage == "quantizing")
                fractions.push_back(fraction);
        });
        AnalysisOptions options;
        options.tableBytes = 0;
        QVERIFY(analyzeInOneRead(m_tensor, m_stats, {m_items.data(), 3}, options, context));
        QVERIFY(!fractions.empty());
        QCOMPARE(fractions.back(), 1.0);
        for (const double f : fractions)
            QVERIFY(f > 0 && f <= 1);
    }
};

QTEST_APPLESS_MAIN(TestFusedPass)
#include "test_fused_pass.moc"
