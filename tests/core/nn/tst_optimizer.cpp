// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/nn/optimizer.h"
#include "nn_test_data.h"

#include <QTest>
#include <algorithm>
#include <cmath>

using namespace qs;

namespace {

OptimizerSpec specOf(const nlohmann::json& json)
{
    return {.name = json["name"],
            .lr = json["lr"],
            .momentum = json.value("momentum", 0.0),
            .weightDecay = json.value("weight_decay", 0.0),
            .nesterov = json.value("nesterov", false)};
}

Parameter parameter(const std::string& name, std::vector<float> value)
{
    const auto count = static_cast<std::int64_t>(value.size());
    return {name, *Shape::make({count}), std::move(value), {}};
}

/// Gradients that only depend on the parameter's name and the step.
void setGradients(std::vector<Parameter>& parameters, std::uint64_t step)
{
    for (auto& p : parameters) {
        const CounterRng rng(1000 * step + static_cast<std::uint64_t>(p.name.back()));
        p.gradient.resize(p.value.size());
        for (std::size_t i = 0; i < p.gradient.size(); ++i)
            p.gradient[i] = static_cast<float>(rng.below(i, 2001)) / 1000 - 1;
    }
}

const std::vector<OptimizerSpec>& allKinds()
{
    static const std::vector<OptimizerSpec> specs{
        {.name = "adam", .weightDecay = 0.1},
        {.name = "adamw", .weightDecay = 0.1},
        {.name = "sgd", .lr = 0.1},
        {.name = "sgd", .lr = 0.1, .momentum = 0.9},
        {.name = "sgd", .lr = 0.1, .momentum = 0.9, .nesterov = true},
    };
    return specs;
}

Tensor named(const std::vector<Tensor>& tensors, const std::string& name)
{
    return *std::ranges::find(tensors, name, &Tensor::name);
}

} // namespace

class TestOptimizer : public QObject {
    Q_OBJECT
private slots:
    void step_goldenGradients_followsPyTorchsTrajectory_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("defaults") << "optimizers.json";
        QTest::newRow("weight_decay, nesterov, adamw") << "optimizers_more.json";
    }
    void step_goldenGradients_followsPyTorchsTrajectory()
    {
        QFETCH(QString, file);
        const auto golden = test::golden(file.toStdString());
        QVERIFY(!golden["cases"].empty());
        for (const auto& json : golden["cases"]) {
            auto optimizer = Optimizer::make(specOf(json));
            QVERIFY(optimizer);
            std::vector<Parameter> parameters{parameter("w", test::floats(json["start"]))};
            for (const auto& step : json["steps"]) {
                parameters[0].gradient = test::floats(step["gradient"]);
                optimizer->step(parameters);
                const auto expected = test::floats(step["value"]);
                for (std::size_t i = 0; i < expected.size(); ++i)
                    QVERIFY(std::abs(parameters[0].value[i] - expected[i]) <=
                            1e-6F * std::max(std::abs(expected[i]), 0.1F));
            }
            QCOMPARE(optimizer->steps(), 20);
        }
    }

    void step_parameterThatDoesNotDecay_isLeftOutOfWeightDecay()
    {
        for (const std::string name : {"adam", "adamw", "sgd"}) {
            auto decaying = Optimizer::make({.name = name, .lr = 0.1, .weightDecay = 0.5});
            auto plain = Optimizer::make({.name = name, .lr = 0.1});
            std::vector<Parameter> a{parameter("w", {1, 2}), parameter("b", {1, 2})};
            a[1].decays = false;
            std::vector<Parameter> b = a;
            for (std::uint64_t step = 0; step < 3; ++step) {
                setGradients(a, step);
                setGradients(b, step);
                decaying->step(a);
                plain->step(b);
            }
            QVERIFY(a[0].value != b[0].value);
            QCOMPARE(a[1].value, b[1].value);
        }
    }

    void step_parametersComeAndGo_othersKeepTheirState()
    {
        for (const auto& spec : allKinds()) {
            auto changing = Optimizer::make(spec);
            auto alone = Optimizer::make(spec);
            auto late = Optimizer::make(spec);
            std::vector<Parameter> list{parameter("s", {5}), parameter("w", {1, 2})};
            std::vector<Parameter> same{parameter("w", {1, 2})};
            std::vector<Parameter> second{parameter("s", {7})};
            for (std::uint64_t step = 0; step < 9; ++step) {
                if (step == 3)
                    list.erase(list.begin());
                if (step == 6) // back again, behind the other one: it starts anew
                    list.push_back(parameter("s", {7}));
                setGradients(list, step);
                changing->step(list);
                setGradients(same, step);
                alone->step(same);
                if (step >= 6) {
                    setGradients(second, step);
                    late->step(second);
                }
            }
            QCOMPARE(list[0].value, same[0].value);
            QCOMPARE(list[1].value, second[0].value);
            QCOMPARE(changing->steps(), 9);
            const auto state = changing->stateDict();
            QCOMPARE(named(state, "s.step").at(0), 3.0F);
            QCOMPARE(named(state, "w.step").at(0), 9.0F);
        }
    }

    void step_anotherShape_startsAnew()
    {
        auto optimizer = Optimizer::make({});
        auto fresh = Optimizer::make({});
        std::vector<Parameter> a{parameter("s", {5})};
        setGradients(a, 0);
        optimizer->step(a);
        a = {parameter("s", {1, 2, 3})};
        setGradients(a, 1);
        auto b = a;
        optimizer->step(a);
        fresh->step(b);
        QCOMPARE(a[0].value, b[0].value);
    }

    void step_noGradient_leavesTheParameterAndItsState()
    {
        auto optimizer = Optimizer::make({.weightDecay = 0.1});
        std::vector<Parameter> a{parameter("v", {1, 2}), parameter("w", {3, 4})};
        setGradients(a, 0);
        optimizer->step(a);
        const auto value = a[0].value;
        setGradients(a, 1);
        a[0].gradient.clear();
        optimizer->step(a);
        QCOMPARE(a[0].value, value);
        const auto state = optimizer->stateDict();
        QCOMPARE(named(state, "v.step").at(0), 1.0F);
        QCOMPARE(named(state, "w.step").at(0), 2.0F);
    }

    void setLr_takesEffectFromTheNextStep()
    {
        auto optimizer = Optimizer::make({.name = "sgd", .lr = 1});
        std::vector<Parameter> a{parameter("w", {1})};
        a[0].gradient = {0.25F};
        optimizer->step(a);
        QCOMPARE(a[0].value[0], 0.75F);
        optimizer->setLr(0.5);
        optimizer->step(a);
        QCOMPARE(a[0].value[0], 0.625F);
        optimizer->setLr(0);
        optimizer->step(a);
        QCOMPARE(a[0].value[0], 0.625F);
    }

    void loadStateDict_itsOwn_continuesBitForBit()
    {
        for (const auto& spec : allKinds()) {
            auto first = Optimizer::make(spec);
            std::vector<Parameter> a{parameter("v", {1, -2, 3}), parameter("w", {4, 5})};
            for (std::uint64_t step = 0; step < 5; ++step) {
                setGradients(a, step);
                first->step(a);
            }
            auto second = Optimizer::make(spec);
            auto b = a;
            QVERIFY(second->loadStateDict(first->stateDict(), b));
            QCOMPARE(second->steps(), 5);
            for (std::uint64_t step = 5; step < 10; ++step) {
                setGradients(a, step);
                setGradients(b, step);
                first->step(a);
                second->step(b);
            }
            QCOMPARE(a[0].value, b[0].value);
            QCOMPARE(a[1].value, b[1].value);
        }
    }

    void stateDict_hasPyTorchsNames()
    {
        const auto names = [](const OptimizerSpec& spec) {
            auto optimizer = Optimizer::make(spec);
            std::vector<Parameter> a{parameter("0.weight", {1, 2})};
            setGradients(a, 0);
            optimizer->step(a);
            std::vector<std::string> found;
            for (const auto& tensor : optimizer->stateDict())
                found.push_back(tensor.name());
            return found;
        };
        using Names = std::vector<std::string>;
        const Names adam{"0.weight.step", "0.weight.exp_avg", "0.weight.exp_avg_sq"};
        QCOMPARE(names({.name = "adam"}), adam);
        QCOMPARE(names({.name = "adamw"}), adam);
        QCOMPARE(names({.name = "sgd"}), (Names{"0.weight.step"}));
        QCOMPARE(names({.name = "sgd", .momentum = 0.9}),
                 (Names{"0.weight.step", "0.weight.momentum_buffer"}));
    }

    void loadStateDict_wrongTensors_areRefusedAndNothingChanges()
    {
        auto optimizer = Optimizer::make({});
        std::vector<Parameter> a{parameter("w", {1, 2})};
        setGradients(a, 0);
        optimizer->step(a);
        const auto good = optimizer->stateDict();
        const Shape two = *Shape::make({2});
        const auto steps = [](std::int64_t count) {
            return Tensor::fromVector("w.step", ElementType::Int64, Shape(),
                                      std::vector<std::int64_t>{count});
        };
        const auto refused = [&](std::size_t index, const Tensor& tensor, const char* expected) {
            auto tensors = good;
            tensors[index] = tensor;
            const auto loaded = optimizer->loadStateDict(tensors, a);
            return !loaded && loaded.error().message.find(expected) != std::string::npos &&
                   optimizer->steps() == 1;
        };
        QVERIFY(refused(0, steps(0), "w.step: expected a number above 0, found 0"));
        QVERIFY(refused(0, Tensor::fromFloats("w.step", Shape(), {1}), "w.step: expected one"));
        QVERIFY(refused(0, good[0].renamed("x.step"), "is no state of adam"));
        QVERIFY(refused(1, good[1].renamed("w.momentum_buffer"), "w.exp_avg: is missing"));
        QVERIFY(refused(1, good[2], "w.exp_avg_sq: is there twice"));
        QVERIFY(refused(1, Tensor::fromFloats("w.exp_avg", *Shape::make({3}), {1, 2, 3}),
                        "w.exp_avg: expected the shape [2], found [3]"));
        QVERIFY(refused(1, Tensor::fromFloats("w.exp_avg", two, {1, INFINITY}),
                        "w.exp_avg: expected finite numbers, found"));
        QVERIFY(refused(2, Tensor::fromFloats("w.exp_avg_sq", two, {1, -1}),
                        "w.exp_avg_sq: expected finite numbers not below 0, found -1"));

        auto more = good;
        more.push_back(Tensor::fromFloats("w.momentum_buffer", two, {1, 2}));
        QVERIFY(!optimizer->loadStateDict(more, a));
        QVERIFY(optimizer->loadStateDict(good, a));
        QVERIFY(optimizer->loadStateDict({}, a)); // before the first step
        QCOMPARE(optimizer->steps(), 0);
    }

    void make_wrongValues_areRefused()
    {
        QVERIFY(!Optimizer::make({.name = "lion"}));
        QVERIFY(!Optimizer::make({.lr = 0}));
        QVERIFY(!Optimizer::make({.lr = NAN}));
        QVERIFY(!Optimizer::make({.name = "sgd", .momentum = 1}));
        QVERIFY(!Optimizer::make({.eps = -1}));
        QVERIFY(!Optimizer::make({.weightDecay = -0.1}));
        QVERIFY(!Optimizer::make({.weightDecay = INFINITY}));
        QVERIFY(!Optimizer::make({.name = "sgd", .nesterov = true}));
        QVERIFY(!Optimizer::make({.name = "adam", .momentum = 0.9, .nesterov = true}));
        for (const auto& name : optimizerNames())
            QVERIFY(Optimizer::make({.name = name}));
    }
};

QTEST_APPLESS_MAIN(TestOptimizer)
#include "tst_optimizer.moc"
