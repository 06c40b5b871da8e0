// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/nn/trainer.h"
#include "core/nn/weights_file.h"
#include "nn_test_data.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>

using namespace qs;

namespace {

TrainRecipe recipeFor(const std::string& model, int batch)
{
    TrainRecipe recipe;
    recipe.model = model;
    recipe.data = "rows";
    recipe.batch = batch;
    recipe.seed = 7;
    return recipe;
}

bool sameBits(const Network& a, const Network& b)
{
    for (std::size_t p = 0; p < a.parameters().size(); ++p)
        if (std::memcmp(a.parameters()[p].value.data(), b.parameters()[p].value.data(),
                        a.parameters()[p].value.size() * sizeof(float)) != 0)
            return false;
    const auto qa = a.quantizers();
    const auto qb = b.quantizers();
    if (qa.size() != qb.size())
        return false;
    for (std::size_t i = 0; i < qa.size(); ++i)
        if (qa[i].params != qb[i].params)
            return false;
    return true;
}

Trainer trained(const TrainRecipe& recipe, const std::shared_ptr<const Dataset>& data, int steps)
{
    auto trainer = Trainer::make(recipe, data);
    for (int i = 0; i < steps; ++i)
        (void)trainer->step();
    return std::move(*trainer);
}

} // namespace

class TestTrainer : public QObject {
    Q_OBJECT
private slots:
    void step_oneOrTwoThreads_givesTheSameBits_data()
    {
        QTest::addColumn<bool>("perChannel");
        QTest::newRow("default") << false;
        QTest::newRow("per channel") << true;
    }

    void step_oneOrTwoThreads_givesTheSameBits()
    {
        QFETCH(bool, perChannel);
        auto recipe = recipeFor("seed-cnn", 28);
        recipe.qat = defaultQatConfig();
        if (perChannel) {
            recipe.qat->all.weight->qscheme = QScheme::PerChannelSymmetric;
            recipe.qat->all.activation->qscheme = QScheme::PerChannelAffine;
            recipe.qat->all.activation->axis = 1;
        }
        const auto data = test::makeDataset(28, 100, 20);
        std::optional<Trainer> first;
        for (const int threads : {1, 2, 4}) {
            const ThreadLimit limit(threads);
            auto next = trained(recipe, data, 6);
            if (!first)
                first = std::move(next);
            else
                QVERIFY(sameBits(first->network(), next.network()));
        }
        QCOMPARE(first->network().quantizers().size(), 7U);
        for (const auto& q : first->network().quantizers())
            QVERIFY2(q.params, q.name.c_str());
    }

    void step_separableImages_areLearned()
    {
        const auto data = test::makeDataset(10);
        for (const bool quantized : {false, true}) {
            auto recipe = recipeFor("mlp:100-32-10", 20);
            recipe.epochs = 30;
            recipe.lr = 0.01;
            if (quantized)
                recipe.qat = defaultQatConfig();
            auto trainer = trained(recipe, data, 300);
            QVERIFY(trainer.finished());
            QVERIFY(!trainer.step());
            const auto test = trainer.evaluate();
            QCOMPARE(test->images, 100);
            QVERIFY2(test->accuracy > 0.95, std::to_string(test->accuracy).c_str());
            QCOMPARE(trainer.evaluate({}, 30)->images, 30);
        }
    }

    void step_lastBatch_isTheRest()
    {
        auto recipe = recipeFor("mlp:100-8-10", 64);
        recipe.epochs = 2;
        auto trainer = Trainer::make(recipe, test::makeDataset(10));
        QCOMPARE(trainer->stepsPerEpoch(), 4);
        std::vector<std::int64_t> sizes;
        while (!trainer->finished()) {
            const auto step = trainer->step();
            sizes.push_back(step->samples);
            QCOMPARE(step->endsEpoch, step->step % 4 == 0);
            QCOMPARE(step->epoch, step->step <= 4 ? 1 : 2);
        }
        QCOMPARE(sizes, (std::vector<std::int64_t>{64, 64, 64, 8, 64, 64, 64, 8}));
    }

    void step_lossOverflows_namesStepAndLayerAndKeepsGoodWeights()
    {
        auto recipe = recipeFor("mlp:100-16-10", 50);
        recipe.epochs = 100;
        recipe.optimizer = "sgd";
        recipe.lr = 1e30;
        auto trainer = Trainer::make(recipe, test::makeDataset(10));
        std::optional<Error> error;
        while (!error && !trainer->finished())
            if (const auto step = trainer->step(); !step)
                error = step.error();
        QVERIFY(error);
        QVERIFY(error->kind == ErrorKind::Data);
        QVERIFY2(error->message.starts_with("step "), error->message.c_str());
        QVERIFY2(error->message.find("layer ") != std::string::npos, error->message.c_str());
        for (const auto& p : trainer->network().parameters())
            for (const float v : p.value)
                QVERIFY(std::isfinite(v));
    }

    void setQuantization_betweenSteps_keepsWeightsAndRanges()
    {
        auto recipe = recipeFor("mlp:100-16-10", 50);
        recipe.epochs = 10;
        recipe.qat = defaultQatConfig();
        auto trainer = trained(recipe, test::makeDataset(10), 5);
        const auto before = trainer.network().quantizers();
        const auto weights = trainer.network().parameters()[0].value;

        auto four = defaultQatConfig();
        four.all.weight->dtype = DType::Int4;
        QVERIFY(trainer.setQuantization(four));
        const auto after = trainer.network().quantizers();
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < after.size(); ++i) {
            QCOMPARE(after[i].ranges[0].min, before[i].ranges[0].min);
            QCOMPARE(after[i].ranges[0].max, before[i].ranges[0].max);
        }
        QVERIFY(trainer.network().parameters()[0].value == weights);
        QVERIFY(trainer.step());

        auto wrong = four;
        wrong.layers["1"] = {};
        QVERIFY(!trainer.setQuantization(wrong));
        QVERIFY(trainer.recipe().qat == four);
        QVERIFY(trainer.setQuantization(std::nullopt));
        QVERIFY(trainer.network().quantizers().empty());
        QVERIFY(trainer.step());
    }

    void phases_observeThenQuantizeThenFreeze()
    {
        auto recipe = recipeFor("mlp:100-16-10", 100);
        recipe.epochs = 4;
        recipe.qat = defaultQatConfig();
        recipe.observeEpochs = 1;
        recipe.freezeObserversAfter = 2;
        auto trainer = Trainer::make(recipe, test::makeDataset(10));
        for (int step = 1; step <= 8; ++step) {
            QVERIFY(trainer->step());
            const auto q = trainer->network().quantizers()[1];
            QCOMPARE(q.fakeQuantEnabled, step > 2);
            QCOMPARE(q.observerEnabled, step <= 4);
            QCOMPARE(q.batchesSeen, std::min(step, 4));
        }
    }

    void fixed_activations_areNeverObserved()
    {
        auto recipe = recipeFor("mlp:100-16-10", 20);
        recipe.qat = fixedQatConfig(*modelByName(recipe.model));
        const auto trainer = trained(recipe, test::makeDataset(10), 5);
        const auto states = trainer.network().quantizers();
        QCOMPARE(states.size(), 5U);
        for (const auto& [index, scale] :
             {std::pair{0U, 1.0F / 255.0F}, {2U, 6.0F / 255.0F}, {4U, 0.25F}}) {
            QCOMPARE(states[index].params->scaleAt(0), scale);
            QVERIFY(states[index].ranges.empty());
        }
    }

    void observeSteps_keepWhatTheFirstBatchesGave()
    {
        auto recipe = recipeFor("mlp:100-16-10", 20);
        recipe.qat = defaultQatConfig();
        recipe.qat->observeSteps = 1;
        auto trainer = trained(recipe, test::makeDataset(10), 1);
        const auto first = trainer.network().quantizers();
        for (int i = 0; i < 5; ++i)
            QVERIFY(trainer.step());
        const auto later = trainer.network().quantizers();
        for (std::size_t i = 0; i < first.size(); ++i)
            QCOMPARE(first[i].params == later[i].params, !first[i].name.ends_with(".weight"));
    }

    void step_cancelled_leavesTheWeights()
    {
        auto trainer = trained(recipeFor("mlp:100-16-10", 20), test::makeDataset(10), 2);
        const auto before = trainer.network().parameters()[0].value;
        std::stop_source source;
        source.request_stop();
        const auto step = trainer.step(JobContext(source.get_token()));
        QVERIFY(!step && step.error().kind == ErrorKind::Cancelled);
        QVERIFY(trainer.network().parameters()[0].value == before);
        QCOMPARE(trainer.steps(), 2);
    }

    void weights_savedAndLoaded_areTheSame()
    {
        const QTemporaryDir dir;
        const std::string path = dir.filePath("w.safetensors").toStdString();
        const auto data = test::makeDataset(28, 60, 20);
        const auto recipe = recipeFor("seed-cnn", 20);
        const auto from = trained(recipe, data, 2);
        QVERIFY(saveWeights(from.network(), path));
        auto to = Trainer::make(recipe, data);
        QVERIFY(!sameBits(from.network(), to->network()));
        QVERIFY(loadWeights(to->network(), path));
        QVERIFY(sameBits(from.network(), to->network()));

        auto other = Network::make(*modelByName("mlp:784-10"), 0);
        const auto refused = loadWeights(*other, path);
        QVERIFY(!refused);
        QVERIFY(refused.error().message.starts_with(path + ": "));
    }

    void make_unfittingRecipe_isRefused()
    {
        const auto data = test::makeDataset(10);
        const auto refused = [&](auto change) {
            auto recipe = recipeFor("mlp:100-16-10", 20);
            change(recipe);
            const auto trainer = Trainer::make(recipe, data);
            return !trainer && trainer.error().kind == ErrorKind::Usage;
        };
        QVERIFY(refused([](auto& r) { r.model = "mlp:99-10"; }));
        QVERIFY(refused([](auto& r) { r.model = "mlp:100-9"; }));
        QVERIFY(refused([](auto& r) { r.model = "mlp:65536-65536-10"; }));
        QVERIFY(refused([](auto& r) { r.batch = 0; }));
        QVERIFY(refused([](auto& r) { r.epochs = 0; }));
        QVERIFY(refused([](auto& r) { r.lr = -1; }));
        QVERIFY(refused([](auto& r) { r.loss = "hinge"; }));
        QVERIFY(refused([](auto& r) { r.optimizer = "lion"; }));
        QVERIFY(refused([](auto& r) { r.limitTrain = -1; }));
    }
};

QTEST_APPLESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
