// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Where a Network puts fake-quantize modules, beside PyTorch's prepare_qat_fx.
#include "core/base/rng.h"
#include "core/calib/observer.h"
#include "nn_golden_network.h"

#include <QTest>

using namespace qs;
using namespace qs::test;
using Json = nlohmann::json;

namespace {

/// What is at each point (0 is the input, i + 1 follows layer i): Q a module of its own, F one with
/// FixedQParams, = a module that is used before, . none.
std::string placesOfTorch(const Json& json)
{
    std::vector<std::size_t> adds;
    const auto& layers = json["model"]["layers"];
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i]["type"] == "Add")
            adds.push_back(i);
    std::string places(layers.size() + 1, '.');
    std::map<std::string, std::size_t> points{{"x", 0}};
    for (const auto& node : json["prepare_qat"]) {
        const auto name = node["name"].get<std::string>();
        if (name.starts_with("add"))
            points[name] = adds[name == "add" ? 0 : std::stoul(name.substr(4))] + 1;
        else if (name.starts_with("_")) {
            // A fused module has the name of its first layer: "_0" of type "…ConvBnReLU2d".
            const auto type = node["type"].get<std::string>();
            points[name] = std::stoul(name.substr(1)) + 1;
            points[name] += type.find("intrinsic") == std::string::npos ? 0U
                            : type.find("BnReLU") != std::string::npos  ? 2U
                                                                        : 1U;
        }
        if (!node.contains("quantizer"))
            continue;
        const std::size_t point = points[node["inputs"][0].get<std::string>()];
        const bool fixed = node["quantizer"]["module"] == "FixedQParamsFakeQuantize";
        places[point] = node.contains("same_as") ? '=' : fixed ? 'F' : 'Q';
    }
    return places;
}

std::string placesOf(const Network& network)
{
    std::string places(network.shapes().size(), '.');
    for (std::size_t p = 0; p < places.size(); ++p) {
        if (!network.activationParams(p))
            continue;
        const auto kind = p > 0 ? network.model().layers[p - 1].kind : LayerKind::Linear;
        places[p] = kind == LayerKind::AvgPool2d      ? '='
                    : info(kind).fixedQParams.empty() ? 'Q'
                                                      : 'F';
    }
    return places;
}

/// A point where ours is not PyTorch's, and why.
struct Exception {
    const char* model;
    std::size_t point;
    char torch;
    char ours;
    const char* why;
};

constexpr const char* kRelu6 = "fused to the layer before; PyTorch clamps again";
constexpr const char* kSame = "chooses among values that lie on the grid already";
constexpr const char* kFlatten = "moves no value; PyTorch observes them once more";
constexpr const char* kDropout = "its zeros and its factor are left as they are";
constexpr const char* kPool = "the quantizer is behind the pool: max commutes with it";
constexpr const char* kLinearBn =
    "fused to the layer before; PyTorch fuses Linear, BatchNorm1d only";
constexpr const char* kBn1d = "PyTorch does not quantize a BatchNorm1d alone";

constexpr Exception kExceptions[] = {
    {"activations", 1, 'Q', '.', kRelu6},
    {"activations", 2, '=', 'Q', kRelu6},
    {"activations", 9, 'Q', '.', kFlatten},
    {"pools", 2, '=', '.', kSame},
    {"pools", 7, '=', '.', kSame},
    {"pools", 8, 'Q', '.', kFlatten},
    {"pool and activation first", 3, '=', '.', kSame},
    {"pool and activation first", 4, 'Q', '.', kFlatten},
    {"dropout", 3, 'Q', '.', kDropout},
    {"dropout", 5, 'Q', '.', kFlatten},
    {"dropout", 6, 'Q', '.', kDropout},
    {"batch norm alone", 7, 'Q', '.', kFlatten},
    {"batch norm of features alone", 0, '.', 'Q', kBn1d},
    {"batch norm of features alone", 4, '.', 'Q', kBn1d},
    {"relu alone", 1, '=', '.', kSame},
    {"relu alone", 3, '=', '.', kSame},
    {"relu alone", 4, '=', '.', kSame},
    {"relu alone", 6, '=', '.', kSame},
    {"relu alone", 7, 'Q', '.', kFlatten},
    {"add", 7, 'Q', '.', kFlatten},
    {"add, then pool", 5, '=', '.', kSame},
    {"add, then pool", 6, 'Q', '.', kFlatten},
    {"residual", 9, 'Q', '.', kFlatten},
    {"linear", 4, 'Q', '.', kLinearBn},
    {"linear", 5, '=', 'Q', kLinearBn},
    {"conv, batch norm", 4, 'Q', '.', kRelu6},
    {"conv, batch norm", 5, '=', 'Q', kRelu6},
    {"conv, batch norm", 6, 'Q', '.', kFlatten},
};

Network preparedNetwork(const Json& json)
{
    auto model = modelFromJson(nlohmann::ordered_json::parse(json["model"].dump()));
    auto network = Network::make(*model, 1);
    const auto config = defaultQatConfig();
    (void)network->setQuantization(&config);
    const auto count = static_cast<std::size_t>(model->input.numel());
    (void)network->observeBatch(
        [&](std::int64_t i, float* out) {
            for (std::size_t k = 0; k < count; ++k)
                out[k] = static_cast<float>(
                    CounterRng(2).uniform(static_cast<std::uint64_t>(i) * count + k) - 0.5);
        },
        3);
    return std::move(*network);
}

} // namespace

class TestQuantizerPlaces : public QObject {
    Q_OBJECT

    Json m_cases = golden("prepare_nodes.json")["cases"];

    static void names(const Json& cases)
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i]["name"].get<std::string>().c_str()) << static_cast<int>(i);
    }

private slots:
    void activations_areWherePyTorchHasThem_data() { names(m_cases); }
    void activations_areWherePyTorchHasThem()
    {
        QFETCH(int, index);
        const auto& json = m_cases[static_cast<std::size_t>(index)];
        const auto name = json["name"].get<std::string>();
        const auto network = preparedNetwork(json);
        const auto torch = placesOfTorch(json);
        auto expected = torch;
        for (const auto& e : kExceptions)
            if (e.model == name) {
                QVERIFY2(torch[e.point] == e.torch, e.why);
                expected[e.point] = e.ours;
            }
        const auto found = placesOf(network);
        QCOMPARE(QByteArray(found.c_str()), QByteArray(expected.c_str()));
        // Each Q and F is one module, named after the layer that makes the values.
        std::ptrdiff_t modules = 0;
        for (const auto& state : network.quantizers())
            modules += state.name.ends_with(".weight") ? 0 : 1;
        QCOMPARE(modules, std::count_if(found.begin(), found.end(),
                                        [](char c) { return c == 'Q' || c == 'F'; }));
    }

    void exceptions_nameModelsThatExist()
    {
        for (const auto& e : kExceptions)
            QVERIFY2(std::any_of(m_cases.begin(), m_cases.end(),
                                 [&](const Json& json) { return json["name"] == e.model; }),
                     e.model);
    }

    void fixedParameters_arePyTorchs()
    {
        const auto& json = m_cases[0];
        const auto network = preparedNetwork(json);
        for (const auto& [layer, preset] :
             {std::pair{"3", "sigmoid"}, {"5", "sigmoid"}, {"7", "tanh"}, {"10", "sigmoid"}}) {
            const auto states = network.quantizers();
            const auto module = std::find_if(states.begin(), states.end(), [&](const auto& state) {
                return state.name == std::string(layer) + ".activation";
            });
            QVERIFY(module != states.end());
            QVERIFY(module->spec.isFixed());
            QCOMPARE(module->params->scale()[0], fixedQParamsPreset(preset)->scale);
            QCOMPARE(module->params->zeroPoint()[0], fixedQParamsPreset(preset)->zeroPoint);
        }
    }

    void sharedQuantizer_hasTheParametersOfTheValueBefore()
    {
        for (const auto& [index, point, source] :
             {std::tuple{1, 4, 3}, {1, 6, 5}, {2, 1, 0}, {9, 8, 7}}) {
            const auto network = preparedNetwork(m_cases[static_cast<std::size_t>(index)]);
            const auto shared = network.activationParams(static_cast<std::size_t>(point));
            const auto own = network.activationParams(static_cast<std::size_t>(source));
            QVERIFY(shared && own);
            QCOMPARE(shared->scale(), own->scale());
            QCOMPARE(shared->zeroPoint(), own->zeroPoint());
        }
    }

    void weights_areQuantizedAndFoldedWherePyTorchDoes_data() { names(m_cases); }
    void weights_areQuantizedAndFoldedWherePyTorchDoes()
    {
        QFETCH(int, index);
        const auto& json = m_cases[static_cast<std::size_t>(index)];
        const auto network = preparedNetwork(json);
        std::vector<std::string> expected;
        for (const auto& node : json["prepare_qat"])
            if (node.contains("weight_quantizer")) {
                const auto layer = node["name"].get<std::string>().substr(1);
                expected.push_back(layer + ".weight");
                const bool folds = node["type"].get<std::string>().find("Bn") != std::string::npos;
                QCOMPARE(network.foldedBatchNorm(std::stoul(layer)).has_value(), folds);
            }
        std::vector<std::string> found;
        for (const auto& state : network.quantizers())
            if (state.name.ends_with(".weight"))
                found.push_back(state.name);
        QCOMPARE(found, expected);
    }
};

QTEST_APPLESS_MAIN(TestQuantizerPlaces)
#include "tst_quantizer_places.moc"
