// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Our codes are those of PyTorch's quantized operators, our multiplications gemmlowp's.
#include "integer_test_data.h"

#include <QTest>

#include <fstream>
#include <nlohmann/json.hpp>

using namespace qs;
using namespace qs::test;
using Json = nlohmann::json;

namespace {

/// One list of the file, with something in it.
Json golden(const char* name, const char* list)
{
    std::ifstream file(std::string(QS_SOURCE_DIR "/tests/golden/integer/") + name);
    Json items = Json::parse(file).at(list);
    if (items.empty())
        qFatal("%s: no %s", name, list);
    return items;
}

IntegerQuant quantOf(const Json& json)
{
    return {json.at("scale").get<float>(), json.at("zero_point").get<int>(),
            json.at("quant_min").get<int>(), json.at("quant_max").get<int>()};
}

SampleShape shapeOf(const Json& sizes)
{
    SampleShape shape{sizes.at(1).get<int>(), 1, 1};
    if (sizes.size() == 4) {
        shape.height = sizes.at(2).get<int>();
        shape.width = sizes.at(3).get<int>();
    }
    return shape;
}

/// [n, c, h, w] to [n, h, w, c].
std::vector<int> channelsLast(const std::vector<int>& from, SampleShape shape)
{
    std::vector<int> to;
    const int pixels = shape.height * shape.width;
    for (std::size_t s = 0; s < from.size(); s += static_cast<std::size_t>(shape.numel()))
        for (int p = 0; p < pixels; ++p)
            for (int c = 0; c < shape.channels; ++c)
                to.push_back(from[s + static_cast<std::size_t>(c * pixels + p)]);
    return to;
}

/// Real values whose codes are these.
std::vector<float> realOf(const std::vector<int>& codes, const IntegerQuant& q)
{
    std::vector<float> real;
    for (const int code : codes)
        real.push_back(dequantizeCode(code, q));
    return real;
}

/// The codes behind the last op, which must be `expected` but for at most `off` that differ by 1.
void compare(IntegerSpec spec, const std::vector<float>& x, const std::vector<int>& expected,
             const std::string& name, int off = 0)
{
    const auto network = IntegerNetwork::make(std::move(spec));
    if (!network)
        QFAIL(network.error().message.c_str());
    const int last = network->opCount() - 1;
    const int count = static_cast<int>(x.size()) / network->spec().input.numel();
    const auto run = network->run(x.data(), count, {.keep = {last}});
    QVERIFY(run);
    QCOMPARE(run->codesAt(last).size(), expected.size());
    int different = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const int difference = std::abs(run->codesAt(last)[i] - expected[i]);
        different += difference != 0 ? 1 : 0;
        QVERIFY2(difference <= (off > 0 ? 1 : 0), name.c_str());
    }
    QVERIFY2(different <= off, (name + ": " + std::to_string(different) + " differ").c_str());
}

} // namespace

class TestIntegerGolden : public QObject {
    Q_OBJECT

private slots:
    // QNNPACK on x86 multiplies in float32: our float mode, to the bit. Fixed point rounds ties and
    // their neighbours another way.
    void products()
    {
        for (const auto& item : golden("torch.json", "products")) {
            const SampleShape shape = shapeOf(item.at("x_shape"));
            const IntegerQuant input = quantOf(item.at("x_quant"));
            IntegerOp op;
            op.kind = item.at("op") == "Linear" ? IntegerOpKind::Linear : IntegerOpKind::Conv2d;
            op.out = item.at("out").get<int>();
            op.kernel = item.at("kernel").get<int>();
            op.stride = item.at("stride").get<int>();
            op.padding = item.at("padding").get<int>();
            op.activation =
                item.at("relu").get<bool>() ? IntegerActivation::ReLU : IntegerActivation::None;
            op.weights.codes = item.at("weight").at("codes").get<std::vector<int>>();
            op.weights.scale = item.at("weight").at("scale").get<std::vector<float>>();
            op.weights.zeroPoint = item.at("weight").at("zero_point").get<std::vector<int>>();
            op.weights.bias = item.at("bias").get<std::vector<float>>();
            op.output = quantOf(item.at("y_quant"));
            const auto x = realOf(channelsLast(item.at("x").get<std::vector<int>>(), shape), input);
            IntegerSpec spec{shape, RequantizeMode::Float, {quantizeOp(input), op}};
            const auto network = IntegerNetwork::make(spec);
            QVERIFY(network);
            const auto y =
                channelsLast(item.at("y").get<std::vector<int>>(), network->shapeAfter(1));
            const std::string name = item.at("name").get<std::string>();
            compare(spec, x, y, name);
            spec.mode = RequantizeMode::FixedPoint;
            compare(spec, x, y, name + ", fixed point", static_cast<int>(y.size() / 50) + 1);
        }
    }

    // QNNPACK's own kernel for averages of quint8 rounds ties another way.
    void pools()
    {
        for (const auto& item : golden("torch.json", "pools")) {
            const SampleShape shape = shapeOf(item.at("x_shape"));
            const IntegerQuant input = quantOf(item.at("x_quant"));
            IntegerOp op;
            op.kind =
                item.at("op") == "AvgPool2d" ? IntegerOpKind::AvgPool2d : IntegerOpKind::MaxPool2d;
            op.kernel = item.at("kernel").get<int>();
            op.stride = item.at("stride").get<int>();
            op.padding = item.at("padding").get<int>();
            const IntegerSpec spec{shape, RequantizeMode::Float, {quantizeOp(input), op}};
            const auto network = IntegerNetwork::make(spec);
            QVERIFY(network);
            const bool otherTies = item.at("op") == "AvgPool2d" && item.at("engine") == "qnnpack" &&
                                   input.quantMin == 0 && input.zeroPoint % 2 != 0;
            const auto y =
                channelsLast(item.at("y").get<std::vector<int>>(), network->shapeAfter(1));
            compare(spec, realOf(channelsLast(item.at("x").get<std::vector<int>>(), shape), input),
                    y, item.at("name").get<std::string>(),
                    otherTies ? static_cast<int>(y.size() / 10) : 0);
        }
    }

    // PyTorch's own add is our float mode. QNNPACK's has a fixed point of its own, which is near
    // both.
    void adds()
    {
        for (const auto& item : golden("torch.json", "adds")) {
            const auto a = item.at("x").get<std::vector<int>>();
            const auto b = item.at("other").get<std::vector<int>>();
            const IntegerQuant qa = quantOf(item.at("x_quant"));
            const IntegerQuant qb = quantOf(item.at("other_quant"));
            // One sample, a channel per element, whose table is constant.
            IntegerOp table;
            table.kind = IntegerOpKind::Table;
            table.input = 0;
            table.output = qb;
            for (const int code : b)
                table.table.insert(table.table.end(), 256, code);
            IntegerOp add;
            add.kind = IntegerOpKind::Add;
            add.input = 0;
            add.other = 1;
            add.output = quantOf(item.at("y_quant"));
            add.activation =
                item.at("relu").get<bool>() ? IntegerActivation::ReLU : IntegerActivation::None;
            IntegerSpec spec{{static_cast<int>(a.size()), 1, 1},
                             RequantizeMode::Float,
                             {quantizeOp(qa), table, add}};
            const auto name = item.at("name").get<std::string>();
            const auto y = item.at("y").get<std::vector<int>>();
            const bool own = item.at("engine") != "qnnpack";
            const auto some = static_cast<int>(y.size() / 15);
            compare(spec, realOf(a, qa), y, name, own ? 0 : some);
            spec.mode = RequantizeMode::FixedPoint;
            compare(spec, realOf(a, qa), y, name + ", fixed point", own ? 2 : some);
        }
    }

    void functions()
    {
        for (const auto& item : golden("torch.json", "functions")) {
            const IntegerQuant input = quantOf(item.at("x_quant"));
            const auto name = item.at("op").get<std::string>();
            IntegerOp op;
            op.kind = name == "ReLU"    ? IntegerOpKind::ReLU
                      : name == "ReLU6" ? IntegerOpKind::ReLU6
                                        : IntegerOpKind::Table;
            if (op.kind == IntegerOpKind::Table)
                op.output = quantOf(item.at("y_quant"));
            if (name == "sigmoid")
                op.function = [](float x) {
                    return 1 / (1 + std::exp(-x));
                };
            else if (name == "tanh")
                op.function = [](float x) {
                    return std::tanh(x);
                };
            else if (name == "hardsigmoid")
                op.function = [](float x) {
                    return std::clamp(x + 3, 0.0F, 6.0F) / 6;
                };
            compare({{256, 1, 1}, RequantizeMode::Float, {quantizeOp(input), op}},
                    realOf(item.at("x").get<std::vector<int>>(), input),
                    item.at("y").get<std::vector<int>>(), name);
        }
    }

    void gemmlowp()
    {
        for (const auto& row : golden("gemmlowp.json", "rows")) {
            const auto x = row.at(0).get<std::int32_t>();
            const auto m0 = row.at(1).get<std::int32_t>();
            const int exponent = row.at(2).get<int>();
            QCOMPARE(multiplyByFixed(x, {m0, -exponent}), row.at(3).get<std::int32_t>());
        }
    }
};

QTEST_APPLESS_MAIN(TestIntegerGolden)
#include "tst_integer_golden.moc"
