// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/lr_schedule.h"
#include "nn_test_data.h"

#include <QTest>
#include <cmath>

using namespace qs;

class TestLrSchedule : public QObject {
    Q_OBJECT
private slots:
    void lrAt_goldenSchedules_arePyTorchs()
    {
        const auto golden = test::golden("optimizers_more.json");
        QVERIFY(!golden["schedules"].empty());
        for (const auto& json : golden["schedules"]) {
            LrSchedule schedule;
            schedule.name = json["name"];
            schedule.stepSize = json.value("step_size", schedule.stepSize);
            schedule.gamma = json.value("gamma", schedule.gamma);
            schedule.tMax = json.value("T_max", schedule.tMax);
            schedule.etaMin = json.value("eta_min", schedule.etaMin);
            QVERIFY(checkLrSchedule(schedule));
            for (std::size_t epoch = 0; epoch < json["rates"].size(); ++epoch) {
                const auto e = static_cast<std::int64_t>(epoch);
                const double expected = json["rates"][epoch];
                QVERIFY(std::abs(lrAt(schedule, json["lr"], e, 3 * e) - expected) <
                        1e-14); // PyTorch's are products of 20 steps
            }
        }
    }

    void lrAt_warmup_isPyTorchsLinearLr()
    {
        const auto golden = test::golden("optimizers_more.json");
        QVERIFY(!golden["warmups"].empty());
        for (const auto& json : golden["warmups"]) {
            const LrSchedule schedule{.warmupSteps = json["warmup_steps"]};
            for (std::size_t step = 0; step < json["rates"].size(); ++step) {
                const double expected = json["rates"][step];
                QVERIFY(std::abs(lrAt(schedule, json["lr"], 0, static_cast<std::int64_t>(step)) -
                                 expected) < 1e-14);
            }
        }
    }

    void lrAt_warmup_multipliesTheSchedule()
    {
        const LrSchedule schedule{.name = "step", .stepSize = 1, .gamma = 0.5, .warmupSteps = 4};
        QCOMPARE(lrAt(schedule, 1, 0, 1), 0.5);
        QCOMPARE(lrAt(schedule, 1, 1, 2), 0.375);
        QCOMPARE(lrAt(schedule, 1, 1, 3), 0.5);
        QCOMPARE(lrAt(schedule, 1, 2, 4), 0.25);
    }

    void lrAt_constant_isTheBase() { QCOMPARE(lrAt({}, 0.001, 1000, 100000), 0.001); }

    void checkLrSchedule_wrongValues_areRefused()
    {
        QVERIFY(!checkLrSchedule({.name = "plateau"}));
        QVERIFY(!checkLrSchedule({.stepSize = 0}));
        QVERIFY(!checkLrSchedule({.gamma = 0}));
        QVERIFY(!checkLrSchedule({.gamma = NAN}));
        QVERIFY(!checkLrSchedule({.tMax = 0}));
        QVERIFY(!checkLrSchedule({.etaMin = -1}));
        QVERIFY(!checkLrSchedule({.warmupSteps = -1}));
        for (const auto& name : lrScheduleNames())
            QVERIFY(checkLrSchedule({.name = name}));
    }
};

QTEST_APPLESS_MAIN(TestLrSchedule)
#include "tst_lr_schedule.moc"
