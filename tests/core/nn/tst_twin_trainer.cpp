// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/twin_trainer.h"
#include "nn_test_data.h"

#include <QTest>
#include <atomic>
#include <chrono>
#include <thread>

using namespace qs;
using namespace std::chrono_literals;

namespace {

TrainRecipe smallRecipe(int epochs)
{
    TrainRecipe recipe;
    recipe.model = "mlp:100-16-10";
    recipe.data = "rows";
    recipe.batch = 20;
    recipe.epochs = epochs;
    recipe.seed = 3;
    return recipe;
}

using SnapshotPtr = std::shared_ptr<const TwinSnapshot>;

/// Waits at most 10 s.
template <typename Condition>
bool eventually(Condition condition)
{
    for (int i = 0; i < 10000 && !condition(); ++i)
        std::this_thread::sleep_for(1ms);
    return condition();
}

} // namespace

class TestTwinTrainer : public QObject {
    Q_OBJECT
private slots:
    void step_bothNetworks_startAlikeAndSeeTheSameBatches()
    {
        auto twin = *TwinTrainer::make(smallRecipe(2), test::makeDataset(10));
        const auto start = twin->snapshot();
        for (std::size_t p = 0; p < start->floatWeights.size(); ++p)
            QVERIFY(std::ranges::equal(start->floatWeights[p].floats(),
                                       start->quantizedWeights[p].floats()));
        while (!twin->finished()) {
            const auto step = twin->step();
            QVERIFY(step);
            QCOMPARE(step->floating.step, step->quantized.step);
            QVERIFY(step->floating.loss != step->quantized.loss);
        }
        QCOMPARE(twin->snapshot()->step, 20);
    }

    void run_toTheEnd_givesCurvesAndTests()
    {
        auto twin = *TwinTrainer::make(smallRecipe(12), test::makeDataset(10));
        SnapshotPtr last;
        const auto end = twin->run({}, [&](SnapshotPtr s) { last = std::move(s); });
        QVERIFY(end && *end == TwinTrainer::End::Finished);
        QVERIFY(last->finished);
        QCOMPARE(last->step, 120);
        QCOMPARE(last->test.size(), 12U); // step 100 is the end of an epoch, too
        QCOMPARE(last->test.back().quantized.images, 100);
        QVERIFY(!last->train.empty() && last->train.back().step == 120);
        QVERIFY(last->train.back().floatLoss > 0);
        QVERIFY(last->samplesPerSecond > 0);
        QCOMPARE(last->quantizers.size(), 5U);
        QCOMPARE(last->quantizers[0].name, std::string("input"));
    }

    void run_pausedChangedStoppedFromAnotherThread_losesNothing()
    {
        auto twin = *TwinTrainer::make(smallRecipe(100000), test::makeDataset(10));
        std::mutex mutex;
        SnapshotPtr last;
        const auto keep = [&](SnapshotPtr s) {
            const std::scoped_lock lock(mutex);
            last = std::move(s);
        };
        const auto latest = [&] {
            const std::scoped_lock lock(mutex);
            return last;
        };
        std::atomic<int> ends = 0;
        const auto startRun = [&] {
            return std::jthread([&] {
                const auto end = twin->run({}, keep);
                ends += end && *end == TwinTrainer::End::Stopped ? 1 : 0;
            });
        };
        auto thread = startRun();
        QVERIFY(eventually([&] { return latest() != nullptr; }));
        twin->pause();
        QVERIFY(eventually([&] { return latest()->paused; }));
        const auto pausedAt = latest()->step;

        auto config = defaultQatConfig();
        config.all.weight->dtype = DType::Int4;
        twin->requestQuantization(config);
        std::this_thread::sleep_for(30ms);
        QCOMPARE(latest()->step, pausedAt);
        twin->resume();
        QVERIFY(eventually([&] { return latest()->step > pausedAt; }));
        const auto events = latest()->events;
        QCOMPARE(events.size(), 1U);
        QCOMPARE(events[0].step, pausedAt);
        QVERIFY(latest()->recipe.qat == config);

        config.layers["9"] = {};
        twin->requestQuantization(config);
        QVERIFY(eventually([&] { return latest()->events.size() == 2; }));
        QVERIFY(latest()->events[1].text.find("refused") != std::string::npos);

        // A paused run can be stopped, and a stopped one goes on.
        twin->pause();
        QVERIFY(eventually([&] { return latest()->paused; }));
        twin->stop();
        thread.join();
        QCOMPARE(ends.load(), 1);
        const auto stoppedAt = latest()->step;
        twin->resume();
        thread = startRun();
        QVERIFY(eventually([&] { return latest()->step > stoppedAt; }));
        twin->stop();
        thread.join();
        QCOMPARE(ends.load(), 2);
    }

    void run_contextStops_isCancelledEvenWhenPaused()
    {
        auto twin = *TwinTrainer::make(smallRecipe(100000), test::makeDataset(10));
        twin->pause();
        std::stop_source source;
        std::atomic<bool> cancelled = false;
        std::jthread thread([&] {
            const auto end = twin->run(JobContext(source.get_token()), [](const SnapshotPtr&) {});
            cancelled = !end && end.error().kind == ErrorKind::Cancelled;
        });
        std::this_thread::sleep_for(20ms);
        source.request_stop();
        thread.join();
        QVERIFY(cancelled);
        twin->resume();
        QVERIFY(twin->step());
    }
};

QTEST_APPLESS_MAIN(TestTwinTrainer)
#include "tst_twin_trainer.moc"
