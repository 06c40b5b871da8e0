// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/gradient/dorefa.h"
#include "core/gradient/estimators.h"
#include "core/gradient/learnable.h"
#include "core/gradient/lsq.h"
#include "core/gradient/pact.h"
#include "core/gradient/straight_through.h"
#include "core/gradient/tensorflow_gradient.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace qs;

namespace {

std::vector<float> someValues(std::size_t n, float width, std::uint64_t seed)
{
    const CounterRng rng(seed);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(rng.uniform(i) * 2 - 1) * width;
    return x;
}

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

double central(const auto& f, double at)
{
    const double h = 1e-6;
    return (f(at + h) - f(at - h)) / (2 * h);
}

/// The sum of what backward returns for each block alone, joined in order.
double joined(const auto& ofBlock, std::size_t count)
{
    double total = 0;
    for (std::size_t begin = 0; begin < count; begin += kBlockSize)
        total += ofBlock(begin, std::min<std::size_t>(kBlockSize, count - begin));
    return total;
}

} // namespace

/// Gradient estimators' sums, derivatives and buffers.
class TestGradients : public QObject {
    Q_OBJECT

private slots:
    /// Where x is clipped, y is a smooth function of the parameters and the estimators claim its
    /// derivative: compared with differences in double.
    void parameterGradients_areDerivatives_whereClipped()
    {
        for (const float x : {-9.0F, 9.0F}) {
            const auto p = params();
            const double edge = x < 0 ? p.quantMin : p.quantMax;
            const auto lsq = info(Estimator::Lsq).evaluate(x, p);
            QVERIFY(std::fabs(lsq->learned[0] - central([&](double s) { return edge * s; },
                                                        static_cast<double>(p.scale))) < 1e-7);
            const auto plus = info(Estimator::LsqPlus).evaluate(x, p);
            QVERIFY(std::fabs(plus->learned[0] - central([&](double s) { return edge * s + 0.2; },
                                                         static_cast<double>(p.scale))) < 1e-7);
            QVERIFY(std::fabs(plus->learned[1] - central([&](double b) { return edge * 0.5 + b; },
                                                         static_cast<double>(p.beta))) < 1e-7);
            const auto learnable = info(Estimator::Learnable).evaluate(x, p);
            const double z = static_cast<double>(p.zeroPoint);
            QVERIFY(std::fabs(learnable->learned[0] -
                              central([&](double s) { return (edge - z) * s; }, 0.5)) < 1e-7);
            QVERIFY(std::fabs(learnable->learned[1] -
                              central([&](double zero) { return (edge - zero) * 0.5; }, z)) < 1e-7);
            const auto pact = info(Estimator::Pact).evaluate(x, p);
            const double slope = central(
                [&](double alpha) { return std::clamp(static_cast<double>(x), 0.0, alpha); },
                static_cast<double>(p.alpha));
            QVERIFY(std::fabs(pact->learned[0] - slope) < 1e-7);
        }
    }

    /// Inside, the rounding error r = round(t) - t is held constant: y = (t + r) * scale + beta.
    /// Away from ties and ends, the estimators' gradients are that function's derivatives.
    void parameterGradients_areDerivatives_withTheRoundingErrorHeld()
    {
        const auto p = params();
        const auto scale = static_cast<double>(p.scale);
        const auto beta = static_cast<double>(p.beta);
        int tried = 0;
        for (const float x : someValues(300, 3.0F, 11)) {
            const auto v = static_cast<double>(x);
            const double r = std::nearbyint(v / scale) - v / scale;
            if (std::fabs(std::fabs(r) - 0.5) < 1e-3)
                continue;
            const auto y = [&](double s) {
                return (v / s + r) * s;
            };
            const auto lsq = info(Estimator::Lsq).evaluate(x, p);
            QVERIFY(std::fabs(lsq->learned[0] - central(y, scale)) < 1e-7);
            QVERIFY(std::fabs(static_cast<double>(lsq->y) - y(scale)) < 1e-6);
            const auto learnable = info(Estimator::Learnable).evaluate(x, p);
            QVERIFY(std::fabs(learnable->learned[0] - central(y, scale)) < 1e-6);
            QCOMPARE(learnable->learned[1], 0.0);

            const double shifted = (v - beta) / scale;
            if (shifted > 6.4 || shifted < -7.4)
                continue;
            const double q = std::nearbyint(shifted) - shifted;
            if (std::fabs(std::fabs(q) - 0.5) < 1e-3)
                continue;
            const auto plus = info(Estimator::LsqPlus).evaluate(x, p);
            const auto ofScale = [&](double s) {
                return ((v - beta) / s + q) * s + beta;
            };
            const auto ofBeta = [&](double b) {
                return ((v - b) / scale + q) * scale + b;
            };
            QVERIFY(std::fabs(plus->learned[0] - central(ofScale, scale)) < 1e-7);
            QVERIFY(std::fabs(plus->learned[1] - central(ofBeta, beta)) < 1e-7);
            ++tried;
        }
        QVERIFY(tried > 200);
    }

    /// DoReFa's weights without the rounding are smooth: dw with the maximum held, and through it.
    void dorefaWeights_areDerivatives_ofTheirSmoothPart()
    {
        const auto w = someValues(40, 1.3F, 21);
        const auto dy = someValues(40, 1.0F, 22);
        const double largest = *dorefaMaxTanh(w);
        const DorefaWeight q{4, largest};
        std::vector<float> held(w.size());
        std::vector<float> through(w.size());
        QVERIFY(backward(q, w, dy, held));
        QVERIFY(backwardThroughMax(q, w, dy, through));
        for (std::size_t j = 0; j < w.size(); ++j) {
            const auto at = static_cast<double>(w[j]);
            const auto g = static_cast<double>(dy[j]);
            const double constant =
                central([&](double v) { return g * std::tanh(v) / largest; }, at);
            QVERIFY(std::fabs(constant - static_cast<double>(held[j])) < 1e-6);
            const double whole = central(
                [&](double v) {
                    double max = 0;
                    double sum = 0;
                    for (std::size_t i = 0; i < w.size(); ++i) {
                        const double t = std::tanh(i == j ? v : static_cast<double>(w[i]));
                        max = std::max(max, std::fabs(t));
                        sum += static_cast<double>(dy[i]) * t;
                    }
                    return sum / max;
                },
                at);
            QVERIFY(std::fabs(whole - static_cast<double>(through[j])) < 1e-6);
        }
        QVERIFY(held != through);
        // The uniform point function is the same rule.
        auto p = params(true);
        p.maxTanh = largest;
        const auto point = info(Estimator::Dorefa).evaluate(w[3], p);
        std::vector<float> y(w.size());
        QVERIFY(forward(q, w, y));
        QCOMPARE(point->y, y[3]);
        QVERIFY(std::fabs(point->dx * dy[3] - held[3]) < 1e-6F);
    }

    void sums_areBlocksJoinedInOrder()
    {
        constexpr std::size_t kCount = 2 * kBlockSize + 4321;
        const auto x = someValues(kCount, 9.0F, 31);
        const auto dy = someValues(kCount, 1.0F, 32);
        std::vector<float> dx(kCount);
        const std::span<const float> xs(x);
        const std::span<const float> dys(dy);
        const float scale = 0.61F;
        const float zero = 1;
        const float min = -4;
        const float max = 5;
        const auto check = [&](const auto& rule, auto value) {
            const double expected = joined(
                [&](std::size_t begin, std::size_t n) {
                    return value(*backward(rule, xs.subspan(begin, n), dys.subspan(begin, n),
                                           std::span(dx).subspan(begin, n)));
                },
                kCount);
            const auto pieces = dx;
            // To the bit: QCOMPARE of doubles is not.
            QVERIFY(value(*backward(rule, xs, dys, dx)) == expected);
            QVERIFY(dx == pieces);
        };
        check(Lsq{scale, -8, 7, 1.0}, [](const auto& g) { return g.scale; });
        check(LsqPlus{scale, 0.2F, -8, 7, 1.0}, [](const auto& g) { return g.scale; });
        check(LsqPlus{scale, 0.2F, -8, 7, 1.0}, [](const auto& g) { return g.beta; });
        check(Pact{2.5F, 4}, [](const auto& g) { return g.alpha; });
        check(LearnableFakeQuantize{{&scale, 1}, {&zero, 1}, -8, 7, {}, 1.0F},
              [](const auto& g) { return g.scale[0]; });
        check(TensorflowFakeQuant{{&min, 1}, {&max, 1}, 0, 15, {}, TensorflowOp::Vars},
              [](const auto& g) { return g.min[0]; });
    }

    /// Per channel is per tensor on each channel's elements, and over blocks' borders.
    void perChannel_isPerTensorOnEachChannel()
    {
        constexpr std::int64_t kRows = 700;
        const auto layout = ParamLayout::perChannel(*Shape::make({kRows, 3, 40}), 1);
        const std::size_t count = kRows * 3 * 40;
        QVERIFY(count > kBlockSize);
        const auto x = someValues(count, 9.0F, 41);
        const auto dy = someValues(count, 1.0F, 42);
        const std::vector<float> scale{0.3F, 0.7F, 1.1F};
        const std::vector<float> zero{-2, 0, 3};
        const LearnableFakeQuantize q{scale, zero, -8, 7, layout, 1.0F};
        std::vector<float> y(count);
        std::vector<float> dx(count);
        QVERIFY(forward(q, x, y));
        const auto all = backward(q, x, dy, dx);
        QVERIFY(all);
        for (std::size_t c = 0; c < 3; ++c) {
            std::vector<float> part;
            std::vector<float> partDy;
            std::vector<float> partY;
            for (std::size_t i = 0; i < count; ++i) {
                if (i / 40 % 3 == c) {
                    part.push_back(x[i]);
                    partDy.push_back(dy[i]);
                    partY.push_back(y[i]);
                }
            }
            const LearnableFakeQuantize one{{&scale[c], 1}, {&zero[c], 1}, -8, 7, {}, 1.0F};
            std::vector<float> found(part.size());
            QVERIFY(forward(one, part, found));
            QVERIFY(found == partY);
            const auto g = backward(one, part, partDy, found);
            QVERIFY(std::fabs(g->scale[0] - all->scale[c]) < 1e-9 * static_cast<double>(count));
            QVERIFY(std::fabs(g->zeroPoint[0] - all->zeroPoint[c]) <
                    1e-9 * static_cast<double>(count));
        }
    }

    /// The result may be written over x or dy.
    void inPlace_givesTheSame()
    {
        const auto x = someValues(500, 9.0F, 51);
        const auto dy = someValues(500, 1.0F, 52);
        const float scale = 0.5F;
        const float zero = 1;
        const std::int32_t whole = 1;
        const float min = -4;
        const float max = 5;
        const auto check = [&](const auto& rule) {
            std::vector<float> expected(x.size());
            QVERIFY(forward(rule, x, expected));
            auto buffer = x;
            QVERIFY(forward(rule, buffer, buffer));
            QVERIFY(buffer == expected);
            QVERIFY(backward(rule, x, dy, expected));
            buffer = x;
            QVERIFY(backward(rule, buffer, dy, buffer));
            QVERIFY(buffer == expected);
            buffer = dy;
            QVERIFY(backward(rule, x, buffer, buffer));
            QVERIFY(buffer == expected);
        };
        check(StraightThrough{{&scale, 1}, {&whole, 1}, -8, 7, {}, PassBand::RoundedCode});
        check(TensorflowFakeQuant{{&min, 1}, {&max, 1}, 0, 15, {}, TensorflowOp::Args});
        check(LearnableFakeQuantize{{&scale, 1}, {&zero, 1}, -8, 7, {}, 1.0F});
        check(Lsq{scale, -8, 7, 1.0});
        check(LsqPlus{scale, 0.2F, -8, 7, 1.0});
        check(Pact{2.5F, 4});
        check(DorefaActivation{4});
        check(DorefaWeight{4, 1.0});
        auto buffer = dy;
        std::vector<float> expected(dy.size());
        const DorefaWeight q{4,
                             std::tanh(static_cast<double>(*std::max_element(x.begin(), x.end())))};
        QVERIFY(backwardThroughMax(q, x, dy, expected));
        QVERIFY(backwardThroughMax(q, x, buffer, buffer));
        QVERIFY(buffer == expected);
    }

    void dorefaGradient_isUnbiased_onItsGrid_andRepeatable()
    {
        const std::vector<float> dr{0.9F, -0.37F, 0.011F, -0.9F, 0, 0, 0, 0, 2, -1, 0.5F, 3};
        const int n = 15;
        std::vector<double> mean(dr.size());
        std::vector<float> out(dr.size());
        constexpr int kTimes = 20000;
        DorefaGradient q{4, 3, CounterRng(7), 0};
        for (int time = 0; time < kTimes; ++time) {
            QVERIFY(quantizeGradient(q, dr, out));
            for (std::size_t i = 0; i < dr.size(); ++i) {
                mean[i] += static_cast<double>(out[i]) / kTimes;
                const double largest = i < 4 ? static_cast<double>(0.9F) : i < 8 ? 0.0 : 3.0;
                const double code =
                    largest == 0 ? 0 : (static_cast<double>(out[i]) / (2 * largest) + 0.5) * n;
                QVERIFY(std::fabs(code - std::nearbyint(code)) < 1e-5);
                QVERIFY(code >= -1e-5 && code <= n + 1e-5);
            }
            q.firstCounter += dr.size();
        }
        // The standard error of a mean of steps 2M/n wide is at most M/n/sqrt(times).
        for (std::size_t i = 0; i < dr.size(); ++i)
            QVERIFY2(std::fabs(mean[i] - static_cast<double>(dr[i])) <
                         5 * 3.0 / n / std::sqrt(kTimes),
                     std::to_string(mean[i]).c_str());

        q.firstCounter = 5;
        std::vector<float> again(dr.size());
        QVERIFY(quantizeGradient(q, dr, out));
        QVERIFY(quantizeGradient(q, dr, again));
        QVERIFY(out == again);
        q.rng = CounterRng(8);
        QVERIFY(quantizeGradient(q, dr, again));
        QVERIFY(out != again);
        // By hand: element 1 of sample 0, with the noise of its counter.
        const double u = static_cast<double>(dr[1]) / (2 * static_cast<double>(dr[0])) + 0.5 +
                         (CounterRng(8).uniform(6) - 0.5) / n;
        QCOMPARE(again[1], static_cast<float>(2 * static_cast<double>(dr[0]) *
                                              (std::nearbyint(u * n) / n - 0.5)));
    }

    void gradientScales_arePapers()
    {
        QCOMPARE(*lsqGradScale(100, 7), 1 / std::sqrt(700.0));
        QCOMPARE(*learnableGradFactor(100, 7), static_cast<float>(1 / std::sqrt(700.0)));
        const std::vector<float> x{1, 9};
        const std::vector<float> dy{1, 1};
        std::vector<float> dx(2);
        const auto one = backward(Lsq{0.7F, -8, 7, 1.0}, x, dy, dx);
        const auto scaled = backward(Lsq{0.7F, -8, 7, 0.25}, x, dy, dx);
        QCOMPARE(scaled->scale, one->scale * 0.25);
        const auto plus = backward(LsqPlus{0.7F, 0.1F, -8, 7, 0.25}, x, dy, dx);
        QCOMPARE(plus->beta, 0.25);
    }
};

QTEST_APPLESS_MAIN(TestGradients)
#include "test_gradients.moc"
