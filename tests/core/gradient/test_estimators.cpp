// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/dorefa.h"
#include "core/gradient/estimators.h"
#include "core/gradient/learnable.h"
#include "core/gradient/lsq.h"
#include "core/gradient/pact.h"
#include "core/gradient/straight_through.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

using namespace qs;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Parameters with which every row of the table works.
EstimatorParams params(bool weights = false)
{
    EstimatorParams p;
    p.scale = 0.5F;
    p.zeroPoint = 1;
    p.min = -3.9F;
    p.max = 3.6F;
    p.beta = -0.3F;
    p.alpha = 3.3F;
    p.maxTanh = weights ? 0.999 : 0.0;
    return p;
}

bool isUsage(const auto& result, const std::string& field)
{
    return !result && result.error().kind == ErrorKind::Usage &&
           result.error().message.rfind(field + ":", 0) == 0;
}

} // namespace

/// The table of gradient estimators: what must hold of every row, and what each refuses.
class TestEstimators : public QObject {
    Q_OBJECT

private slots:
    void table_isWhatItSays()
    {
        std::set<std::string_view> names;
        for (const auto& row : estimators()) {
            QCOMPARE(&info(row.id), &row);
            QVERIFY(estimatorByName(row.name) == row.id);
            names.insert(row.name);
            QVERIFY(!row.source.empty() && row.description.ends_with("."));
            QVERIFY(row.learned.size() <= 2);
            for (const auto learned : row.learned)
                QVERIFY(std::count(row.fields.begin(), row.fields.end(), learned) == 1);
        }
        QVERIFY((names == std::set<std::string_view>{"ste", "ste_tensorflow", "pass_through",
                                                     "learnable", "lsq", "lsq_plus", "pact",
                                                     "dorefa"}));
        QVERIFY(!estimatorByName("nothing"));
    }

    /// Every estimator's forward is a staircase that rises, repeats itself on its own values, and
    /// whose dx is 0 or 1 (but for DoReFa's weights, where it is tanh's slope).
    void everyEstimator_isARisingStaircase()
    {
        for (const auto& row : estimators()) {
            const auto p = params();
            float before = -kInf;
            std::set<float> levels;
            bool stopped = false;
            bool passed = false;
            for (int i = -1000; i <= 1000; ++i) {
                const float x = static_cast<float>(i) * 0.0097F;
                const auto point = row.evaluate(x, p);
                QVERIFY2(point, point ? "" : point.error().message.c_str());
                QVERIFY2(point->y >= before, row.name.data());
                before = point->y;
                levels.insert(point->y);
                QVERIFY(row.evaluate(point->y, p)->y == point->y);
                QVERIFY(point->dx == 0.0F || point->dx == 1.0F);
                stopped |= point->dx == 0.0F;
                passed |= point->dx == 1.0F;
                for (std::size_t k = row.learned.size(); k < point->learned.size(); ++k)
                    QCOMPARE(point->learned[k], 0.0);
            }
            QCOMPARE(levels.size(), std::size_t{16});
            QVERIFY(passed);
            QCOMPARE(stopped, row.id != Estimator::PassThrough);
        }
    }

    /// The band that passes: half a step wider than the levels with ste, exactly the levels' range
    /// with TensorFlow, half-open with LSQ's ends.
    void bands_endWhereTheirSourcesSay()
    {
        EstimatorParams p;
        p.scale = 1;
        p.quantMin = -8;
        p.quantMax = 7;
        p.min = -8;
        p.max = 7;
        const auto dx = [&](Estimator e, float x) {
            return info(e).evaluate(x, p)->dx;
        };
        QCOMPARE(dx(Estimator::Ste, -8.5F), 1.0F); // ties to -8
        QCOMPARE(dx(Estimator::Ste, -8.51F), 0.0F);
        QCOMPARE(dx(Estimator::Ste, 7.49F), 1.0F);
        QCOMPARE(dx(Estimator::Ste, 7.5F), 0.0F); // ties to 8
        QCOMPARE(dx(Estimator::SteTensorflow, -8.0F), 1.0F);
        QCOMPARE(dx(Estimator::SteTensorflow, -8.01F), 0.0F);
        QCOMPARE(dx(Estimator::SteTensorflow, 7.0F), 1.0F);
        QCOMPARE(dx(Estimator::SteTensorflow, 7.01F), 0.0F);
        QCOMPARE(dx(Estimator::Lsq, 7.0F), 0.0F);
        QCOMPARE(dx(Estimator::Lsq, 6.99F), 1.0F);
        QCOMPARE(info(Estimator::Lsq).evaluate(7.0F, p)->learned[0], 7.0);
        QCOMPARE(dx(Estimator::PassThrough, 1e9F), 1.0F);
        p.alpha = 2;
        QCOMPARE(dx(Estimator::Pact, 0.0F), 1.0F);
        QCOMPARE(dx(Estimator::Pact, 2.0F), 0.0F);
        QCOMPARE(info(Estimator::Pact).evaluate(2.0F, p)->learned[0], 1.0);
        QCOMPARE(dx(Estimator::Dorefa, 1.0F), 1.0F);
        QCOMPARE(dx(Estimator::Dorefa, 1.01F), 0.0F);
    }

    /// NaN stays NaN, passes no gradient and spoils no parameter; infinities saturate.
    void specialValues_staySeparate()
    {
        for (const auto& row : estimators()) {
            for (const bool weights : {false, row.id == Estimator::Dorefa}) {
                const auto p = params(weights);
                const auto nan = row.evaluate(kNan, p);
                QVERIFY(nan);
                QVERIFY2(std::isnan(nan->y), row.name.data());
                QCOMPARE(nan->dx, row.id == Estimator::PassThrough ? 1.0F : 0.0F);
                QCOMPARE(nan->learned[0], 0.0);
                QCOMPARE(nan->learned[1], 0.0);
                QCOMPARE(row.evaluate(kInf, p)->y, row.evaluate(1e6F, p)->y);
                QCOMPARE(row.evaluate(-kInf, p)->y, row.evaluate(-1e6F, p)->y);
                QCOMPARE(row.evaluate(kInf, p)->learned[0], row.evaluate(1e6F, p)->learned[0]);
                QVERIFY(row.evaluate(-kInf, p)->learned == row.evaluate(-1e6F, p)->learned);
            }
        }
    }

    void badParameters_areUsageErrors_inTheFieldsName()
    {
        const std::vector<float> x{1, 2};
        std::vector<float> y(2);
        for (const float scale : {0.0F, -1.0F, kNan, kInf}) {
            const std::int32_t zero = 0;
            const float floatZero = 0;
            QVERIFY(isUsage(forward(Lsq{scale, -8, 7, 1.0}, x, y), "scale"));
            QVERIFY(isUsage(backward(LsqPlus{scale, 0, -8, 7, 1.0}, x, x, y), "scale"));
            QVERIFY(isUsage(forward(Pact{scale, 4}, x, y), "alpha"));
            QVERIFY(isUsage(backward(Pact{scale, 4}, x, x, y), "alpha"));
            QVERIFY(isUsage(
                forward(StraightThrough{{&scale, 1}, {&zero, 1}, -8, 7, {}, PassBand::RoundedCode},
                        x, y),
                "scale"));
            QVERIFY(isUsage(
                backward(LearnableFakeQuantize{{&scale, 1}, {&floatZero, 1}, -8, 7, {}, 1.0F}, x, x,
                         y),
                "scale"));
        }
        for (const int bits : {-1, 0, 1, 17, 40}) {
            QVERIFY(isUsage(forward(Pact{1.0F, bits}, x, y), "bits"));
            QVERIFY(isUsage(forward(DorefaActivation{bits}, x, y), "bits"));
            QVERIFY(isUsage(backward(DorefaWeight{bits, 1.0}, x, x, y), "bits"));
            QVERIFY(
                isUsage(quantizeGradient(DorefaGradient{bits, 1, CounterRng(0), 0}, x, y), "bits"));
            QVERIFY(isUsage(lsqPlusInitialWeightScale(x, bits), "bits"));
        }
        QVERIFY(isUsage(forward(Lsq{1, -8, 7, 1.0}, {}, {}), "x"));
        QVERIFY(isUsage(backward(Lsq{1, -8, 7, 1.0}, x, {}, y), "dy"));
        QVERIFY(isUsage(backward(Lsq{1, -8, 7, 1.0}, x, x, {}), "dx"));
        QVERIFY(isUsage(forward(Lsq{1, 7, 7, 1.0}, x, y), "quant_min"));
        QVERIFY(isUsage(forward(Lsq{1, 0, 65536, 1.0}, x, y), "quant_max"));
        QVERIFY(isUsage(forward(LsqPlus{1, kNan, 0, 7, 1.0}, x, y), "beta"));
        QVERIFY(isUsage(forward(Lsq{1, 0, 7, static_cast<double>(kInf)}, x, y), "grad_scale"));
        QVERIFY(isUsage(forward(DorefaWeight{4, 0.0}, x, y), "max_tanh"));
        QVERIFY(isUsage(forward(DorefaWeight{4, 1.5}, x, y), "max_tanh"));
        QVERIFY(isUsage(dorefaMaxTanh(std::vector<float>{0, 0}), "w"));
        QVERIFY(isUsage(quantizeGradient(DorefaGradient{4, 3, CounterRng(0), 0}, x, y), "samples"));
        QVERIFY(isUsage(quantizeGradient(DorefaGradient{4, 0, CounterRng(0), 0}, x, y), "samples"));
        QVERIFY(isUsage(quantizeGradient(DorefaGradient{4, 1, CounterRng(0), 0},
                                         std::vector<float>{1, kNan}, y),
                        "dr"));
        QVERIFY(isUsage(lsqGradScale(0, 7), "count"));
        QVERIFY(isUsage(lsqGradScale(9, 0), "quant_max"));
        QVERIFY(isUsage(learnableGradFactor(9, 0), "quant_max"));
        QVERIFY(isUsage(lsqInitialScale(std::vector<float>{0, 0}, 7), "scale"));
        QVERIFY(isUsage(lsqPlusInitialActivation(std::vector<float>{3, 3}, 0, 7), "scale"));
        QVERIFY(isUsage(lsqPlusInitialActivation(std::vector<float>{3, kNan}, 0, 7), "x"));
        auto p = params();
        p.zeroPoint = 0.5F;
        QVERIFY(isUsage(info(Estimator::Ste).evaluate(0, p), "zero_point"));
        QVERIFY(info(Estimator::Learnable).evaluate(0, p));
        p.zeroPoint = 8;
        QVERIFY(isUsage(info(Estimator::Ste).evaluate(0, p), "zero_point"));
        p.quantMin = 1;
        QVERIFY(isUsage(info(Estimator::Learnable).evaluate(0, p), "quant_min"));
        p.min = 9;
        QVERIFY(isUsage(info(Estimator::SteTensorflow).evaluate(0, p), "min"));
    }
};

QTEST_APPLESS_MAIN(TestEstimators)
#include "test_estimators.moc"
