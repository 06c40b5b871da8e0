// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/dialect_report.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/quant/quantizer.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <limits>

using namespace qs;

namespace {

/// Normal-like values; every fourth lies on a half step of 1/64.
Tensor sample(std::size_t n)
{
    const CounterRng rng(4);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) {
        float sum = 0;
        for (std::size_t k = 0; k < 6; ++k)
            sum += static_cast<float>(rng.bits(i * 6 + k) >> 40) * 0x1p-24F - 0.5F;
        x[i] = i % 4 == 0 ? (std::floor(sum * 64) + 0.5F) / 64 : sum;
    }
    x[7] = std::numeric_limits<float>::quiet_NaN();
    x[8] = std::numeric_limits<float>::infinity();
    return Tensor::fromFloats("x", *Shape::make({static_cast<std::int64_t>(n)}), std::move(x));
}

const RuleDifference* ruleOf(const DialectDifference& d, std::string_view name)
{
    for (const auto& rule : d.rules) {
        if (rule.rule == name)
            return &rule;
    }
    return nullptr;
}

} // namespace

/// What dialects differ in, counted and explained, against a second count by their quantizers.
class TestDialectReport : public QObject {
    Q_OBJECT

    Tensor m_tensor = sample(150001);
    TensorStats m_stats = *computeStats(m_tensor, {});

    DialectRequest requestOf(DType dtype, bool symmetric) const
    {
        DialectRequest request;
        request.spec.dtype = dtype;
        request.spec.qscheme = qscheme(Granularity::Tensor, symmetric);
        request.ranges = {{m_stats.min, m_stats.max, true}};
        return request;
    }

    DialectResult resultOf(const DialectRequest& request, Dialect dialect) const
    {
        const auto results = compareDialects(m_tensor, m_stats, request);
        if (!results)
            qFatal("%s", results.error().message.c_str());
        for (const auto& r : *results) {
            if (r.dialect == dialect)
                return r;
        }
        qFatal("no such dialect");
    }

private slots:
    void differences_areThoseOfTheQuantizers()
    {
        for (const bool symmetric : {false, true}) {
            const auto request = requestOf(DType::Qint8, symmetric);
            const auto results = *compareDialects(m_tensor, m_stats, request);
            QCOMPARE(results.size(), dialects().size());
            const auto base = *Quantizer::make(results[0].report.params, m_tensor.shape());
            const auto yBase = *fakeQuantize(m_tensor, base);
            for (const auto& r : results) {
                QVERIFY(r.error.empty());
                const auto own = *Quantizer::make(r.report.params, m_tensor.shape());
                const auto y = *fakeQuantize(m_tensor, own);
                std::int64_t values = 0;
                double largest = 0;
                std::int64_t first = -1;
                std::vector<float> a;
                std::vector<float> b;
                std::vector<float> c;
                const auto x = m_tensor.read(0, m_tensor.numel(), a);
                const auto u = yBase.read(0, m_tensor.numel(), b);
                const auto v = y.read(0, m_tensor.numel(), c);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    if (!std::isfinite(x[i]) || u[i] == v[i])
                        continue;
                    ++values;
                    largest = std::max(
                        largest, std::fabs(static_cast<double>(u[i]) - static_cast<double>(v[i])));
                    first = first < 0 ? static_cast<std::int64_t>(i) : first;
                }
                const auto& d = r.difference;
                QCOMPARE(d.values, values);
                QCOMPARE(d.largest, largest);
                QVERIFY(d.elements >= d.codes && d.elements >= d.values);
                QCOMPARE(d.first.size(),
                         std::min<std::size_t>(5, static_cast<std::size_t>(d.elements)));
                QVERIFY(d.first.empty() || first < 0 || d.first[0].index <= first);
                for (const auto& e : d.first) {
                    const auto i = static_cast<std::size_t>(e.index);
                    QCOMPARE(e.base[0].value, x[i]);
                    const auto same = [](float f, float g) {
                        return std::bit_cast<std::uint32_t>(f) == std::bit_cast<std::uint32_t>(g);
                    };
                    QVERIFY(same(e.base.back().value, u[i]));
                    QVERIFY(same(e.other.back().value, v[i]));
                }
            }
        }
    }

    void divisionAgainstReciprocal_isFoundAlone()
    {
        // The same affine parameters, elements on half steps: only x / scale is left.
        auto request = requestOf(DType::Quint8, false);
        request.ranges = {{-1.0F, 1.57F, true}};
        request.dialects = {Dialect::Aimet};
        std::vector<float> x;
        for (int k = -100; k < 150; ++k)
            x.push_back((static_cast<float>(k) + 0.5F) * (2.57F / 255));
        const auto tensor = Tensor::fromFloats("x", *Shape::make({250}), std::move(x));
        const auto results = *compareDialects(tensor, *computeStats(tensor, {}), request);
        QCOMPARE(results.size(), std::size_t{2}); // the base comes first
        QVERIFY(results[0].dialect == Dialect::Torch);
        const auto& r = results[1];
        QVERIFY(r.report.params.zeroPoint() == results[0].report.params.zeroPoint());
        QVERIFY(r.report.params.scale() == results[0].report.params.scale());
        const auto* scaling = ruleOf(r.difference, "scaling");
        QVERIFY(scaling != nullptr);
        QCOMPARE(r.difference.rules.size(), std::size_t{1});
        QCOMPARE(scaling->remaining, std::int64_t{0});
        QVERIFY(r.difference.elements > 0);
        QCOMPARE(r.difference.remainingWithItsParameters, r.difference.elements);
        QCOMPARE(r.difference.remainingWithItsArithmetic, std::int64_t{0});
        QCOMPARE(scaling->other, std::string("x / scale"));
    }

    void theDivisor_isFoundAlone()
    {
        // 127.5 against the fused observer's; its arithmetic is the same.
        const auto r = resultOf(requestOf(DType::Qint8, true), Dialect::TorchFused);
        QCOMPARE(r.difference.rules.size(), std::size_t{1});
        QCOMPARE(r.difference.rules[0].rule, std::string_view("scale"));
        QCOMPARE(r.difference.rules[0].remaining, std::int64_t{0});
        QCOMPARE(r.difference.remainingWithItsParameters, std::int64_t{0});
        QCOMPARE(r.difference.remainingWithItsArithmetic, r.difference.elements);
        QVERIFY(r.difference.elements > 0);
    }

    void tiesAndFloat16_areFoundInGgml()
    {
        const auto r = resultOf(requestOf(DType::Qint8, true), Dialect::Ggml);
        QVERIFY(ruleOf(r.difference, "ties") != nullptr);
        QVERIFY(ruleOf(r.difference, "scale") != nullptr);
        QVERIFY(ruleOf(r.difference, "stored scale") != nullptr);
        QVERIFY(ruleOf(r.difference, "scaling") == nullptr); // both multiply by 1 / scale
    }

    void anyNumberOfThreads_givesTheSame()
    {
        const auto request = requestOf(DType::Int4, false);
        const auto many = *compareDialects(m_tensor, m_stats, request);
        const ThreadLimit one(1);
        const auto single = *compareDialects(m_tensor, m_stats, request);
        QCOMPARE(many.size(), single.size());
        for (std::size_t i = 0; i < many.size(); ++i) {
            const auto& a = many[i].difference;
            const auto& b = single[i].difference;
            QCOMPARE(a.elements, b.elements);
            QCOMPARE(a.largest, b.largest);
            QCOMPARE(a.first.size(), b.first.size());
            for (std::size_t k = 0; k < a.first.size(); ++k)
                QCOMPARE(a.first[k].index, b.first[k].index);
            QCOMPARE(a.rules.size(), b.rules.size());
            for (std::size_t k = 0; k < a.rules.size(); ++k)
                QCOMPARE(a.rules[k].remaining, b.rules[k].remaining);
        }
    }

    void perChannel_andWhatADialectCannot()
    {
        const auto tensor = Tensor::fromFloats("w", *Shape::make({3, 4}),
                                               {1, 2, 3, 4, -1, -2, -3, 4.5F, 0, 0, 0.25F, 0.5F});
        const auto stats = *computeStats(tensor, {});
        DialectRequest request;
        request.spec.dtype = DType::Quint8;
        request.spec.qscheme = QScheme::PerChannelSymmetric;
        request.ranges = {{1, 4, true}, {-3, 4.5F, true}, {0, 0.5F, true}};
        const auto results = *compareDialects(tensor, stats, request);
        for (const auto& r : results) {
            QCOMPARE(r.error.empty(), r.dialect != Dialect::Aimet);
            QVERIFY(!r.error.empty() || r.report.params.channels() == 3);
        }
        request.base = Dialect::Aimet;
        QVERIFY(!compareDialects(tensor, stats, request));
        request.base = Dialect::Torch;
        request.ranges.pop_back();
        QVERIFY(!compareDialects(tensor, stats, request));
        auto wide = requestOf(DType::Qint32, false);
        QVERIFY(!compareDialects(m_tensor, m_stats, wide));
        auto floats = requestOf(DType::Float8E4m3fn, false);
        QVERIFY(!compareDialects(m_tensor, m_stats, floats));
    }
};

QTEST_APPLESS_MAIN(TestDialectReport)
#include "test_dialect_report.moc"
