// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network.h"
#include "nn_test_data.h"

#include <QTest>
#include <cmath>

using namespace qs;

namespace {

ModelSpec modelOf(const nlohmann::json& json)
{
    ModelSpec model{"golden", {}, {}};
    const auto shape = json["x_shape"].get<std::vector<int>>();
    model.input = {shape[1], shape.size() > 2 ? shape[2] : 1, shape.size() > 2 ? shape[3] : 1};
    for (const auto& layer : json["layers"]) {
        LayerSpec spec;
        for (const auto kind : {LayerKind::Linear, LayerKind::Conv2d, LayerKind::ReLU,
                                LayerKind::MaxPool2d, LayerKind::Flatten})
            if (layerKindName(kind) == layer["kind"].get<std::string>())
                spec.kind = kind;
        spec.in = layer.value("in", 0);
        spec.out = layer.value("out", 0);
        spec.kernel = layer.value("kernel", 0);
        spec.padding = layer.value("padding", 0);
        model.layers.push_back(spec);
    }
    return model;
}

Shape shapeOf(const nlohmann::json& json)
{
    return *Shape::make(json.get<std::vector<std::int64_t>>());
}

/// The largest |a - b| relative to the largest |b|.
double difference(std::span<const float> a, const nlohmann::json& b)
{
    const auto expected = test::floats(b);
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
    return largest > 0 ? worst / largest : worst;
}

/// Sums of the same products in another order.
constexpr double kTolerance = 1e-5;

} // namespace

class TestLayers : public QObject {
    Q_OBJECT
private slots:
    void layer_goldenInputs_matchesPyTorch_data()
    {
        QTest::addColumn<int>("index");
        const auto cases = test::golden("layers.json")["cases"];
        for (int i = 0; i < static_cast<int>(cases.size()); ++i)
            QTest::newRow(cases[static_cast<std::size_t>(i)]["name"].get<std::string>().c_str())
                << i;
    }

    void layer_goldenInputs_matchesPyTorch()
    {
        QFETCH(int, index);
        const auto json = test::golden("layers.json")["cases"][static_cast<std::size_t>(index)];
        auto network = Network::make(modelOf(json), 0);
        QVERIFY2(network, network ? "" : network.error().message.c_str());
        QCOMPARE(network->parameters().size(), json["parameters"].size());
        for (auto& p : network->parameters())
            p.value = test::floats(json["parameters"][p.name]["value"]);

        // Twice: what the first pass leaves behind must not show in the second.
        for (int pass = 0; pass < 2; ++pass) {
            const auto y = network->forward(
                Tensor::fromFloats("x", shapeOf(json["x_shape"]), test::floats(json["x"])));
            QVERIFY(y);
            QCOMPARE(y->shape().numel(), shapeOf(json["y_shape"]).numel());
            QVERIFY(difference(y->floats(), json["y"]) < kTolerance);
            const auto dx = network->backward(
                Tensor::fromFloats("dy", shapeOf(json["y_shape"]), test::floats(json["dy"])));
            QVERIFY(dx);
            QVERIFY(difference(dx->floats(), json["dx"]) < kTolerance);
            for (const auto& p : network->parameters())
                QVERIFY2(difference(p.gradient, json["parameters"][p.name]["gradient"]) <
                             kTolerance,
                         p.name.c_str());
        }
    }

    void crossEntropy_goldenLogits_matchesPyTorch()
    {
        const auto json = test::golden("cross_entropy.json");
        const auto logits = test::floats(json["logits"]);
        const auto labels = json["labels"].get<std::vector<int>>();
        const auto gradient = test::floats(json["gradient"]);
        // A layer that passes the logits through: its bias' gradient is the logits', summed.
        auto network = Network::make(*modelByName("mlp:10-10"), 0);
        auto& parameters = network->parameters();
        for (std::size_t i = 0; i < 100; ++i)
            parameters[0].value[i] = i / 10 == i % 10 ? 1.0F : 0.0F;
        parameters[1].value.assign(10, 0.0F);
        const auto result = network->trainBatch(
            [&](std::int64_t i, float* out) { std::copy_n(logits.data() + i * 10, 10, out); },
            labels);
        QVERIFY(result);
        const double loss = result->lossSum / static_cast<double>(labels.size());
        QVERIFY(std::abs(loss / json["loss"].get<double>() - 1) < kTolerance);
        for (std::size_t c = 0; c < 10; ++c) {
            float sum = 0;
            for (std::size_t i = 0; i < labels.size(); ++i)
                sum += gradient[i * 10 + c];
            QVERIFY(std::abs(parameters[1].gradient[c] - sum) < 1e-6F);
        }
    }

    void gradients_finiteDifferences_agree()
    {
        // Without ReLU and maxima, where the loss has kinks: the golden data have those.
        const ModelSpec model{"smooth",
                              {2, 10, 10},
                              {{.kind = LayerKind::Conv2d, .in = 2, .out = 5, .kernel = 3},
                               {.kind = LayerKind::Flatten},
                               {.kind = LayerKind::Linear, .in = 320, .out = 4}}};
        auto network = Network::make(model, 3);
        QVERIFY(network);
        const CounterRng rng(4);
        const auto samples = [&](std::int64_t i, float* out) {
            for (std::int64_t k = 0; k < 200; ++k)
                out[k] = static_cast<float>(rng.uniform(static_cast<std::uint64_t>(i * 200 + k)));
        };
        const std::vector<int> labels{0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3};
        const auto meanLoss = [&] {
            return network->trainBatch(samples, labels)->lossSum /
                   static_cast<double>(labels.size());
        };
        meanLoss();
        const auto gradients = network->parameters();
        for (std::size_t p = 0; p < gradients.size(); ++p)
            for (std::size_t i = 0; i < gradients[p].value.size(); i += 7) {
                constexpr float step = 1e-2F;
                float& w = network->parameters()[p].value[i];
                const float before = w;
                w = before + step;
                const double up = meanLoss();
                w = before - step;
                const double down = meanLoss();
                w = before;
                const double found = (up - down) / (2.0 * static_cast<double>(step));
                const double expected = gradients[p].gradient[i];
                QVERIFY2(std::abs(found - expected) < 5e-4 + 5e-3 * std::abs(expected),
                         (gradients[p].name + ": " + std::to_string(found) + " instead of " +
                          std::to_string(expected))
                             .c_str());
            }
    }

    void make_unfittingLayers_areRefused()
    {
        const ModelSpec model{"wrong", {3, 1, 1}, {{.kind = LayerKind::Linear, .in = 4, .out = 2}}};
        const auto network = Network::make(model, 0);
        QVERIFY(!network);
        QVERIFY(network.error().kind == ErrorKind::Usage);
        QVERIFY(!modelByName("mlp:784"));
        QVERIFY(!modelByName("mlp:784-x-10"));
        QVERIFY(!modelByName("resnet"));
    }

    void make_seedCnn_drawsPyTorchsBounds()
    {
        const auto network = Network::make(*modelByName("seed-cnn"), 1);
        for (const auto& [index, bound] : {std::pair{0, 0.2F}, {2, 1 / std::sqrt(500.0F)}}) {
            const auto& values = network->parameters()[static_cast<std::size_t>(index)].value;
            const auto [low, high] = std::minmax_element(values.begin(), values.end());
            QVERIFY(*low >= -bound && *low < -0.95F * bound);
            QVERIFY(*high <= bound && *high > 0.95F * bound);
        }
    }
};

QTEST_APPLESS_MAIN(TestLayers)
#include "tst_layers.moc"
