// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Networks whose quantizers learn, beside autograd: the papers' formulas in PyTorch.
#include "core/nn/optimizer.h"
#include "nn_golden_network.h"

#include <QTest>

using namespace qs;
using namespace qs::test;
using Json = nlohmann::json;

class TestQatEstimatorsGolden : public QObject {
    Q_OBJECT

private slots:
    void threeSteps_matchAutograd_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("index");
        for (const char* kind : {"perceptron", "cnn"}) {
            const auto file = std::string("qat_estimators_") + kind + ".json";
            const auto json = golden(file);
            for (std::size_t i = 0; i < json["cases"].size(); ++i)
                QTest::addRow("%s, %s", kind, json["cases"][i]["name"].get<std::string>().c_str())
                    << QString::fromStdString(file) << static_cast<int>(i);
        }
    }
    void threeSteps_matchAutograd()
    {
        QFETCH(QString, file);
        QFETCH(int, index);
        const auto json = golden(file.toStdString())["cases"][static_cast<std::size_t>(index)];
        // One network is trained as the trainer does it, the other shows its logits.
        auto network = networkOf(json);
        auto shown = networkOf(json);
        const auto config = qatConfigFromJson(json["config"]);
        QVERIFY2(config, config ? "" : config.error().message.c_str());
        QVERIFY(network.setQuantization(&*config));
        QVERIFY(shown.setQuantization(&*config));
        auto optimizer = Optimizer::make({.name = "sgd", .lr = json["lr"].get<double>()});
        int number = 0;
        for (const auto& step : json["steps"]) {
            const std::string at = "step " + std::to_string(++number) + ": ";
            const auto failed = [&](const std::string& what, double off) {
                return at + what + " differs by " + std::to_string(off);
            };
            if (number > 1)
                for (std::size_t i = 0; i < shown.parameters().size(); ++i)
                    shown.parameters()[i].value = network.parameters()[i].value;
            const auto logits = shown.forward(tensorOf(json["x_shape"], step["x"]));
            QVERIFY2(logits, logits ? "" : logits.error().message.c_str());
            const auto before = shown.parameters();
            double off = difference(logits->floats(), step["logits"]);
            QVERIFY2(off < 2e-5, failed("logits", off).c_str());

            const auto labels = step["labels"].get<std::vector<int>>();
            const auto result =
                network.trainBatch(writerOf(floats(step["x"]), network.shapes()[0]), labels);
            QVERIFY2(result, result ? "" : result.error().message.c_str());
            const auto loss =
                static_cast<float>(result->lossSum / static_cast<double>(labels.size()));
            off = difference(std::span(&loss, 1), step["loss"]);
            QVERIFY2(off < 1e-5, failed("loss", off).c_str());

            QCOMPARE(network.parameters().size(), step["gradients"].size());
            std::size_t learned = 0;
            for (std::size_t i = 0; i < before.size(); ++i) {
                const auto& p = network.parameters()[i];
                QVERIFY2(step["gradients"].contains(p.name), p.name.c_str());
                off = difference(p.gradient, step["gradients"][p.name], 1e-3);
                QVERIFY2(off < 3e-5, failed("gradient of " + p.name, off).c_str());
                if (!p.learned)
                    continue;
                ++learned;
                off = difference(before[i].value, step["learned_before"][p.name]);
                QVERIFY2(off < 1e-5, failed(p.name, off).c_str());
            }
            QCOMPARE(learned, step["learned_before"].size());
            optimizer->step(network.parameters());
            network.constrainLearned();
            if (step.contains("parameters_after"))
                for (const auto& p : network.parameters()) {
                    off = difference(p.value, step["parameters_after"][p.name]);
                    QVERIFY2(off < 1e-5, failed(p.name, off).c_str());
                }
        }
    }
};

QTEST_APPLESS_MAIN(TestQatEstimatorsGolden)
#include "tst_qat_estimators_golden.moc"
