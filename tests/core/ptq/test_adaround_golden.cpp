// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/adaround.h"
#include "core/ptq/rounding_choice.h"
#include "tests/core/golden.h"
#include "tests/core/ptq/ptq_testing.h"

#include <numeric>

using namespace qs;
using namespace qs::test;

/// AdaRound from Gram matrices against the paper's loss with autograd on the rows themselves, and
/// torch.optim.Adam, in float64 (tests/golden/make_ptq_golden.py).
class TestAdaRoundGolden : public QObject {
    Q_OBJECT

private slots:
    void codesAndErrors_areAutograds()
    {
        const Golden golden("ptq");
        int cases = 0;
        for (const auto& c : golden.cases()) {
            if (c.at("kind") != "adaround")
                continue;
            const auto name = c.at("dtype").get<std::string>();
            const auto dtype = *dtypeByName(name);
            const auto params = QuantParams::make(
                dtype, qscheme(Granularity::Channel, c.at("symmetric").get<bool>()),
                {info(dtype).quantMin, info(dtype).quantMax}, golden.floats(c.at("scale")),
                golden.ints(c.at("zero_point")), 0);
            QVERIFY(params);
            const auto x = golden.floats(c.at("x"));
            const auto quantizedX = golden.floats(c.at("xq"));
            const auto weight = golden.floats(c.at("w"));
            const auto outputs = c.at("outputs").get<std::int64_t>();
            const auto columns = c.at("columns").get<std::int64_t>();
            const auto data = gramOf(columns, quantizedX, x);
            QCOMPARE(data.cross.empty(), x == quantizedX);

            const auto choices = roundingChoices(weight, outputs, columns, *params);
            QVERIFY(choices);
            QVERIFY(choices->nearest == golden.ints(c.at("nearest")));

            AdaRoundOptions options;
            options.iterations = c.at("iterations").get<int>();
            options.descent = false;
            options.lambda = c.at("lambda").get<double>();
            const auto found = adaRound(weight, outputs, *params, data, options);
            QVERIFY2(found, found ? "" : found.error().message.c_str());
            const auto expected = golden.ints(c.at("codes"));
            const auto nearestError = golden.floats(c.at("error_nearest"));
            const auto error = golden.floats(c.at("error"));
            const auto k = static_cast<std::size_t>(columns);
            int others = 0;
            for (std::size_t o = 0; o < static_cast<std::size_t>(outputs); ++o) {
                const auto wanted = static_cast<double>(nearestError[o]);
                QVERIFY(std::fabs(found->errorNearest[o] / wanted - 1) < 1e-6);
                // The script keeps what is worse than nearest rounding, we do not.
                if (error[o] >= nearestError[o])
                    continue;
                for (std::size_t i = o * k; i < (o + 1) * k; ++i)
                    others += found->codes[i] != expected[i] ? 1 : 0;
            }
            const double torch = std::accumulate(error.begin(), error.end(), 0.0);
            qInfo("%s: error %.4g, PyTorch's %.4g, nearest %.4g; %d of %zu codes differ",
                  name.c_str(), found->total(), torch, found->totalNearest(), others,
                  expected.size());
            // float32 and float64 part ways where an output's weights hang in the balance.
            QVERIFY(others <= static_cast<int>(expected.size()) / 20);
            QVERIFY(found->total() <= 1.02 * torch);
            ++cases;
        }
        QCOMPARE(cases, 4);
    }
};

QTEST_GUILESS_MAIN(TestAdaRoundGolden)
#include "test_adaround_golden.moc"
