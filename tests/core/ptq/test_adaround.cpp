// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/ptq/adaround.h"
#include "core/ptq/rounding_choice.h"
#include "core/quant/quantizer.h"
#include "tests/core/ptq/ptq_testing.h"

#include <limits>
#include <set>

using namespace qs;
using namespace qs::test;

namespace {

constexpr std::int64_t kColumns = 12;

/// The least error of one output over all 2^n ways to round, by the definition.
double bestOfAll(const GramData& data, std::span<const float> weight,
                 const RoundingChoices& choices, std::size_t row)
{
    double best = std::numeric_limits<double>::infinity();
    const std::size_t k = kColumns;
    std::vector<float> rounded(k);
    for (unsigned ways = 0; ways < 1U << kColumns; ++ways) {
        for (std::size_t i = 0; i < k; ++i)
            rounded[i] = (ways >> i & 1U) != 0 ? choices.highLevel[row * k + i]
                                               : choices.lowLevel[row * k + i];
        best = std::min(best, squaredErrors(data, weight.subspan(row * k, k), rounded).value()[0]);
    }
    return best;
}

} // namespace

class TestAdaRound : public QObject {
    Q_OBJECT

private slots:
    /// All 4,096 ways to round each of 40 rows: how near both methods get to the best.
    void adaRound_isNearTheBestOfAllWays()
    {
        const std::int64_t outputs = 40;
        const auto weight = normals(2, outputs * kColumns, 0.3);
        const auto params = symmetricParams(weight, outputs, DType::Int4, true);
        const auto x = activations(4, 200, kColumns);
        auto xq = x;
        const auto noise = normals(9, 200 * kColumns, 0.02);
        for (std::size_t i = 0; i < xq.size(); ++i)
            xq[i] += noise[i];
        const auto data = gramOf(kColumns, xq, x);
        const auto choices = *roundingChoices(weight, outputs, kColumns, params);
        AdaRoundOptions asInThePaper;
        asInThePaper.descent = false;
        const auto ada = adaRound(weight, outputs, params, data, asInThePaper);
        QVERIFY(ada);
        const auto descended = descendRounding(weight, outputs, params, data);
        const auto both = adaRound(weight, outputs, params, data);
        QVERIFY(descended && both);
        double best = 0;
        int adaIsBest = 0;
        int bothAreBest = 0;
        for (std::size_t o = 0; o < static_cast<std::size_t>(outputs); ++o) {
            const double least = bestOfAll(data, weight, choices, o);
            best += least;
            QVERIFY(ada->error[o] >= least * (1 - 1e-9));
            QVERIFY(ada->error[o] <= ada->errorNearest[o]);
            QVERIFY(both->error[o] <= ada->error[o] * (1 + 1e-9));
            adaIsBest += ada->error[o] <= least * (1 + 1e-9) ? 1 : 0;
            bothAreBest += both->error[o] <= least * (1 + 1e-9) ? 1 : 0;
        }
        qInfo("error over the best: nearest %.3f, AdaRound %.3f (%d of 40 rows are best), descent "
              "%.3f, both %.3f (%d)",
              ada->totalNearest() / best, ada->total() / best, adaIsBest, descended->total() / best,
              both->total() / best, bothAreBest);
        QVERIFY(ada->totalNearest() > 1.5 * best);
        QVERIFY(ada->total() < 1.05 * best);
        QVERIFY(descended->total() < 1.05 * best);
        QVERIFY(both->total() < 1.03 * best);
    }

    /// What is returned is what it says: codes and levels of the quantizer, one of two.
    void result_isConsistent()
    {
        const std::int64_t outputs = 5;
        const auto weight = normals(2, outputs * kColumns);
        const auto data = gramOf(kColumns, activations(4, 60, kColumns));
        for (const DType dtype : {DType::Int2, DType::Int4, DType::Qint8, DType::Quint8}) {
            for (const bool perChannel : {false, true}) {
                // Of a smaller tensor: some weights lie beyond the ends.
                const auto params = symmetricParams(perChannel ? std::span<const float>(weight)
                                                               : std::span(weight).first(20),
                                                    outputs, dtype, perChannel);
                const auto quantizer = Quantizer::make(params, *Shape::make({outputs, kColumns}));
                std::vector<std::int32_t> nearest(weight.size());
                quantizer->quantize(weight, 0, nearest.data());
                const auto r = adaRound(weight, outputs, params, data, {300});
                QVERIFY(r);
                std::vector<float> levels(weight.size());
                quantizer->dequantize(r->codes, 0, levels.data());
                QVERIFY(levels == r->weight);
                std::int64_t changed = 0;
                for (std::size_t i = 0; i < weight.size(); ++i) {
                    QVERIFY(std::abs(r->codes[i] - nearest[i]) <= 1);
                    QVERIFY(r->codes[i] >= params.firstCode() && r->codes[i] <= params.lastCode());
                    changed += r->codes[i] != nearest[i] ? 1 : 0;
                }
                QCOMPARE(r->changed, changed);
                QVERIFY(r->error == *squaredErrors(data, weight, r->weight));
                quantizer->dequantize(nearest, 0, levels.data());
                QVERIFY(r->errorNearest == *squaredErrors(data, weight, levels));
                QVERIFY(r->total() <= r->totalNearest());
            }
        }
    }

    void choices_areTheLevelsAround()
    {
        const auto params = *QuantParams::make(DType::Int2, QScheme::PerTensorAffine, {-2, 1},
                                               {0.5F}, {-1}); // levels -0.5, 0, 0.5, 1
        const std::vector<float> weight{-9, -0.5F, -0.1F, 0.3F, 0.5F, 0.99F, 1, 9};
        const auto c = roundingChoices(weight, 2, 4, params);
        QVERIFY(c);
        QCOMPARE(c->lowLevel, (std::vector<float>{-0.5F, -0.5F, -0.5F, 0, 0.5F, 0.5F, 1, 1}));
        QCOMPARE(c->highLevel, (std::vector<float>{-0.5F, 0, 0, 0.5F, 1, 1, 1, 1}));
        QCOMPARE(c->low, (std::vector<std::int32_t>{-2, -2, -2, -1, 0, 0, 1, 1}));
        QCOMPARE(c->nearest, (std::vector<std::int32_t>{-2, -2, -1, 0, 0, 1, 1, 1}));
        QVERIFY(!c->free(0) && c->free(1) && c->free(5) && !c->free(6) && !c->free(7));
    }

    /// An input that is never seen, no rows at all, weights on their levels: nearest rounding
    /// stays.
    void nothingToGain_keepsNearest()
    {
        const auto weight = normals(2, 3 * kColumns);
        const auto params = symmetricParams(weight, 3, DType::Int4, true);
        const auto none = adaRound(weight, 3, params, gramOf(kColumns, {}), {50});
        QVERIFY(none);
        QCOMPARE(none->changed, std::int64_t{0});
        QCOMPARE(none->keptNearest, std::int64_t{3});
        const auto data = gramOf(kColumns, activations(4, 60, kColumns));
        const auto exact = adaRound(none->weight, 3, params, data, {50});
        QVERIFY(exact);
        QCOMPARE(exact->changed, std::int64_t{0});
        QCOMPARE(exact->total(), 0.0);
    }

    void bits_doNotDependOnThreads()
    {
        const std::int64_t outputs = 70;
        const auto weight = normals(2, outputs * kColumns);
        const auto params = symmetricParams(weight, outputs, DType::Int3, true);
        const auto data = gramOf(kColumns, activations(4, 60, kColumns));
        const auto many = adaRound(weight, outputs, params, data, {200});
        const ThreadLimit one(1);
        const auto single = adaRound(weight, outputs, params, data, {200});
        QVERIFY(many->codes == single->codes);
        QVERIFY(many->error == single->error);
    }

    void stops_andTellsHowFarItIs()
    {
        const auto weight = normals(2, 5 * kColumns);
        const auto params = symmetricParams(weight, 5, DType::Int4, true);
        const auto data = gramOf(kColumns, activations(4, 60, kColumns));
        std::stop_source stop;
        double last = -1;
        const JobContext context(stop.get_token(), [&](std::string_view stage, double fraction) {
            if (stage != "AdaRound" || fraction < last)
                qFatal("progress");
            last = fraction;
            if (fraction > 0 && fraction < 1)
                stop.request_stop();
        });
        const auto found = adaRound(weight, 5, params, data, {100'000'000}, context);
        QVERIFY(!found && found.error().kind == ErrorKind::Cancelled);
        QVERIFY(last > 0 && last < 0.5);
        const auto descended = descendRounding(weight, 5, params, data, {}, context);
        QVERIFY(!descended && descended.error().kind == ErrorKind::Cancelled);
    }

    void mistakes_areNamed()
    {
        const auto weight = normals(2, 5 * kColumns);
        const auto params = symmetricParams(weight, 5, DType::Int4, true);
        const auto data = gramOf(kColumns, activations(4, 60, kColumns));
        const auto with = [&](auto change) {
            AdaRoundOptions options{10};
            change(options);
            return adaRound(weight, 5, params, data, options);
        };
        QVERIFY(isUsage(with([](auto& o) { o.iterations = 0; }), "iterations"));
        QVERIFY(isUsage(with([](auto& o) { o.learningRate = 0; }), "lr"));
        QVERIFY(isUsage(with([](auto& o) { o.lambda = -1; }), "lambda"));
        QVERIFY(isUsage(with([](auto& o) { o.betaEnd = 0; }), "beta_end"));
        QVERIFY(isUsage(with([](auto& o) { o.betaStart = 1; }), "beta_start"));
        QVERIFY(isUsage(with([](auto& o) { o.warmStart = 1.5; }), "warm_start"));
        QVERIFY(with([](auto& o) { o.warmStart = 1; }));
        QVERIFY(isUsage(adaRound(weight, 4, params, data), "weight"));
        QVERIFY(!adaRound(std::span(weight).first(4 * kColumns), 4, params, data)); // 5 scales
        auto bad = weight;
        bad[3] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(isUsage(adaRound(bad, 5, params, data), "weight"));
        QuantParts parts;
        parts.dtype = DType::Float8E4m3fn;
        parts.qscheme = QScheme::PerTensorSymmetric;
        parts.scale = {1};
        QVERIFY(isUsage(adaRound(weight, 5, *QuantParams::make(parts), data), "dtype"));
        auto codes = adaRound(weight, 5, params, data, {10})->codes;
        QVERIFY(descendRounding(weight, 5, params, data, codes));
        codes[7] += 2;
        QVERIFY(isUsage(descendRounding(weight, 5, params, data, codes), "code 7"));
        codes.pop_back();
        QVERIFY(isUsage(descendRounding(weight, 5, params, data, codes), "codes"));
    }
};

QTEST_GUILESS_MAIN(TestAdaRound)
#include "test_adaround.moc"
