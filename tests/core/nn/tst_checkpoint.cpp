// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// A checkpoint holds everything that the steps to come depend on.
#include "core/base/parallel.h"
#include "core/io/formats.h"
#include "core/nn/trainer.h"
#include "core/nn/weights_file.h"
#include "nn_test_data.h"

#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>

using namespace qs;

namespace {

TrainRecipe recipe()
{
    TrainRecipe r;
    r.model = "mlp:100-16-10";
    r.data = "rows";
    r.epochs = 3;
    r.batch = 24;
    r.lr = 0.01;
    r.seed = 5;
    r.optimizer = "adamw";
    r.weightDecay = 0.01;
    r.schedule.name = "cosine";
    r.schedule.tMax = 3;
    r.schedule.warmupSteps = 5;
    r.augmentation.noise = 0.05;
    r.calibration = 20;
    r.qat = lsqQatConfig();
    r.qat->layers["2"] = defaultQatConfig().all;
    r.qat->oscillation = {true, 0.05, 0.02, 0.0001};
    r.observeEpochs = 0;
    r.freezeObserversAfter = 2;
    return r;
}

Trainer trainerOf(const TrainRecipe& r)
{
    auto trainer = Trainer::make(r, test::makeDataset(10));
    if (!trainer)
        qFatal("%s", trainer.error().message.c_str());
    return std::move(*trainer);
}

void steps(Trainer& trainer, int count)
{
    for (int i = 0; i < count && !trainer.finished(); ++i)
        if (const auto step = trainer.step(); !step)
            qFatal("%s", step.error().message.c_str());
}

/// All bits of a trainer's state, by name.
std::map<std::string, std::vector<std::byte>> bitsOf(const Trainer& trainer)
{
    std::map<std::string, std::vector<std::byte>> bits;
    for (const auto& tensor : trainer.checkpoint())
        bits[tensor.name()].assign(tensor.bytes().begin(), tensor.bytes().end());
    return bits;
}

} // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT
private slots:
    void resume_inAnEpochsMiddle_goesOnBitForBit()
    {
        auto whole = trainerOf(recipe());
        steps(whole, 11); // the second epoch's third step
        QTemporaryDir dir;
        const auto path = dir.filePath("checkpoint.safetensors").toStdString();
        QVERIFY(writeTensors(path, whole.checkpoint(), {}));
        steps(whole, 1000);

        const ThreadLimit limit(1); // the same bits whatever the number of threads
        auto resumed = trainerOf(recipe());
        const auto tensors = readAllTensors(path);
        QVERIFY(tensors);
        const auto done = resumed.resume(*tensors);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(resumed.steps(), std::int64_t{11});
        steps(resumed, 1000);
        const auto expected = bitsOf(whole);
        const auto found = bitsOf(resumed);
        QCOMPARE(found.size(), expected.size());
        for (const auto& [name, bits] : expected)
            QVERIFY2(found.at(name) == bits, name.c_str());
        QVERIFY(!whole.oscillation().states().empty());
    }

    /// However often and wherever a step is stopped, it is taken as if it never had been.
    void cancelled_inAStepsMiddle_changesNothing()
    {
        QTemporaryDir dir;
        const auto model = dir.filePath("model.json").toStdString();
        {
            std::ofstream file(model);
            file << R"({"input":[1,10,10],"layers":[)"
                 << R"({"type":"Conv2d","out_channels":6,"kernel_size":3},{"type":"BatchNorm2d"},)"
                 << R"({"type":"ReLU"},{"type":"Dropout","p":0.2},{"type":"Flatten"},)"
                 << R"({"type":"Linear","out_features":10}]})";
        }
        TrainRecipe r;
        r.model = model;
        r.data = "rows";
        r.batch = 100;
        r.epochs = 8;
        r.qat = defaultQatConfig();
        r.qat->all.activation->observer = "histogram";
        r.qat->layers["5"] = lsqQatConfig().all;
        auto whole = trainerOf(r);
        auto broken = trainerOf(r);
        const auto begin = std::chrono::steady_clock::now();
        steps(whole, 1000);
        const auto step = (std::chrono::steady_clock::now() - begin) / whole.steps();
        int cancelled = 0;
        for (int part = 0; !broken.finished(); part = (part + 1) % 11) {
            std::stop_source stop;
            // Now and then before the step begins, else somewhere in it, where the machine is quick
            // enough to get there.
            if (part == 0)
                stop.request_stop();
            const std::jthread stopper([&] {
                std::this_thread::sleep_for(step * part / 10);
                stop.request_stop();
            });
            const auto taken = broken.step(JobContext(stop.get_token()));
            if (taken)
                continue;
            QVERIFY2(taken.error().kind == ErrorKind::Cancelled, taken.error().message.c_str());
            ++cancelled;
        }
        QVERIFY(cancelled > 0);
        const auto expected = bitsOf(whole);
        const auto found = bitsOf(broken);
        for (const auto& [name, bits] : expected)
            QVERIFY2(found.at(name) == bits, name.c_str());
    }

    void notFinite_keepsStatisticsThatCanBeLoaded()
    {
        QTemporaryDir dir;
        const auto model = dir.filePath("model.json").toStdString();
        {
            std::ofstream file(model);
            file << R"({"input":[1,10,10],"layers":[{"type":"BatchNorm2d"},{"type":"Flatten"},)"
                 << R"({"type":"Linear","out_features":10},{"type":"BatchNorm1d"},)"
                 << R"({"type":"Linear","out_features":10}]})";
        }
        TrainRecipe r;
        r.model = model;
        r.data = "rows";
        r.epochs = 20;
        r.optimizer = "sgd";
        r.lr = 1e20;
        auto trainer = trainerOf(r);
        Result<StepResult> step = trainer.step();
        while (step && !trainer.finished())
            step = trainer.step();
        QVERIFY(!step);
        QVERIFY(step.error().message.find("not finite") != std::string::npos);
        auto other = trainerOf(r);
        const auto loaded = other.network().loadStateDict(trainer.network().stateDict());
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    }

    void recipe_comesBackWhole()
    {
        const auto trainer = trainerOf(recipe());
        const auto read = Trainer::recipeOf(trainer.checkpoint());
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QVERIFY(*read == recipe());
    }

    void resume_moreEpochs_areAllowed()
    {
        auto first = trainerOf(recipe());
        steps(first, 1000);
        auto longer = recipe();
        longer.epochs = 4;
        auto second = trainerOf(longer);
        QVERIFY(second.resume(first.checkpoint()));
        QVERIFY(!second.finished());
        QCOMPARE(second.epoch(), 4);
        steps(second, 1000);
    }

    void resume_anotherRecipe_namesWhatDiffers()
    {
        auto first = trainerOf(recipe());
        steps(first, 3);
        auto other = recipe();
        other.lr = 0.02;
        other.seed = 6;
        auto second = trainerOf(other);
        const auto done = second.resume(first.checkpoint());
        QVERIFY(!done);
        QVERIFY2(done.error().message.find("lr, seed") != std::string::npos,
                 done.error().message.c_str());
    }

    void resume_damaged_isAnError()
    {
        auto first = trainerOf(recipe());
        steps(first, 3);
        const auto good = first.checkpoint();
        for (std::size_t i = 0; i < good.size(); ++i) {
            auto bad = good;
            if (bad[i].name().starts_with("network.") || bad[i].name().ends_with(".scale"))
                continue; // may be missing: then observers begin anew
            bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
            auto second = trainerOf(recipe());
            QVERIFY2(!second.resume(bad) ||
                         good[i].name().find("flips_last_epoch") != std::string::npos,
                     good[i].name().c_str());
        }
        auto weights = trainerOf(recipe());
        const auto alone = weights.network().stateDict();
        const auto done = weights.resume(alone);
        QVERIFY(!done);
        QVERIFY(done.error().message.find("weights alone") != std::string::npos);
    }

    void oscillation_freezing_holdsWeightsAtALevel()
    {
        auto r = recipe();
        r.qat = defaultQatConfig();
        r.qat->all.weight->dtype = DType::Int2;
        r.qat->oscillation = {true, 0.1, 0.05, 0};
        r.epochs = 6;
        auto trainer = trainerOf(r);
        steps(trainer, 1000);
        std::int64_t frozen = 0;
        std::int64_t flips = 0;
        for (const auto& state : trainer.oscillation().states()) {
            frozen += state.frozen;
            flips += state.flips;
        }
        QVERIFY(flips > 0);
        QVERIFY(frozen > 0);
    }

    void dampening_keepsWeightsNearTheirLevels()
    {
        const auto distance = [](double dampening) {
            auto r = recipe();
            r.qat = defaultQatConfig();
            r.qat->all.weight->dtype = DType::Int4;
            r.qat->oscillation = {true, 0.01, 0, dampening};
            auto trainer = trainerOf(r);
            steps(trainer, 1000);
            double sum = 0;
            for (const auto& view : trainer.network().weightViews()) {
                const auto latent = view.latent.floats();
                const auto value = view.value.floats();
                for (std::size_t i = 0; i < latent.size(); ++i)
                    sum += std::abs(static_cast<double>(latent[i] - value[i])) /
                           static_cast<double>(view.params->scaleAt(0));
            }
            return sum;
        };
        QVERIFY(distance(1.0) < 0.9 * distance(0));
    }
};

QTEST_APPLESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
