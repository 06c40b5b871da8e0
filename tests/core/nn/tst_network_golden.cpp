// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Whole networks beside PyTorch: layers in training and evaluation, losses, weights fused with
// batch normalization, networks trained with fake-quantize modules.
#include "core/nn/model_json.h"
#include "core/nn/network.h"
#include "core/nn/optimizer.h"
#include "nn_test_data.h"

#include <QTest>
#include <cmath>

using namespace qs;
using Json = nlohmann::json;

namespace {

Tensor tensorOf(const Json& shape, const Json& values, const std::string& name = "x")
{
    return Tensor::fromFloats(name, *Shape::make(shape.get<std::vector<std::int64_t>>()),
                              test::floats(values));
}

std::vector<Tensor> stateOf(const Json& json)
{
    std::vector<Tensor> state;
    for (const auto& [name, tensor] : json.items())
        if (name.ends_with("num_batches_tracked"))
            state.push_back(Tensor::fromVector(
                name, ElementType::Int64, *Shape::make({}),
                std::vector<std::int64_t>{static_cast<std::int64_t>(
                    tensor["value"].is_array() ? tensor["value"][0].get<double>()
                                               : tensor["value"].get<double>())}));
        else
            state.push_back(tensorOf(tensor["shape"], tensor["value"], name));
    return state;
}

Network networkOf(const Json& json)
{
    auto model = modelFromJson(nlohmann::ordered_json::parse(json["model"].dump()));
    if (!model)
        qFatal("%s", model.error().message.c_str());
    auto network = Network::make(*model, 0);
    if (!network)
        qFatal("%s", network.error().message.c_str());
    if (auto loaded = network->loadStateDict(stateOf(json["state"])); !loaded)
        qFatal("%s", loaded.error().message.c_str());
    return std::move(*network);
}

/// The largest |a - b| relative to the largest |b|.
double difference(std::span<const float> a, const Json& b)
{
    const auto expected = b.is_array() ? test::floats(b) : std::vector<float>{b.get<float>()};
    if (a.size() != expected.size())
        return INFINITY;
    double largest = 0;
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
        worst = std::max(worst, std::abs(static_cast<double>(a[i]) - expected[i]));
        if (std::isnan(a[i]))
            return INFINITY;
    }
    // What cancels out, as the gradient of a bias before a BatchNorm, is noise of float32's size.
    return worst / std::max(largest, 0.1);
}

/// Of each tensor of the state that the golden data have, and the name of the worst.
double stateDifference(const Network& network, const Json& state, std::string& worst)
{
    double largest = 0;
    for (const auto& tensor : network.stateDict()) {
        if (!state.contains(tensor.name()))
            continue;
        std::vector<float> buffer;
        const auto values = tensor.read(0, tensor.numel(), buffer);
        const double d = difference(values, state[tensor.name()]["value"]);
        if (d >= largest) {
            largest = d;
            worst = tensor.name();
        }
    }
    return largest;
}

/// Sums of the same products in another order.
constexpr double kTolerance = 2e-5;

QatConfig weightsOnly(const Json& qscheme)
{
    QatConfig config;
    FakeQuantizeSpec weight;
    weight.dtype = DType::Qint8;
    weight.qscheme = *qschemeByName(qscheme.get<std::string>());
    weight.observer = "moving_average_minmax";
    config.all.weight = weight;
    return config;
}

} // namespace

class TestNetworkGolden : public QObject {
    Q_OBJECT

    static void rows(const char* file)
    {
        QTest::addColumn<int>("index");
        const auto cases = test::golden(file)["cases"];
        for (int i = 0; i < static_cast<int>(cases.size()); ++i)
            QTest::newRow(cases[static_cast<std::size_t>(i)]["name"].get<std::string>().c_str())
                << i;
    }

private slots:
    void layers_trainingAndEvaluation_matchPyTorch_data() { rows("layers_more.json"); }
    void layers_trainingAndEvaluation_matchPyTorch()
    {
        QFETCH(int, index);
        const auto json =
            test::golden("layers_more.json")["cases"][static_cast<std::size_t>(index)];
        auto network = networkOf(json);
        const bool training = json["training"].get<bool>();
        const auto x = tensorOf(json["x_shape"], json["x"]);
        if (!training) {
            const auto y = network.evaluate(x);
            QVERIFY(y);
            QVERIFY(difference(y->floats(), json["y"]) < kTolerance);
            network.setBatchNormFrozen(true);
        }
        const auto pass = [&](const Json& step) {
            const auto y = network.forward(tensorOf(json["x_shape"], step["x"]));
            if (!y)
                return std::string(y.error().message);
            if (step.contains("y") && !(difference(y->floats(), step["y"]) < kTolerance))
                return std::string("y");
            if (!step.contains("dy"))
                return std::string();
            const auto dx = network.backward(tensorOf(json["y_shape"], step["dy"]));
            if (!dx || !(difference(dx->floats(), step["dx"]) < kTolerance))
                return std::string("dx");
            for (const auto& p : network.parameters())
                if (const double off = difference(p.gradient, step["gradients"][p.name]);
                    !(off < kTolerance))
                    return "gradient of " + p.name + ": " + std::to_string(off);
            return std::string();
        };
        const auto state = [&](const Json& step) {
            std::string worst;
            const double off = stateDifference(network, step["state_after"], worst);
            return off < kTolerance ? std::string() : worst;
        };
        if (json["model"]["layers"][0]["type"] != "Dropout")
            QCOMPARE(QString::fromStdString(pass(json)), QString());
        if (training)
            QCOMPARE(QString::fromStdString(state(json)), QString());
        for (const auto& more : json["more"]) {
            QCOMPARE(QString::fromStdString(pass(more)), QString());
            QCOMPARE(QString::fromStdString(state(more)), QString());
        }
    }

    void loss_mse_matchesPyTorch_data() { rows("losses.json"); }
    void loss_mse_matchesPyTorch()
    {
        QFETCH(int, index);
        const auto json = test::golden("losses.json")["cases"][static_cast<std::size_t>(index)];
        const auto y = test::floats(json["y"]);
        const auto shape = json["y_shape"].get<std::vector<int>>();
        const auto outputs = static_cast<std::size_t>(shape[1]);
        // A layer that passes its input on: its bias' gradient is the outputs', summed.
        auto network = Network::make(
            *modelByName("mlp:" + std::to_string(outputs) + "-" + std::to_string(outputs)), 0);
        for (std::size_t i = 0; i < outputs * outputs; ++i)
            network->parameters()[0].value[i] = i / outputs == i % outputs ? 1.0F : 0.0F;
        std::fill(network->parameters()[1].value.begin(), network->parameters()[1].value.end(),
                  0.0F);
        BatchTargets targets;
        targets.loss = Loss::Mse;
        std::vector<int> labels;
        std::vector<float> target;
        if (json["targets"] == "real") {
            target = test::floats(json["target"]);
            targets.values = target;
        } else {
            labels = json["labels"].get<std::vector<int>>();
            targets.labels = labels;
        }
        const auto result = network->trainBatch(
            [&](std::int64_t i, float* out) {
                std::copy_n(y.begin() + i * static_cast<std::ptrdiff_t>(outputs), outputs, out);
            },
            targets);
        QVERIFY(result);
        QVERIFY(std::abs(result->lossSum / shape[0] - json["loss"].get<double>()) <
                1e-6 * json["loss"].get<double>());
        const auto dy = test::floats(json["dy"]);
        std::vector<float> sums(outputs);
        for (std::size_t i = 0; i < dy.size(); ++i)
            sums[i % outputs] += dy[i];
        QVERIFY(difference(network->parameters()[1].gradient, Json(sums)) < kTolerance);
    }

    void qat_convAndBatchNorm_matchesPyTorchsFusedModules_data() { rows("qat_conv_bn.json"); }
    void qat_convAndBatchNorm_matchesPyTorchsFusedModules()
    {
        QFETCH(int, index);
        const auto json =
            test::golden("qat_conv_bn.json")["cases"][static_cast<std::size_t>(index)];
        auto network = networkOf(json);
        const auto config = weightsOnly(json["weight_qscheme"]);
        QVERIFY(network.setQuantization(&config));
        QVERIFY(network.foldedBatchNorm(0) == std::size_t{1});
        auto optimizer = Optimizer::make({.name = "sgd", .lr = json["lr"].get<double>()});
        int number = 0;
        for (const auto& step : json["steps"]) {
            const std::string at = "step " + std::to_string(number++) + ": ";
            network.setBatchNormFrozen(step["bn_frozen"].get<bool>());
            network.setObserversEnabled(step["observer"].get<bool>(), true);
            network.setFakeQuantEnabled(step["fake_quant"].get<bool>());
            const auto x = tensorOf(step["x_shape"], step["x"]);
            const auto y = step["training"].get<bool>() ? network.forward(x) : network.evaluate(x);
            QVERIFY2(y, (at + (y ? "" : y.error().message)).c_str());
            const double off = difference(y->floats(), step["y"]);
            QVERIFY2(off < kTolerance, (at + "y differs by " + std::to_string(off)).c_str());
            const auto scale = network.quantizers()[0].params->scale();
            QVERIFY2(difference(scale, step["weight_scale"]) < 1e-6, (at + "scale").c_str());
            if (step["training"].get<bool>()) {
                const auto dx = network.backward(tensorOf(step["y_shape"], step["dy"]));
                QVERIFY(dx);
                QVERIFY2(difference(dx->floats(), step["dx"]) < kTolerance, (at + "dx").c_str());
                for (const auto& p : network.parameters()) {
                    const double wrong = difference(p.gradient, step["gradients"][p.name]);
                    QVERIFY2(wrong < 5 * kTolerance,
                             (at + p.name + " " + std::to_string(wrong)).c_str());
                }
                optimizer->step(network.parameters());
            }
            std::string worst;
            QVERIFY2(stateDifference(network, step["state_after"], worst) < 5 * kTolerance,
                     (at + worst).c_str());
        }
    }

    void fakeQuantize_fiftySteps_matchesPyTorch_data() { rows("fake_quantize_more.json"); }
    void fakeQuantize_fiftySteps_matchesPyTorch()
    {
        QFETCH(int, index);
        const auto json =
            test::golden("fake_quantize_more.json")["cases"][static_cast<std::size_t>(index)];
        Json spec = json["spec"];
        const std::map<std::string, std::string> names = {
            {"MovingAverageMinMaxObserver", "moving_average_minmax"},
            {"MovingAveragePerChannelMinMaxObserver", "moving_average_minmax"},
            {"HistogramObserver", "histogram_1_13"}};
        const auto name = spec["observer"].get<std::string>();
        if (names.contains(name))
            spec["observer"] = names.at(name);
        else
            spec.erase("observer");
        spec.erase("bins"); // 2048, as here
        const auto config = qatConfigFromJson({{"activation", spec}});
        QVERIFY2(config, config ? "" : config.error().message.c_str());
        auto module = FakeQuantize::make("module", *config->all.activation);
        QVERIFY2(module, module ? "" : module.error().message.c_str());
        int number = 0;
        for (const auto& step : json["steps"]) {
            const std::string at = "step " + std::to_string(number++) + ": ";
            module->setObserverEnabled(step["observer"].get<bool>());
            module->setFakeQuantEnabled(step["fake_quant"].get<bool>());
            const auto y = module->forward(tensorOf(json["shape"], step["x"]));
            QVERIFY2(y, (at + (y ? "" : y.error().message)).c_str());
            QVERIFY2(difference(module->params()->scale(), step["scale"]) < 1e-6,
                     (at + "scale").c_str());
            QVERIFY2(Json(module->params()->zeroPoint()) ==
                         (step["zero_point"].is_array() ? step["zero_point"]
                                                        : Json::array({step["zero_point"]})),
                     (at + "zero_point").c_str());
            QVERIFY2(difference(y->floats(), step["y"]) < 1e-6, (at + "y").c_str());
            const auto dx = module->backward(tensorOf(json["shape"], step["dy"]));
            QVERIFY2(difference(dx->floats(), step["dx"]) == 0, (at + "dx").c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestNetworkGolden)
#include "tst_network_golden.moc"
