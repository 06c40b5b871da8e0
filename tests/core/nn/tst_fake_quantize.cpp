// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/fake_quantize.h"
#include "core/nn/qat_config.h"
#include "nn_test_data.h"

#include <QTest>
#include <cstring>

using namespace qs;

namespace {

QuantSpec specOf(const nlohmann::json& json)
{
    const auto config = qatConfigFromJson({{"weight", json}});
    return *config->all.weight;
}

bool sameBits(std::span<const float> a, const nlohmann::json& b)
{
    const auto expected = test::floats(b);
    // -0 and 0 are the same number here: JSON keeps the sign, a product with the mask may not.
    return std::equal(a.begin(), a.end(), expected.begin(), expected.end());
}

} // namespace

class TestFakeQuantize : public QObject {
    Q_OBJECT
private slots:
    void forwardBackward_thirtySteps_equalPyTorchExactly_data()
    {
        QTest::addColumn<int>("index");
        const auto cases = test::golden("fake_quantize.json")["cases"];
        for (int i = 0; i < static_cast<int>(cases.size()); ++i)
            QTest::newRow(cases[static_cast<std::size_t>(i)]["name"].get<std::string>().c_str())
                << i;
    }

    void forwardBackward_thirtySteps_equalPyTorchExactly()
    {
        QFETCH(int, index);
        const auto json =
            test::golden("fake_quantize.json")["cases"][static_cast<std::size_t>(index)];
        auto module = FakeQuantize::make("module", specOf(json["spec"]));
        QVERIFY2(module, module ? "" : module.error().message.c_str());
        const auto shape = *Shape::make(json["shape"].get<std::vector<std::int64_t>>());
        int step = 0;
        for (const auto& s : json["steps"]) {
            if (step++ == 20)
                module->setObserverEnabled(false);
            const auto y = module->forward(Tensor::fromFloats("x", shape, test::floats(s["x"])));
            QVERIFY(y);
            QVERIFY(sameBits(module->params()->scale(), s["scale"]));
            QCOMPARE(module->params()->zeroPoint(),
                     s["zero_point"].get<std::vector<std::int32_t>>());
            QVERIFY(sameBits(y->floats(), s["y"]));
            const auto dx =
                module->backward(Tensor::fromFloats("dy", shape, test::floats(s["dy"])));
            QVERIFY(dx);
            QVERIFY(sameBits(dx->floats(), s["dx"]));
        }
    }

    void forward_disabled_passesThrough()
    {
        auto module = FakeQuantize::make("m", *defaultQatConfig().all.activation);
        const auto x = Tensor::fromFloats("x", *Shape::make({3}), {0.1F, 0.2F, 1.0F});
        module->setFakeQuantEnabled(false);
        QVERIFY(sameBits(module->forward(x)->floats(), {0.1F, 0.2F, 1.0F}));
        QCOMPARE(module->state().batchesSeen, 1);
        QVERIFY(!module->active());
        module->setFakeQuantEnabled(true);
        QVERIFY(module->active());
    }

    void inherit_otherBits_keepsTheObservedRange()
    {
        for (const bool perChannel : {false, true}) {
            QuantSpec spec = *defaultQatConfig().all.weight;
            spec.qscheme = qscheme(perChannel ? Granularity::Channel : Granularity::Tensor, true);
            auto eight = FakeQuantize::make("w", spec);
            QVERIFY(eight->observe(
                Tensor::fromFloats("x", *Shape::make({2, 2}), {-1.0F, 2.0F, 3.0F, 4.0F})));
            spec.dtype = DType::Int4;
            auto four = FakeQuantize::make("w", spec);
            QVERIFY(!four->params());
            four->inherit(*eight);
            const auto before = eight->state().ranges;
            const auto after = four->state().ranges;
            QCOMPARE(after.size(), before.size());
            for (std::size_t c = 0; c < after.size(); ++c) {
                QCOMPARE(after[c].min, before[c].min);
                QCOMPARE(after[c].max, before[c].max);
            }
            QCOMPARE(four->params()->dtype(), DType::Int4);
        }
    }

    void config_json_roundTrips()
    {
        for (auto config : {defaultQatConfig(), fixedQatConfig(*modelByName("seed-cnn"))}) {
            config.layers["3"] = {std::nullopt, config.all.activation};
            config.layers["3"].activation->dtype = DType::Uint4;
            const auto again = qatConfigFromJson(toJson(config));
            QVERIFY2(again, again ? "" : again.error().message.c_str());
            QVERIFY(*again == config);
        }
    }

    void config_unknownKey_isNamed()
    {
        const auto messageOf = [](const char* text) {
            const auto config = qatConfigFromJson(nlohmann::json::parse(text));
            return config ? std::string() : config.error().message;
        };
        QVERIFY(messageOf(R"({"wieght": {}})").starts_with("wieght:"));
        QVERIFY(messageOf(R"({"weight": {"bits": 4}})").starts_with("weight.bits:"));
        QVERIFY(messageOf(R"({"layers": {"3": {"x": 1}}})").starts_with("layers.3.x:"));
        QVERIFY(messageOf(R"({"weight": {"dtype": "int99"}})").starts_with("weight.dtype:"));
        QVERIFY(
            messageOf(R"({"weight": {"quant_min": 9, "quant_max": 3}})").starts_with("weight:"));
        QVERIFY(messageOf(R"([])").starts_with("qat config:"));
        QVERIFY(messageOf(R"({"layers": {"3": "float"}, "activation": "float"})").empty());
        QVERIFY(!qatConfigByName("int4", *modelByName("seed-cnn")));
    }
};

QTEST_APPLESS_MAIN(TestFakeQuantize)
#include "tst_fake_quantize.moc"
