// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every Network: the same bits on any number of threads, gradients that are
// derivatives, a training that goes on from its saved state bit for bit.
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/calib/observer.h"
#include "core/nn/network.h"
#include "core/nn/optimizer.h"

#include <QTest>
#include <cmath>
#include <cstring>

using namespace qs;

Q_DECLARE_METATYPE(qs::QatConfig)

namespace {

/// A network with everything that looks at a batch, draws numbers, or looks back.
ModelSpec everything()
{
    return {"everything",
            {2, 8, 8},
            {{.kind = LayerKind::Conv2d, .in = 2, .out = 4, .kernel = 3, .padding = 1},
             {.kind = LayerKind::BatchNorm2d, .in = 4},
             {.kind = LayerKind::ReLU},
             {.kind = LayerKind::MaxPool2d, .kernel = 2},
             {.kind = LayerKind::Conv2d, .in = 4, .out = 4, .kernel = 3, .padding = 1},
             {.kind = LayerKind::BatchNorm2d, .in = 4},
             {.kind = LayerKind::Add, .from = 3},
             {.kind = LayerKind::ReLU},
             {.kind = LayerKind::AvgPool2d, .kernel = 2},
             {.kind = LayerKind::Flatten},
             {.kind = LayerKind::Dropout, .p = 0.25},
             {.kind = LayerKind::Linear, .in = 16, .out = 10},
             {.kind = LayerKind::Tanh},
             {.kind = LayerKind::Linear, .in = 10, .out = 3}}};
}

QatConfig withEstimator(Estimator estimator)
{
    QatConfig config = defaultQatConfig();
    config.all.weight->estimator = estimator == Estimator::Pact ? Estimator::Dorefa : estimator;
    config.all.activation->estimator = estimator;
    return config;
}

QatConfig withObserver(std::string_view observer)
{
    QatConfig config = defaultQatConfig();
    for (auto* spec : {&config.all.weight, &config.all.activation, &config.input}) {
        (*spec)->observer = observer;
        if (observer == "fixed")
            (*spec)->scale = {0.03125F};
    }
    if (observer == "fixed") {
        config.all.weight->zeroPoint = {0};
        config.all.activation->zeroPoint = {16};
        config.input->zeroPoint = {128};
    }
    return config;
}

QatConfig withStochasticRounding()
{
    QatConfig config = defaultQatConfig();
    config.all.weight->rounding = Rounding::Stochastic;
    config.all.activation->rounding = Rounding::Stochastic;
    return config;
}

/// A network on its way: each step draws its batch from the step's number alone.
struct Training {
    Network network;
    Optimizer optimizer;
    std::vector<double> losses;
    int batch = 17; ///< three chunks

    static Training make(const QatConfig& config, const char* optimizer = "adam")
    {
        auto network = Network::make(everything(), 5);
        if (auto done = network->setQuantization(&config); !done)
            qFatal("%s", done.error().message.c_str());
        const auto& observer = config.all.weight->observer;
        const bool slow = observer == "mse" || observer == "entropy";
        return {std::move(*network),
                *Optimizer::make({.name = optimizer, .lr = 0.002}),
                {},
                slow ? 9 : 17};
    }

    void steps(int from, int to)
    {
        const auto size = static_cast<std::uint64_t>(network.model().input.numel());
        for (int step = from; step < to; ++step) {
            const CounterRng rng(static_cast<std::uint64_t>(step));
            std::vector<int> labels;
            for (int i = 0; i < batch; ++i)
                labels.push_back(static_cast<int>(rng.below(static_cast<std::uint64_t>(i), 3)));
            const auto result = network.trainBatch(
                [&](std::int64_t i, float* out) {
                    for (std::uint64_t k = 0; k < size; ++k)
                        out[k] = static_cast<float>(
                            rng.uniform(1000 + static_cast<std::uint64_t>(i) * size + k) * 2 - 1);
                },
                labels);
            if (!result)
                qFatal("%s", result.error().message.c_str());
            losses.push_back(result->lossSum);
            optimizer.step(network.parameters());
            network.constrainLearned();
        }
    }

    std::vector<Tensor> state() const
    {
        auto all = network.stateDict();
        for (const auto& tensors : {network.trainingState(), optimizer.stateDict()})
            all.insert(all.end(), tensors.begin(), tensors.end());
        return all;
    }
};

/// The first tensor that differs in a bit; empty: none.
std::string differs(const std::vector<Tensor>& a, const std::vector<Tensor>& b)
{
    if (a.size() != b.size())
        return "the number of tensors";
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].name() != b[i].name() || a[i].shape() != b[i].shape())
            return a[i].name() + " or " + b[i].name();
        if (a[i].bytes().size() != b[i].bytes().size() ||
            std::memcmp(a[i].bytes().data(), b[i].bytes().data(), a[i].bytes().size()) != 0)
            return a[i].name();
    }
    return {};
}

/// A model whose last layer is of the kind, on [3, 4, 4] or 12 features.
ModelSpec modelOf(LayerKind kind)
{
    ModelSpec model{"one", {3, 4, 4}, {{.kind = kind}}};
    auto& layer = model.layers[0];
    switch (kind) {
    case LayerKind::Linear:
        model.input = {12, 1, 1};
        layer.in = 12;
        layer.out = 5;
        break;
    case LayerKind::Conv2d:
        layer.in = 3;
        layer.out = 4;
        layer.kernel = 3;
        layer.stride = 2;
        layer.padding = 1;
        break;
    case LayerKind::BatchNorm1d:
        model.input = {12, 1, 1};
        layer.in = 12;
        break;
    case LayerKind::BatchNorm2d:
        layer.in = 3;
        break;
    case LayerKind::MaxPool2d:
    case LayerKind::AvgPool2d:
        layer.kernel = 3;
        layer.stride = 1;
        layer.padding = 1;
        break;
    case LayerKind::Add:
        model.layers = {{.kind = LayerKind::Sigmoid},
                        {.kind = LayerKind::Tanh},
                        {.kind = LayerKind::Add, .from = 0}};
        break;
    default:
        break;
    }
    return model;
}

constexpr float kStep = 1.0F / 64;

/// The derivative of f in one of its numbers, by four points: the error is of order kStep^4.
template <typename F>
double derivative(float& at, F f)
{
    const float middle = at;
    const auto moved = [&](float by) {
        at = middle + by;
        const double value = f();
        at = middle;
        return value;
    };
    return (8 * (moved(kStep) - moved(-kStep)) - (moved(2 * kStep) - moved(-2 * kStep))) /
           (12 * static_cast<double>(kStep));
}

} // namespace

class TestNetworkProperties : public QObject {
    Q_OBJECT

    static void trainings()
    {
        QTest::addColumn<QatConfig>("config");
        for (const auto& observer : observers()) {
            // These choose no parameters of an integer.
            if (observer.name == "recording" || observer.name == "noop")
                continue;
            QTest::addRow("observer %s", std::string(observer.name).c_str())
                << withObserver(observer.name);
        }
        for (const auto& estimator : estimators())
            if (estimator.id != Estimator::SteTensorflow) // a dialect has its mask
                QTest::addRow("estimator %s", std::string(estimator.name).c_str())
                    << withEstimator(estimator.id);
        QTest::newRow("stochastic rounding") << withStochasticRounding();
        auto frozen = defaultQatConfig();
        frozen.freezeBatchNorm = true;
        QTest::newRow("batch norm frozen") << frozen;
    }

private slots:
    void training_anyNumberOfThreads_givesTheSameBits_data() { trainings(); }
    void training_anyNumberOfThreads_givesTheSameBits()
    {
        QFETCH(QatConfig, config);
        std::vector<Tensor> expected;
        std::vector<double> losses;
        for (const int threads : {1, 2, 4}) {
            const ThreadLimit limit(threads);
            auto training = Training::make(config);
            training.network.setBatchNormFrozen(config.freezeBatchNorm);
            training.steps(0, 2);
            if (threads == 1) {
                expected = training.state();
                losses = training.losses;
            }
            QCOMPARE(differs(training.state(), expected), std::string());
            QCOMPARE(training.losses, losses);
        }
    }

    void training_goesOnFromItsSavedState_bitForBit_data() { trainings(); }
    void training_goesOnFromItsSavedState_bitForBit()
    {
        QFETCH(QatConfig, config);
        // Once with each: both keep their own state.
        const bool sgd = config.all.weight->observer == "minmax";
        for (const char* optimizer : {sgd ? "sgd" : "adam"}) {
            auto whole = Training::make(config, optimizer);
            whole.steps(0, 1);
            auto resumed = Training::make(config, optimizer);
            const auto load = [](const Result<void>& done) {
                return done ? std::string() : done.error().message;
            };
            QCOMPARE(load(resumed.network.loadStateDict(whole.network.stateDict())), std::string());
            QCOMPARE(load(resumed.network.loadTrainingState(whole.network.trainingState())),
                     std::string());
            QCOMPARE(load(resumed.optimizer.loadStateDict(whole.optimizer.stateDict(),
                                                          resumed.network.parameters())),
                     std::string());
            QCOMPARE(differs(resumed.state(), whole.state()), std::string());
            whole.losses.clear();
            whole.steps(1, 3);
            resumed.steps(1, 3);
            QCOMPARE(resumed.losses, whole.losses);
            QCOMPARE(differs(resumed.state(), whole.state()), std::string());
        }
    }

    void gradients_areDerivatives_data()
    {
        QTest::addColumn<int>("kind");
        for (const auto& row : layerKinds())
            QTest::newRow(std::string(row.name).c_str()) << static_cast<int>(row.id);
    }
    void gradients_areDerivatives()
    {
        QFETCH(int, kind);
        const auto model = modelOf(static_cast<LayerKind>(kind));
        auto network = Network::make(model, 7);
        QVERIFY(network);
        // Each value once, about 0.15 from the next and half of that from 0, 3 and 6, so that no
        // step crosses a kink; of few bits, so that a step is exact.
        std::vector<float> x(96);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = (static_cast<float>((i * 37) % x.size()) - 47.5F) * (154.0F / 1024);
        const auto in = model.input;
        const auto shape = in.height > 1 ? *Shape::make({2, in.channels, in.height, in.width})
                                         : *Shape::make({8, in.channels});
        const auto run = [&] {
            return network->forward(Tensor::fromFloats("x", shape, x));
        };
        const auto y = run();
        QVERIFY(y);
        std::vector<float> dy(static_cast<std::size_t>(y->numel()));
        for (std::size_t i = 0; i < dy.size(); ++i)
            dy[i] = static_cast<float>(CounterRng(3).uniform(i) - 0.5);
        const auto dx = network->backward(Tensor::fromFloats("dy", y->shape(), dy));
        QVERIFY(dx);
        if (model.layers[0].kind == LayerKind::Dropout) {
            // Each pass draws anew; of one pass y = x * mask, dx = dy * mask.
            for (std::size_t i = 0; i < x.size(); ++i)
                QCOMPARE(dx->floats()[i], dy[i] * (y->floats()[i] / x[i]));
            return;
        }
        const auto value = [&] {
            const auto now = run();
            double sum = 0;
            for (std::size_t i = 0; i < dy.size(); ++i)
                sum += static_cast<double>(dy[i]) * static_cast<double>(now->floats()[i]);
            return sum;
        };
        const auto compare = [&](std::vector<float>& at, std::span<const float> gradient,
                                 const std::string& name) {
            double largest = 0;
            for (const float g : gradient)
                largest = std::max(largest, std::abs(static_cast<double>(g)));
            QVERIFY2(largest > 0.01, name.c_str());
            for (std::size_t i = 0; i < at.size(); ++i) {
                const double expected = derivative(at[i], value);
                const double off = std::abs(expected - static_cast<double>(gradient[i])) / largest;
                QVERIFY2(
                    off < 1.5e-4,
                    (name + " " + std::to_string(i) + " is off by " + std::to_string(off)).c_str());
            }
        };
        const std::vector<float> inputGradient(dx->floats().begin(), dx->floats().end());
        std::vector<std::vector<float>> gradients;
        for (const auto& p : network->parameters())
            gradients.push_back(p.gradient);
        compare(x, inputGradient, "input");
        for (std::size_t p = 0; p < gradients.size(); ++p)
            compare(network->parameters()[p].value, gradients[p], network->parameters()[p].name);
    }

    /// A quantizer that learns, in front of the first layer with parameters.
    void learnedQuantizer_beforeTheFirstWeight_getsItsGradient()
    {
        const ModelSpec model{
            "late",
            {4, 1, 1},
            {{.kind = LayerKind::Sigmoid}, {.kind = LayerKind::Linear, .in = 4, .out = 3}}};
        auto network = Network::make(model, 1);
        QatConfig config = defaultQatConfig();
        config.layers["0"].activation = withEstimator(Estimator::Lsq).all.activation;
        config.layers["0"].activation->dtype = DType::Uint4;
        QVERIFY(network->setQuantization(&config));
        const std::vector<int> labels = {0, 1, 2};
        const auto result = network->trainBatch(
            [](std::int64_t i, float* out) {
                for (int k = 0; k < 4; ++k)
                    out[k] = static_cast<float>(i) - 0.3F * static_cast<float>(k);
            },
            labels);
        QVERIFY(result);
        for (const auto& p : network->parameters()) {
            if (!p.learned)
                continue;
            QCOMPARE(p.name, std::string("0.activation_post_process.scale"));
            QVERIFY(p.value[0] > 0);
            QVERIFY(p.gradient[0] != 0.0F);
        }
    }
};

QTEST_APPLESS_MAIN(TestNetworkProperties)
#include "tst_network_properties.moc"
