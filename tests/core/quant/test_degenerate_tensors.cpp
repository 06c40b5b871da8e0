// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"
#include "core/calib/observer.h"
#include "tests/core/quant/format_reference.h"

#include <QTest>

using namespace qs;
using namespace qs::test;

namespace {

struct Case {
    std::string name;
    Tensor tensor;
};

Tensor filled(std::vector<std::int64_t> sizes, float value)
{
    auto shape = *Shape::make(std::move(sizes));
    const auto n = static_cast<std::size_t>(shape.numel());
    return Tensor::fromFloats("x", std::move(shape), std::vector<float>(n, value));
}

Tensor row(std::vector<float> values)
{
    const auto n = static_cast<std::int64_t>(values.size());
    return Tensor::fromFloats("x", *Shape::make({1, n}), std::move(values));
}

std::vector<Case> degenerateTensors()
{
    std::vector<float> tinyAndZero(40, 0.0F);
    std::fill_n(tinyAndZero.begin(), 20, 3.2e-35F);
    return {
        {"empty", filled({0}, 0)},
        {"no rows", filled({0, 5}, 0)},
        {"no columns", filled({3, 0}, 0)},
        {"one element", filled({1}, 0.3F)},
        {"constant", filled({2, 37}, 5)},
        {"negative constant", filled({37, 2}, -5)},
        {"all zero", filled({3, 33}, 0)},
        {"all -0", filled({3, 33}, -0.0F)},
        {"all NaN", filled({2, 20}, kNan)},
        {"all Inf", filled({2, 20}, kInf)},
        {"all -Inf", filled({2, 20}, -kInf)},
        {"NaN, Inf and 1", row({kNan, kInf, -kInf, 1})},
        {"denormals", row({0x1p-149F, -0x1p-149F, 0x1p-130F, 0, -0x1p-127F})},
        {"smallest normal", row({0x1p-126F, -0x1p-126F, 0})},
        {"largest", row({kMax, 1, 0})},
        {"largest and smallest", row({kMax, -kMax, 0x1p-149F})},
        {"half of largest", row({kMax / 2, -kMax / 2, 1})},
        {"-largest", row({-kMax, 1, 0})},
        {"tiny and zero blocks", row(tinyAndZero)},
        {"huge and zero blocks", row({[] {
             std::vector<float> v(40, 0.0F);
             std::fill_n(v.begin(), 20, 1e38F);
             return v;
         }()})},
    };
}

std::vector<QScheme> schemesOf(const DTypeInfo& dtype)
{
    std::vector<QScheme> all;
    for (const auto& s : qschemes()) {
        if (!s.floatZeroPoint || (dtype.isInteger() && dtype.bits <= 16))
            all.push_back(s.id);
    }
    return all;
}

bool hasNan(const Report& r)
{
    const double cosine = r.cosineSimilarity.value_or(0);
    const double sqnr = r.sqnrDb().value_or(0);
    for (const double v :
         {r.mse, r.meanError, r.meanAbsError, r.maxAbsError, r.roundingMse, r.clippingMse,
          r.signalPower, r.codeEntropyBits, r.bitsPerWeight(), cosine, sqnr, r.rmse(),
          r.rmsePerScale().value_or(0), r.clippedLowFraction(), r.clippedHighFraction()}) {
        if (std::isnan(v))
            return true;
    }
    return false;
}

} // namespace

/// Tensors that nobody means, through the path that everybody takes.
class TestDegenerateTensors : public QObject {
    Q_OBJECT

private slots:
    void everyDType_answersOrRefusesInWords_data()
    {
        QTest::addColumn<int>("row");
        for (const auto* r : elementRows())
            QTest::newRow(std::string(r->name).c_str()) << static_cast<int>(r->id);
    }
    void everyDType_answersOrRefusesInWords()
    {
        QFETCH(int, row);
        const auto& dtype = info(static_cast<DType>(row));
        for (const auto& [name, x] : degenerateTensors()) {
            for (const QScheme scheme : schemesOf(dtype)) {
                for (const Rounding rounding : {Rounding::HalfEven, Rounding::Stochastic}) {
                    QuantSpec spec;
                    spec.dtype = dtype.id;
                    spec.qscheme = scheme;
                    spec.axis = -1;
                    spec.rounding = rounding;
                    if (dtype.id == DType::Codebook)
                        spec.codebook = sampleCodebook();
                    const std::string what = std::string(dtype.name) + ", " +
                                             std::string(info(scheme).name) + ", " + name;
                    check(x, spec, what);
                    if (QTest::currentTestFailed())
                        return;
                }
            }
        }
    }

    void check(const Tensor& x, const QuantSpec& spec, const std::string& what)
    {
        const auto stats = computeStats(x);
        QVERIFY(stats);
        const auto params = chooseQuantParams(x, spec);
        if (!params) {
            QVERIFY2(params.error().message.size() > 10, what.c_str());
            // Finite tensors are refused only where float32 cannot hold the range.
            const bool large = stats->max > 1e37F || stats->min < -1e37F;
            QVERIFY2(stats->finiteCount() == 0 || large,
                     (what + ": " + params.error().message).c_str());
            return;
        }
        const auto q = Quantizer::make(*params, x.shape(), spec.rounding, 1);
        QVERIFY2(q, q ? "" : (what + ": " + q.error().message).c_str());
        const auto y = fakeQuantize(x, *q);
        const auto codes = quantizeToCodes(x, *q);
        QVERIFY(y && codes);
        for (std::int64_t i = 0; i < x.numel(); ++i) {
            if (std::isnan(x.at(i)) != std::isnan(y->at(i)))
                QVERIFY2(false, (what + ": NaN at " + std::to_string(i)).c_str());
        }
        const auto report = analyze(x, *stats, spec, *params);
        QVERIFY2(report, what.c_str());
        QVERIFY2(!hasNan(*report), what.c_str());
        std::int64_t counted = 0;
        for (const auto n : report->codeCounts)
            counted += n;
        QVERIFY2(report->codeCounts.empty() || counted == stats->finiteCount(), what.c_str());
    }

    void fixedParameters_ofEmptyTensors_work()
    {
        for (const auto& sizes : {std::vector<std::int64_t>{3, 0}, {3, 0, 5}, {0}}) {
            const auto x = filled(sizes, 0);
            QuantSpec spec;
            spec.observer = "fixed";
            spec.scale = {1, 2, 3};
            spec.zeroPoint = {0};
            spec.qscheme = QScheme::PerChannelAffine;
            if (sizes.size() == 1) {
                spec.scale = {1};
                spec.qscheme = QScheme::PerTensorAffine;
            }
            check(x, spec, "fixed");
        }
    }

    void layouts_countBeyondTwoToThe31_withoutAllocating()
    {
        const std::int64_t big = (std::int64_t{1} << 31) + 5;
        struct Layout {
            std::vector<std::int64_t> sizes;
            int axis;
            std::int64_t group;
        };
        for (const auto& [sizes, axis, group] : {Layout{{big}, 0, 32},
                                                 {{3, big}, 1, 1},
                                                 {{big, 3}, 0, 7},
                                                 {{2, big, 3}, 1, 1000},
                                                 {{70000, 70000}, 1, 64},
                                                 {{70000, 70000}, 0, 64},
                                                 {{70000, 70000}, 1, 0},
                                                 {{5, big}, 0, 0},
                                                 {{big, 5}, 1, std::int64_t{1} << 40}}) {
            const auto shape = *Shape::make(sizes);
            const auto layout = group > 0 ? ParamLayout::perGroup(shape, axis, group)
                                          : ParamLayout::perChannel(shape, axis);
            QCOMPARE(layout.numel(), shape.numel());
            const auto a = static_cast<std::size_t>(axis);
            std::int64_t inner = 1;
            for (std::size_t d = a + 1; d < sizes.size(); ++d)
                inner *= sizes[d];
            const std::int64_t groups = group > 0 ? (sizes[a] + group - 1) / group : sizes[a];
            const auto expected = [&](std::int64_t i) {
                const std::int64_t channel = i / inner % sizes[a];
                if (group == 0)
                    return channel;
                const std::int64_t outer = i / inner / sizes[a];
                return (outer * groups + channel / group) * inner + i % inner;
            };
            const CounterRng rng(4);
            for (std::uint64_t k = 0; k < 300; ++k) {
                const std::int64_t last = shape.numel() - 1;
                const std::int64_t i =
                    k == 0 ? 0
                    : k == 1
                        ? last
                        : static_cast<std::int64_t>(rng.below(k, static_cast<std::uint64_t>(last)));
                QCOMPARE(layout.indexOf(i), expected(i));
                QVERIFY(layout.indexOf(i) < layout.count());
                const std::int64_t n = std::min<std::int64_t>(300, shape.numel() - i);
                std::int64_t seen = 0;
                layout.forEachRun(i, n, [&](std::int64_t set, std::int64_t offset, std::int64_t m) {
                    QCOMPARE(offset, seen);
                    for (std::int64_t j = 0; j < m; ++j)
                        QCOMPARE(set + j * layout.stride(), expected(i + offset + j));
                    seen += m;
                });
                QCOMPARE(seen, n);
                bool found = false;
                std::int64_t runs = 0;
                layout.forEachRunOf(layout.indexOf(i), [&](std::int64_t begin, std::int64_t m) {
                    found = found || (i >= begin && i < begin + m);
                    return ++runs < 2000 && !found;
                });
                QVERIFY(found || runs >= 2000);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestDegenerateTensors)
#include "test_degenerate_tensors.moc"
