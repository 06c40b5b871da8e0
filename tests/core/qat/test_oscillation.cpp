// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/qat/dampening.h"
#include "core/qat/oscillation.h"
#include "tests/core/golden.h"
#include "tests/core/ptq/ptq_testing.h"

#include <limits>
#include <numeric>

using namespace qs;
using namespace qs::test;

/// Weights that oscillate between two codes: found, held, dampened.
class TestOscillation : public QObject {
    Q_OBJECT

private slots:
    void tracker_isThePapersAlgorithm()
    {
        const Golden golden("ptq");
        int cases = 0;
        for (const auto& c : golden.cases()) {
            if (c.at("kind") != "oscillation")
                continue;
            const auto count = c.at("count").get<std::size_t>();
            const auto path = golden.ints(c.at("path"));
            auto tracker = OscillationTracker::make(golden.ints(c.at("start")), c.at("momentum"));
            QVERIFY(tracker);
            std::int64_t frozen = 0;
            std::int64_t flips = 0;
            for (std::size_t t = 0; t < path.size() / count; ++t) {
                QVERIFY(tracker->step(std::span(path).subspan(t * count, count)));
                if ((t + 1) % c.at("freeze_every").get<std::size_t>() != 0)
                    continue;
                frozen += tracker->freeze(c.at("threshold"));
                flips += tracker->endEpoch();
            }
            QCOMPARE(tracker->steps(), static_cast<std::int64_t>(path.size() / count));
            const auto isFrozen = golden.ints(c.at("frozen"));
            const auto code = golden.ints(c.at("code"));
            const auto direction = golden.ints(c.at("direction"));
            const auto wantedFlips = golden.ints(c.at("flips"));
            const auto f = golden.floats(c.at("frequency"));
            const auto mean = golden.floats(c.at("mean"));
            for (std::size_t i = 0; i < count; ++i) {
                QCOMPARE(int{tracker->frozen()[i]}, isFrozen[i]);
                QCOMPARE(tracker->code()[i], code[i]);
                QCOMPARE(int{tracker->lastDirection()[i]}, direction[i]);
                QCOMPARE(static_cast<int>(tracker->flips()[i]), wantedFlips[i]);
                QCOMPARE(static_cast<float>(tracker->frequency()[i]), f[i]);
                QCOMPARE(static_cast<float>(tracker->meanCode()[i]), mean[i]);
            }
            QVERIFY(frozen >= 10 && frozen < 40);
            QCOMPARE(frozen, std::accumulate(isFrozen.begin(), isFrozen.end(), std::int64_t{0}));
            QCOMPARE(tracker->frozenCount(), frozen);
            QCOMPARE(flips,
                     std::accumulate(wantedFlips.begin(), wantedFlips.end(), std::int64_t{0}));
            ++cases;
        }
        QCOMPARE(cases, 3);
    }

    /// One up, one down: the second is an oscillation. A walk has many flips and none.
    void walks_areNoOscillations()
    {
        auto tracker = *OscillationTracker::make(std::vector<std::int32_t>{0, 0, 0}, 0.5);
        QVERIFY(tracker.step(std::vector<std::int32_t>{1, 1, 0}));
        QVERIFY(tracker.frequency()[0] == 0 && tracker.frequency()[1] == 0);
        QVERIFY(tracker.step(std::vector<std::int32_t>{0, 2, 0}));
        QCOMPARE(tracker.frequency()[0], 0.5);
        QCOMPARE(tracker.frequency()[1], 0.0);
        QCOMPARE(tracker.oscillating(0.25), std::int64_t{1});
        QCOMPARE(tracker.endEpoch(), std::int64_t{4});
        QVERIFY(tracker.step(std::vector<std::int32_t>{0, 3, 0}));
        QCOMPARE(tracker.frequency()[0], 0.25);
        QCOMPARE(tracker.flipsInEpoch()[0], 0U);
        QCOMPARE(tracker.flips()[0], 2U);
        QCOMPARE(tracker.flipsInEpoch()[1], 1U);
    }

    /// A frozen weight is held at its mean code and follows the scale; the others are not touched.
    void frozenWeights_areHeldOnTheirLevel()
    {
        auto tracker = *OscillationTracker::make(std::vector<std::int32_t>{3, 3, -1, 0}, 0.25);
        for (int i = 0; i < 9; ++i)
            QVERIFY(tracker.step(std::vector<std::int32_t>{i % 2 == 0 ? 4 : 3, 3, -1, 0}));
        QCOMPARE(tracker.freeze(0.1), std::int64_t{1});
        QCOMPARE(tracker.freeze(0.1), std::int64_t{0});
        const auto held = tracker.code()[0];
        QCOMPARE(held, static_cast<std::int32_t>(std::nearbyint(tracker.meanCode()[0])));
        QVERIFY(tracker.step(std::vector<std::int32_t>{7, 2, -1, 0}));
        QCOMPARE(tracker.code()[0], held);
        QCOMPARE(tracker.code()[1], 2);
        const auto params =
            *QuantParams::make(DType::Int4, QScheme::PerChannelAffine, {-8, 7}, {0.5F, 2}, {1, 0});
        std::vector<float> weight{9, 9, 9, 9};
        const auto shape = *Shape::make({2, 2});
        QVERIFY(tracker.holdFrozen(params, shape, weight));
        QCOMPARE(weight, (std::vector<float>{0.5F * static_cast<float>(held - 1), 9, 9, 9}));
        QVERIFY(isUsage(tracker.holdFrozen(params, *Shape::make({2, 3}), weight), "shape [2, 3]"));
        QVERIFY(isUsage(tracker.holdFrozen(params, shape, std::span(weight).first(3)), "weight"));
        const auto few =
            *QuantParams::make(DType::Int2, QScheme::PerTensorAffine, {-2, 1}, {1}, {0});
        QVERIFY(isUsage(tracker.holdFrozen(few, shape, weight), "code of weight 0"));
    }

    void tracker_mistakesAreNamed()
    {
        const std::vector<std::int32_t> codes{1, 2};
        QVERIFY(isUsage(OscillationTracker::make({}), "codes"));
        QVERIFY(isUsage(OscillationTracker::make(codes, 0), "momentum"));
        QVERIFY(isUsage(OscillationTracker::make(codes, 1.5), "momentum"));
        QVERIFY(isUsage(OscillationTracker::make(codes)->step({}), "codes"));
    }

    /// The gradient is the loss' difference quotient where no code changes; beyond the ends the
    /// loss stays and the gradient is 0.
    void dampening_isItsLossesGradient()
    {
        const auto weight = normals(3, 60, 1.5);
        const auto params = *QuantParams::make(DType::Int3, QScheme::PerChannelSymmetric, {-4, 3},
                                               {0.5F, 0.25F, 1}, {0, 0, 0});
        const auto quantizer = *Quantizer::make(params, *Shape::make({3, 20}));
        std::vector<float> gradient(60, 1);
        const auto loss = addDampening(quantizer, weight, 0.5, gradient);
        QVERIFY(loss);
        int outside = 0;
        for (std::size_t i = 0; i < 60; ++i) {
            const float end = params.scaleAt(i / 20);
            const bool inside = weight[i] >= -4 * end && weight[i] <= 3 * end;
            outside += inside ? 0 : 1;
            auto moved = weight;
            const float step = 1e-3F;
            moved[i] += step;
            std::vector<float> unused(60);
            const double there = *addDampening(quantizer, moved, 0.5, unused);
            const double slope = (there - *loss) / static_cast<double>(step);
            QVERIFY(std::fabs(slope - static_cast<double>(gradient[i] - 1)) < 2e-3);
            if (!inside)
                QCOMPARE(gradient[i], 1.0F);
        }
        QVERIFY(outside > 5);
        std::vector<float> levels(60);
        quantizer.fakeQuantize(weight, 0, levels.data());
        QCOMPARE(*addDampening(quantizer, levels, 0.5, gradient), 0.0);
    }

    void dampening_isTheSum_andRefuses()
    {
        const auto params =
            *QuantParams::make(DType::Int2, QScheme::PerTensorSymmetric, {-2, 1}, {1}, {0});
        const auto quantizer = *Quantizer::make(params, *Shape::make({4}));
        const std::vector<float> weight{0.25F, -1.5F, 5, std::numeric_limits<float>::quiet_NaN()};
        std::vector<float> gradient(4);
        // -1.5 is rounded to the even -2; 5 is clipped to 1, its own level.
        QCOMPARE(*addDampening(quantizer, weight, 2, gradient), 2 * (0.0625 + 0.25));
        QCOMPARE(gradient, (std::vector<float>{1, 2, 0, 0}));
        QVERIFY(isUsage(addDampening(quantizer, weight, -1, gradient), "lambda"));
        QVERIFY(isUsage(addDampening(quantizer, std::span(weight).first(3), 1, gradient),
                        "weight, gradient"));
    }
};

QTEST_GUILESS_MAIN(TestOscillation)
#include "test_oscillation.moc"
