// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/optimizer.h"
#include "nn_test_data.h"

#include <QTest>
#include <cmath>

using namespace qs;

class TestOptimizer : public QObject {
    Q_OBJECT
private slots:
    void step_goldenGradients_followsPyTorchsTrajectory()
    {
        const auto golden = test::golden("optimizers.json");
        for (const auto& json : golden["cases"]) {
            auto optimizer = Optimizer::make(
                {.name = json["name"], .lr = json["lr"], .momentum = json.value("momentum", 0.0)});
            QVERIFY(optimizer);
            const auto start = test::floats(json["start"]);
            std::vector<Parameter> parameters{
                {"w", *Shape::make({static_cast<std::int64_t>(start.size())}), start, {}}};
            for (const auto& step : json["steps"]) {
                parameters[0].gradient = test::floats(step["gradient"]);
                optimizer->step(parameters);
                const auto expected = test::floats(step["value"]);
                for (std::size_t i = 0; i < expected.size(); ++i)
                    QVERIFY(std::abs(parameters[0].value[i] - expected[i]) <=
                            1e-6F * std::max(std::abs(expected[i]), 0.1F));
            }
            QCOMPARE(optimizer->steps(), 20);
        }
    }

    void make_wrongValues_areRefused()
    {
        QVERIFY(!Optimizer::make({.name = "lion"}));
        QVERIFY(!Optimizer::make({.lr = 0}));
        QVERIFY(!Optimizer::make({.lr = NAN}));
        QVERIFY(!Optimizer::make({.name = "sgd", .momentum = 1}));
    }
};

QTEST_APPLESS_MAIN(TestOptimizer)
#include "tst_optimizer.moc"
