// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Ten steps of quantization-aware training beside PyTorch's eager mode.
#include "core/nn/optimizer.h"
#include "nn_golden_network.h"

#include <QTest>

using namespace qs;
using namespace qs::test;
using Json = nlohmann::json;

namespace {

QatConfig configOf(const Json& json)
{
    QatConfig config = defaultQatConfig();
    config.all.weight->qscheme = *qschemeByName(json["weight_qscheme"].get<std::string>());
    return config;
}

Optimizer optimizerOf(const Json& json)
{
    return *Optimizer::make(
        {.name = json["name"].get<std::string>(), .lr = json["lr"].get<double>()});
}

/// What differs of the modules' parameters after a step; empty: nothing.
std::string wrongQuantizer(const Network& network, const Json& expected)
{
    const auto states = network.quantizers();
    if (states.size() != expected.size())
        return std::to_string(states.size()) + " modules";
    for (const auto& state : states) {
        if (!expected.contains(state.name))
            return state.name + " is one too many";
        const auto& json = expected[state.name];
        if (!state.params)
            return state.name + " has no parameters";
        for (std::size_t i = 0; i < state.params->scale().size(); ++i) {
            const double off =
                difference(std::span(&state.params->scale()[i], 1), json["scale"][i], 1e-12);
            if (!(off < 1e-5))
                return state.name + " scale differs by " + std::to_string(off);
        }
        if (Json(state.params->zeroPoint()) != json["zero_point"])
            return state.name + " zero_point";
    }
    return {};
}

/// What happens behind a step, by the names of PyTorch's functions.
void apply(Network& network, const Json& actions)
{
    for (const auto& action : actions)
        if (action == "freeze_bn_stats")
            network.setBatchNormFrozen(true);
        else if (action == "disable_observer")
            network.setObserversEnabled(false, false);
        else
            qFatal("%s", action.dump().c_str());
}

Json caseOf(const std::string& name)
{
    for (const char* file :
         {"qat_eager.json", "qat_eager_steps_of_2.json", "qat_eager_more.json"}) {
        const auto content = golden(file);
        for (const auto& json : content["cases"])
            if (json["name"] == name)
                return json;
    }
    qFatal("%s", name.c_str());
}

} // namespace

class TestQatNetworkGolden : public QObject {
    Q_OBJECT

private slots:
    void tenSteps_matchPyTorchsEagerMode_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"twin, quantizers behind pools", "twin, steps of 2",
                                 "twin, steps of 2, adam", "twin, steps of 2, per channel",
                                 "batch norm, frozen", "batch norm, frozen, per channel",
                                 "residual, frozen", "multilayer perceptron", "fixed parameters"})
            QTest::newRow(name) << name;
    }
    void tenSteps_matchPyTorchsEagerMode()
    {
        QFETCH(QString, name);
        const auto json = caseOf(name.toStdString());
        // One network is trained as the trainer does it, the other shows its logits.
        auto network = networkOf(json);
        auto shown = networkOf(json);
        const auto config = configOf(json);
        QVERIFY(network.setQuantization(&config));
        QVERIFY(shown.setQuantization(&config));
        auto optimizer = optimizerOf(json["optimizer"]);
        int number = 0;
        for (const auto& step : json["steps"]) {
            const std::string at = "step " + std::to_string(++number) + ": ";
            const auto failed = [&](const std::string& what, double off) {
                return at + what + " differs by " + std::to_string(off);
            };
            for (std::size_t i = 0; i < shown.parameters().size(); ++i)
                shown.parameters()[i].value = network.parameters()[i].value;
            const auto logits = shown.forward(tensorOf(json["x_shape"], step["x"]));
            QVERIFY2(logits, logits ? "" : logits.error().message.c_str());
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
            if (step.contains("gradients")) {
                QCOMPARE(network.parameters().size(), step["gradients"].size());
                for (const auto& p : network.parameters()) {
                    off = difference(p.gradient, step["gradients"][p.name]);
                    QVERIFY2(off < 2e-5, failed("gradient of " + p.name, off).c_str());
                }
            }
            optimizer.step(network.parameters());
            const auto wrong = wrongQuantizer(network, step["fake_quants"]);
            QVERIFY2(wrong.empty(), (at + wrong).c_str());
            apply(network, step["then"]);
            apply(shown, step["then"]);
        }
        for (const auto& tensor : network.stateDict()) {
            if (tensor.name().ends_with("num_batches_tracked"))
                continue;
            std::vector<float> buffer;
            const double off = difference(tensor.read(0, tensor.numel(), buffer),
                                          json["state_after"][tensor.name()]["value"]);
            QVERIFY2(off < 1e-4, (tensor.name() + " differs by " + std::to_string(off)).c_str());
        }
    }

    /// The one difference that moving a quantizer behind a MaxPool2d makes (QatConfig): where
    /// elements of a window share a code, PyTorch's gradient goes to the first of them, ours to the
    /// largest one. All values of the step are PyTorch's, and so are gradients behind the pools.
    void maxPool_ofEqualCodes_sendsTheGradientToTheLargestValue()
    {
        const auto json = caseOf("twin");
        const auto moved = caseOf("twin, quantizers behind pools");
        auto network = networkOf(json);
        const auto config = defaultQatConfig();
        QVERIFY(network.setQuantization(&config));
        const auto& step = json["steps"][0];
        const auto labels = step["labels"].get<std::vector<int>>();
        const auto result =
            network.trainBatch(writerOf(floats(step["x"]), network.shapes()[0]), labels);
        QVERIFY(result);
        const auto loss = static_cast<float>(result->lossSum / static_cast<double>(labels.size()));
        QVERIFY(difference(std::span(&loss, 1), step["loss"]) < 1e-6);
        QCOMPARE(wrongQuantizer(network, step["fake_quants"]), std::string());
        for (const auto& p : network.parameters()) {
            const double off = difference(p.gradient, step["gradients"][p.name]);
            if (p.name.starts_with("0."))
                QVERIFY2(off > 0.01 && off < 0.2, (p.name + std::to_string(off)).c_str());
            else
                QVERIFY2(off < 2e-5, (p.name + std::to_string(off)).c_str());
            QVERIFY(difference(p.gradient, moved["steps"][0]["gradients"][p.name]) < 2e-5);
        }
    }
};

QTEST_APPLESS_MAIN(TestQatNetworkGolden)
#include "tst_qat_network_golden.moc"
