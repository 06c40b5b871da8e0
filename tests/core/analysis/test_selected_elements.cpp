// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/selected_elements.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/calib/observer.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

Tensor numbers(std::int64_t rows, std::int64_t columns)
{
    const CounterRng rng(7);
    std::vector<float> values;
    for (std::int64_t i = 0; i < rows * columns; ++i)
        values.push_back(static_cast<float>(std::lround(
                             (rng.uniform(static_cast<std::uint64_t>(i)) * 8 - 4) * 100)) /
                         100);
    values[3] = std::numeric_limits<float>::quiet_NaN();
    values[5] = std::numeric_limits<float>::infinity();
    return Tensor::fromFloats("x", *Shape::make({rows, columns}), std::move(values));
}

/// One element and what became of it.
struct Element {
    std::int64_t index = 0;
    float x = 0;
    float y = 0;
    float clip = 0;
    float lsb = 0;
    std::int32_t code = 0;

    double error(ErrorUnit unit) const
    {
        return unit == ErrorUnit::Lsb ? static_cast<double>(lsb)
                                      : static_cast<double>(y) - static_cast<double>(x);
    }
};

/// All of them, by one call.
std::vector<Element> evaluated(const Tensor& tensor, const AnalysisItem& item)
{
    const auto n = static_cast<std::size_t>(tensor.numel());
    std::vector<float> y(n);
    std::vector<float> t(n);
    std::vector<float> clip(n);
    std::vector<float> lsb(n);
    std::vector<std::int32_t> code(n);
    Quantizer::make(item.params, tensor.shape(), item.spec.rounding, item.spec.seed)
        ->evaluate(tensor.floats(), 0, {y.data(), t.data(), clip.data(), lsb.data(), code.data()});
    std::vector<Element> all;
    for (std::size_t i = 0; i < n; ++i)
        all.push_back(
            {static_cast<std::int64_t>(i), tensor.floats()[i], y[i], clip[i], lsb[i], code[i]});
    return all;
}

AnalysisItem itemOf(const Tensor& tensor, DType dtype, QScheme scheme)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.qscheme = scheme;
    return {spec, *chooseQuantParams(tensor, spec)};
}

} // namespace

class TestSelectedElements : public QObject {
    Q_OBJECT

private slots:
    /// Against a loop over all elements: the first of the nearest, for any number of threads.
    void nearest_isTheFirstOfTheNearest()
    {
        const Tensor tensor = numbers(300, 1001);
        for (const double x : {0.0, 0.123, -3.99, 50.0, -1e30}) {
            std::int64_t expected = -1;
            double distance = std::numeric_limits<double>::infinity();
            for (std::int64_t i = 0; i < tensor.numel(); ++i) {
                const auto v = static_cast<double>(tensor.at(i));
                if (std::isfinite(v) && std::fabs(v - x) < distance) {
                    distance = std::fabs(v - x);
                    expected = i;
                }
            }
            for (const int threads : {1, 4}) {
                const ThreadLimit limit(threads);
                const auto found =
                    nearestElement(tensor, ParamLayout::perTensor(tensor.numel()), 0, x);
                QVERIFY(found);
                QCOMPARE(found->value_or(-1), expected);
            }
        }
    }

    void nearest_ofAChannel_isInIt()
    {
        const Tensor tensor = numbers(6, 50);
        const auto rows = ParamLayout::perChannel(tensor.shape(), 0);
        const auto groups = ParamLayout::perGroup(tensor.shape(), 1, 16);
        for (std::int64_t set = 0; set < rows.count(); ++set)
            QCOMPARE(**nearestElement(tensor, rows, set, 0.2) / 50, set);
        for (std::int64_t set = 0; set < groups.count(); ++set)
            QCOMPARE(groups.indexOf(**nearestElement(tensor, groups, set, 0.2)), set);
    }

    void nearest_ofNothingFinite_isNone()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto tensor = Tensor::fromFloats("x", *Shape::make({2}), {nan, INFINITY});
        const auto found = nearestElement(tensor, ParamLayout::perTensor(2), 0, 0);
        QVERIFY(found && !found->has_value());
        const auto none = nearestElement(Tensor(), ParamLayout::perTensor(0), 0, 0);
        QVERIFY(none && !none->has_value());
    }

    /// Against a loop over all elements, in both units.
    void nearestError_isTheFirstOfTheNearest()
    {
        const Tensor tensor = numbers(32, 1001);
        const AnalysisItem item = itemOf(tensor, DType::Int4, QScheme::PerTensorAffine);
        const auto all = evaluated(tensor, item);
        for (const auto unit : {ErrorUnit::Lsb, ErrorUnit::Value}) {
            for (const double error : {0.0, 0.31, -0.2, 9.0}) {
                const Element* expected = nullptr;
                for (const auto& e : all) {
                    if (std::isfinite(e.x) &&
                        (expected == nullptr || std::fabs(e.error(unit) - error) <
                                                    std::fabs(expected->error(unit) - error)))
                        expected = &e;
                }
                for (const int threads : {1, 4}) {
                    const ThreadLimit limit(threads);
                    const auto found = nearestElement(
                        tensor, item, {SelectedBy::Error, error, error, unit}, std::nullopt);
                    QVERIFY(found && found->has_value());
                    QCOMPARE(**found, expected->index);
                }
            }
        }
    }

    /// The first element with a code; of one channel only where that is asked for.
    void nearestCode_isTheFirstWithIt_ofItsSet()
    {
        const Tensor tensor = numbers(32, 1001);
        const AnalysisItem item = itemOf(tensor, DType::Int4, QScheme::PerChannelSymmetric);
        const auto all = evaluated(tensor, item);
        for (const auto set : {std::optional<std::int64_t>(), std::optional<std::int64_t>(7)}) {
            std::int64_t expected = -1;
            for (const auto& e : all) {
                if (expected < 0 && std::isfinite(e.x) && e.code == -3 &&
                    (!set || e.index / 1001 == *set))
                    expected = e.index;
            }
            QVERIFY(expected >= 0);
            const auto found = nearestElement(tensor, item, {SelectedBy::Code, -3, -3}, set);
            QVERIFY(found && found->has_value());
            QCOMPARE(**found, expected);
        }
    }

    void selection_data()
    {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("scheme");
        QTest::addColumn<int>("rounding");
        const auto row = [](const char* name, DType dtype, QScheme scheme, Rounding rounding) {
            QTest::newRow(name) << static_cast<int>(dtype) << static_cast<int>(scheme)
                                << static_cast<int>(rounding);
        };
        row("int8", DType::Int8, QScheme::PerTensorAffine, Rounding::HalfEven);
        row("int4 per channel, stochastic", DType::Int4, QScheme::PerChannelSymmetric,
            Rounding::Stochastic);
        row("float8_e4m3fn", DType::Float8E4m3fn, QScheme::PerTensorSymmetric, Rounding::HalfEven);
        row("q4_0 blocks", DType::Q4_0, QScheme::PerTensorSymmetric, Rounding::HalfEven);
    }

    /// The report of a selection is that of the elements that a loop would choose.
    void selection()
    {
        QFETCH(int, dtype);
        QFETCH(int, scheme);
        QFETCH(int, rounding);
        const Tensor tensor = numbers(96, 1024);
        AnalysisItem item = itemOf(tensor, static_cast<DType>(dtype), static_cast<QScheme>(scheme));
        item.spec.rounding = static_cast<Rounding>(rounding);
        const auto all = evaluated(tensor, item);
        const auto stats = *computeStats(tensor);
        const auto& row = info(item.params.dtype());
        const std::vector<Selection> selections = {
            {SelectedBy::Value, -0.25, 0.5},
            {SelectedBy::Code, -2, 3},
            {SelectedBy::Error, 0.1, 0.3, ErrorUnit::Lsb},
            {SelectedBy::Error, -0.02, 0, ErrorUnit::Value},
        };
        for (const auto& selection : selections) {
            item.only = selection;
            std::vector<float> values;
            std::vector<std::int64_t> codes(static_cast<std::size_t>(item.params.codeCount()));
            double squares = 0;
            std::int64_t clipped = 0;
            for (const auto& e : all) {
                const double what = selection.by == SelectedBy::Value ? static_cast<double>(e.x)
                                    : selection.by == SelectedBy::Code
                                        ? static_cast<double>(codePlace(row, e.code))
                                        : e.error(selection.unit);
                if (!std::isfinite(e.x) || !(what >= selection.from && what <= selection.to))
                    continue;
                values.push_back(e.x);
                ++codes[static_cast<std::size_t>(e.code - item.params.firstCode())];
                squares += e.error(ErrorUnit::Value) * e.error(ErrorUnit::Value);
                clipped += e.clip != 0 ? 1 : 0;
            }
            QVERIFY(!values.empty() && values.size() < all.size());
            const auto n = static_cast<std::int64_t>(values.size());
            const auto chosen = Tensor::fromFloats("chosen", *Shape::make({n}), std::move(values));
            std::optional<Report> first;
            for (const int threads : {1, 4}) {
                const ThreadLimit limit(threads);
                AnalysisOptions options;
                options.selectedBins = HistogramBins{-1, 1, 40};
                const auto analysis = analyzeInOneRead(tensor, stats, {&item, 1}, options);
                QVERIFY(analysis && analysis->reports.front());
                const Report& report = *analysis->reports.front();
                const auto expected = *computeStats(chosen);
                QCOMPARE(report.n(), n);
                QCOMPARE(report.stats.min, expected.min);
                QCOMPARE(report.stats.max, expected.max);
                QVERIFY(std::fabs(report.stats.mean - expected.mean) < 1e-12);
                QVERIFY(std::fabs(report.stats.stddev - expected.stddev) < 1e-12);
                QVERIFY(report.codeCounts == codes);
                QCOMPARE(report.clippedLow + report.clippedHigh, clipped);
                QVERIFY(std::fabs(report.mse * static_cast<double>(n) - squares) <=
                        1e-12 * squares);
                if (first) {
                    QCOMPARE(report.mse, first->mse);
                    QVERIFY(report.roundingErrors == first->roundingErrors);
                }
                first = report;
                const auto& counted = analysis->selectedValues.front();
                QVERIFY(counted && *counted == *computeHistogram(chosen, *options.selectedBins));
            }
        }
    }

    /// What has everything is the report of the whole tensor, bit for bit.
    void selectionOfEverything_isTheWholeReport()
    {
        const Tensor tensor = numbers(96, 1024);
        AnalysisItem item = itemOf(tensor, DType::Int8, QScheme::PerTensorAffine);
        const auto stats = *computeStats(tensor);
        const auto whole = *analyze(tensor, stats, item.spec, item.params);
        item.only = Selection{SelectedBy::Value, -1e9, 1e9};
        const auto all = analyzeAll(tensor, stats, {&item, 1});
        const Report& selected = *all->front();
        QCOMPARE(selected.n(), whole.n());
        QCOMPARE(selected.mse, whole.mse);
        QCOMPARE(selected.stats.mean, whole.stats.mean);
        QVERIFY(selected.codeCounts == whole.codeCounts);
        QVERIFY(selected.roundingErrors == whole.roundingErrors);
    }

    void selectionOfNothing_hasNoElements()
    {
        const Tensor tensor = numbers(10, 10);
        AnalysisItem item = itemOf(tensor, DType::Int8, QScheme::PerTensorAffine);
        item.only = Selection{SelectedBy::Value, 100, 200};
        const auto all = analyzeAll(tensor, *computeStats(tensor), {&item, 1});
        QVERIFY(all && all->front());
        QCOMPARE(all->front()->n(), std::int64_t{0});
        QVERIFY(!all->front()->sqnrDb());
        AnalysisOptions options;
        options.selectedBins = HistogramBins{1, 1, 5};
        QVERIFY(!analyzeInOneRead(tensor, *computeStats(tensor), {&item, 1}, options));
    }

    void cancelled_isSaid()
    {
        std::stop_source stop;
        stop.request_stop();
        const Tensor tensor = numbers(300, 1001);
        const JobContext context(stop.get_token());
        AnalysisItem item = itemOf(tensor, DType::Int8, QScheme::PerTensorAffine);
        QVERIFY(!nearestElement(tensor, item, {SelectedBy::Error, 0, 0}, std::nullopt, context));
        item.only = Selection{SelectedBy::Value, 0, 1};
        QVERIFY(!analyzeAll(tensor, *computeStats(tensor), {&item, 1}, context));
        QVERIFY(!nearestElement(tensor, ParamLayout::perTensor(tensor.numel()), 0, 0, context));
    }
};

QTEST_GUILESS_MAIN(TestSelectedElements)
#include "test_selected_elements.moc"
