// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// A converted network beside PyTorch's convert_fx (qnnpack): the codes of each layer. PyTorch
// quantizes once more behind Flatten, with a scale of its own, which ours does not: what is before
// is the same to the code, the logits are within one step.
#include "../nn/nn_golden_network.h"
#include "core/convert/convert.h"

#include <QTest>
#include <cmath>

using namespace qs;
using namespace qs::test;
using Json = nlohmann::json;

namespace {

FakeQuantizeSpec fixedSpec(const Json& scale, const Json& zeroPoint, bool weight)
{
    FakeQuantizeSpec spec;
    spec.observer = "fixed";
    spec.dtype = weight ? DType::Qint8 : DType::Quint8;
    spec.scale = scale.is_array() ? floats(scale) : std::vector<float>{scale.get<float>()};
    spec.zeroPoint = zeroPoint.is_array() ? zeroPoint.get<std::vector<std::int32_t>>()
                                          : std::vector<std::int32_t>{zeroPoint.get<int>()};
    spec.qscheme = !weight                 ? QScheme::PerTensorAffine
                   : spec.scale.size() > 1 ? QScheme::PerChannelSymmetric
                                           : QScheme::PerTensorSymmetric;
    spec.axis = 0;
    return spec;
}

/// The parameters that PyTorch's converted model has.
QatConfig configOf(const Json& json)
{
    QatConfig config;
    const auto& input = json["outputs_of_4"]["quantize_per_tensor"];
    config.input = fixedSpec(input["scale"], input["zero_point"], false);
    for (const auto& [name, layer] : json["layers"].items()) {
        config.layers[name].weight =
            fixedSpec(layer["weight_scale"], layer["weight_zero_point"], true);
        config.layers[name].activation = fixedSpec(layer["scale"], layer["zero_point"], false);
    }
    return config;
}

Network floatNetwork(const Json& json)
{
    auto model = modelFromJson(nlohmann::ordered_json::parse(json["model"].dump()));
    auto network = Network::make(*model, 0);
    for (auto& p : network->parameters()) {
        const auto& value = json["state"][p.name];
        p.value = floats(value.is_object() ? value["value"] : value);
    }
    return std::move(*network);
}

/// [sample][height][width][channels] as PyTorch's [n, channels, height, width].
std::vector<int> channelsFirst(std::span<const std::int16_t> codes, SampleShape shape)
{
    std::vector<int> result;
    const int pixels = shape.height * shape.width;
    for (std::size_t at = 0; at < codes.size(); at += static_cast<std::size_t>(shape.numel()))
        for (int c = 0; c < shape.channels; ++c)
            for (int p = 0; p < pixels; ++p)
                result.push_back(codes[at + static_cast<std::size_t>(p * shape.channels + c)]);
    return result;
}

int largestStep(const std::vector<int>& a, const std::vector<int>& b)
{
    int largest = a.size() == b.size() ? 0 : 1000;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

} // namespace

class TestConvertGolden : public QObject {
    Q_OBJECT

    Json m_cases = golden("converted.json")["cases"];

    void rows() const
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < 3; ++i)
            QTest::newRow(m_cases[static_cast<std::size_t>(i)]["name"].get<std::string>().c_str())
                << i;
    }

private slots:
    void codesOfEachLayer_arePyTorchs_data() { rows(); }
    void codesOfEachLayer_arePyTorchs()
    {
        QFETCH(int, index);
        const auto& json = m_cases[static_cast<std::size_t>(index)];
        auto network = floatNetwork(json);
        const auto config = configOf(json);
        QVERIFY(network.setQuantization(&config));
        const auto converted = convert(network);
        QVERIFY2(converted, converted ? "" : converted.error().message.c_str());
        QVERIFY(converted->floatLayers.empty());
        IntegerRunOptions options;
        for (const auto& op : converted->ops)
            options.keep.push_back(op.op);
        const auto run =
            converted->network.run(writerOf(floats(json["x"]), network.shapes()[0]), 4, options);
        QVERIFY2(run, run ? "" : run.error().message.c_str());
        // By point of the network: 0 the input, i + 1 behind layer i.
        const std::map<std::size_t, const char*> nodes = {
            {0, "quantize_per_tensor"}, {2, "_0"}, {3, "_2"}, {5, "_3"}, {6, "_5"}, {8, "_7"}};
        std::size_t compared = 0;
        for (const auto& op : converted->ops) {
            const auto node = nodes.find(op.point);
            if (node == nodes.end())
                continue;
            ++compared;
            const auto& expected = json["outputs_of_4"][node->second];
            const auto quant = converted->network.quantAfter(op.op);
            QVERIFY(quant);
            QCOMPARE(quant->scale, expected["scale"].get<float>());
            QCOMPARE(quant->zeroPoint, expected["zero_point"].get<int>());
            const auto codes =
                channelsFirst(run->codesAt(op.op), converted->network.shapeAfter(op.op));
            const auto torch = expected["int_repr"].get<std::vector<int>>();
            const int most = op.point == 8 && json["name"] != "static" ? 1 : 0;
            const int step = largestStep(codes, torch);
            QVERIFY2(step <= most,
                     (std::string(node->second) + " " + std::to_string(step)).c_str());
        }
        QCOMPARE(compared, nodes.size());
    }

    void logits_of16Samples_areWithinOneStep_data() { rows(); }
    void logits_of16Samples_areWithinOneStep()
    {
        QFETCH(int, index);
        const auto& json = m_cases[static_cast<std::size_t>(index)];
        auto network = floatNetwork(json);
        const auto config = configOf(json);
        QVERIFY(network.setQuantization(&config));
        for (const auto mode : {RequantizeMode::Float, RequantizeMode::FixedPoint}) {
            const auto converted = convert(network, mode);
            QVERIFY(converted);
            const auto run =
                converted->network.run(writerOf(floats(json["x"]), network.shapes()[0]), 16, {});
            QVERIFY(run);
            const auto torch = floats(json["logits"]);
            const auto step = json["layers"]["7"]["scale"].get<double>();
            QCOMPARE(run->output.size(), torch.size());
            for (std::size_t i = 0; i < torch.size(); ++i)
                QVERIFY(std::abs(static_cast<double>(run->output[i]) -
                                 static_cast<double>(torch[i])) < 1.001 * step);
        }
    }

    void weights_arePyTorchsCodes_data() { rows(); }
    void weights_arePyTorchsCodes()
    {
        QFETCH(int, index);
        const auto& json = m_cases[static_cast<std::size_t>(index)];
        auto network = floatNetwork(json);
        const auto config = configOf(json);
        QVERIFY(network.setQuantization(&config));
        const auto converted = convert(network);
        QVERIFY(converted);
        for (const auto& at : converted->ops) {
            const auto& op = converted->network.spec().ops[static_cast<std::size_t>(at.op)];
            if (op.kind != IntegerOpKind::Conv2d && op.kind != IntegerOpKind::Linear)
                continue;
            const auto& layer = json["layers"][std::to_string(at.layer)];
            QVERIFY(Json(op.weights.codes) == layer["weight_int_repr"]);
            QVERIFY(difference(op.weights.scale, layer["weight_scale"]) == 0);
            QVERIFY(difference(op.weights.bias, layer["bias"]) == 0);
            QCOMPARE(converted->network.biasSaturations(at.op), 0);
            // The int32 bias, from the formula: nearbyint(b / (s_x s_w)).
            const auto input = converted->network.quantAfter(at.op - 1);
            QVERIFY(input);
            const auto x = floats(json["x"]);
            for (int channel = 0; channel < op.out; ++channel) {
                const auto c = static_cast<std::size_t>(channel);
                const auto trace = converted->network.trace(x.data(), at.op, channel);
                QVERIFY(trace);
                const float s = op.weights.scale[op.weights.scale.size() > 1 ? c : 0];
                const double bias = static_cast<double>(op.weights.bias[c]) /
                                    (static_cast<double>(input->scale) * static_cast<double>(s));
                QCOMPARE(trace->bias, static_cast<std::int32_t>(std::nearbyint(bias)));
                // The requantization: real numbers in, the nearest code out.
                const double level = static_cast<double>(trace->accumulator) *
                                     static_cast<double>(input->scale) * static_cast<double>(s) /
                                     static_cast<double>(op.output->scale);
                const double code =
                    std::clamp(std::nearbyint(level) + op.output->zeroPoint, 0.0, 255.0);
                QCOMPARE(trace->code, static_cast<std::int32_t>(code));
            }
        }
    }

    void static_calibration_findsPyTorchsParameters()
    {
        const auto& json = m_cases[2];
        auto network = floatNetwork(json);
        QatConfig config = defaultQatConfig();
        for (auto* spec : {&config.all.weight, &config.all.activation, &config.input})
            (*spec)->observer = "minmax";
        QVERIFY(network.setQuantization(&config));
        network.setFakeQuantEnabled(false); // prepare_fx only observes
        const auto observe = [&](const char* batch, const char* shape) {
            return network.observeBatch(writerOf(floats(json[batch]), network.shapes()[0]),
                                        json[shape][0].get<std::int64_t>());
        };
        QVERIFY(observe("calibration", "calibration_shape"));
        for (const auto& state : network.quantizers()) {
            const auto name = state.name == "input"          ? "activation_post_process_0"
                              : state.name == "7.activation" ? "activation_post_process_6"
                                                             : "";
            if (!json["observers"].contains(name))
                continue;
            const auto& range = json["observers"][name];
            QVERIFY(difference(std::span(&state.ranges[0].min, 1), range["min_val"]) < 1e-6);
            QVERIFY(difference(std::span(&state.ranges[0].max, 1), range["max_val"]) < 1e-6);
        }
        // The golden data's observers also saw the batch whose logits they have.
        QVERIFY(observe("x", "x_shape"));
        const auto fixed = configOf(json);
        for (const auto& state : network.quantizers()) {
            QVERIFY(state.params);
            const auto layer = state.name.substr(0, state.name.find('.'));
            const auto& expected = state.name == "input" ? *fixed.input
                                   : state.name.ends_with(".weight")
                                       ? *fixed.layers.at(layer).weight
                                       : *fixed.layers.at(layer).activation;
            QVERIFY2(difference(state.params->scale(), Json(expected.scale), 1e-12) < 1e-6,
                     state.name.c_str());
            QCOMPARE(state.params->zeroPoint(), expected.zeroPoint);
        }
    }
};

QTEST_APPLESS_MAIN(TestConvertGolden)
#include "tst_convert_golden.moc"
