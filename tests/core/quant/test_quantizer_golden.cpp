// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/observer.h"
#include "core/quant/quantizer.h"
#include "tests/core/golden.h"

using namespace qs;
using qs::test::differingBits;

/// Quantizers and observers against PyTorch, bit for bit (tests/golden/make_quant_golden.py).
class TestQuantizerGolden : public QObject {
    Q_OBJECT

    test::Golden m_golden{"quant"};

    Quantizer quantizerOf(const nlohmann::json& c, const Shape& shape, bool perChannel)
    {
        const auto params = QuantParams::make(
            *dtypeByName(c.at("dtype").get<std::string>()),
            qscheme(perChannel ? Granularity::Channel : Granularity::Tensor, false),
            {c.at("quant_min"), c.at("quant_max")}, m_golden.floats(c.at("scale")),
            m_golden.ints(c.at("zero_point")), c.value("axis", 0));
        return *Quantizer::make(*params, shape);
    }

    template <typename Check>
    int forEach(const std::string& kind, Check check)
    {
        int count = 0;
        for (const auto& c : m_golden.cases()) {
            if (c.at("kind") == kind) {
                check(c, kind + " case " + std::to_string(count) + " " + c.value("dtype", ""));
                ++count;
            }
        }
        return count;
    }

    void checkFakeQuantize(const nlohmann::json& c, const Shape& shape, bool perChannel,
                           const std::string& what)
    {
        const auto x = m_golden.floats(c.at("x"));
        const auto quantizer = quantizerOf(c, shape, perChannel);
        std::vector<float> y(x.size());
        std::vector<float> again(x.size());
        std::vector<float> mask(x.size());
        quantizer.fakeQuantize(x, 0, y.data(), mask.data());
        quantizer.fakeQuantize(x, 0, again.data());
        QCOMPARE(differingBits(y, m_golden.floats(c.at("y")), what), 0);
        QCOMPARE(differingBits(again, y, what + ", without mask"), 0);
        QCOMPARE(differingBits(mask, m_golden.floats(c.at("mask")), what + ", mask"), 0);
    }

    void checkObserver(const nlohmann::json& c, const Tensor& x, QuantSpec spec,
                       const std::string& what)
    {
        spec.dtype = *dtypeByName(c.at("dtype").get<std::string>());
        spec.qscheme = *qschemeByName(c.at("qscheme").get<std::string>());
        const auto params = chooseQuantParams(x, spec);
        QVERIFY2(params, params ? "" : params.error().message.c_str());
        QCOMPARE(differingBits(params->scale(), m_golden.floats(c.at("scale")), what), 0);
        QVERIFY2(params->zeroPoint() == m_golden.ints(c.at("zero_point")), what.c_str());
    }

private slots:
    void fakeQuantize_perTensor_isPyTorchs()
    {
        const int cases = forEach("per_tensor", [&](const auto& c, const std::string& what) {
            const auto n = c.at("x").at("count").template get<std::int64_t>();
            checkFakeQuantize(c, *Shape::make({n}), false, what);
        });
        QVERIFY(cases >= 32 * 4); // every dtype of the table
    }

    void fakeQuantize_perChannel_isPyTorchs_onEveryAxis()
    {
        const int cases = forEach("per_channel", [&](const auto& c, const std::string& what) {
            const auto shape =
                *Shape::make(c.at("shape").template get<std::vector<std::int64_t>>());
            checkFakeQuantize(c, shape, true, what);
        });
        QVERIFY(cases >= 36);
    }

    void quantizeAndDequantize_arePyTorchs()
    {
        const int cases = forEach("codes", [&](const auto& c, const std::string& what) {
            const auto x = m_golden.floats(c.at("x"));
            const auto n = static_cast<std::int64_t>(x.size());
            const auto quantizer = quantizerOf(c, *Shape::make({n}), false);
            std::vector<std::int32_t> codes(x.size());
            std::vector<float> y(x.size());
            quantizer.quantize(x, 0, codes.data());
            QVERIFY2(codes == m_golden.ints(c.at("q")), what.c_str());
            quantizer.dequantize(codes, 0, y.data());
            QCOMPARE(differingBits(y, m_golden.floats(c.at("y")), what), 0);
        });
        QVERIFY(cases >= 12);
    }

    void minMaxObserver_givesPyTorchsParameters()
    {
        const int cases = forEach("minmax", [&](const auto& c, const std::string& what) {
            auto x = m_golden.floats(c.at("x"));
            const auto n = static_cast<std::int64_t>(x.size());
            QuantSpec spec;
            if (!c.at("quant_min").is_null()) {
                spec.quantMin = c.at("quant_min").template get<std::int32_t>();
                spec.quantMax = c.at("quant_max").template get<std::int32_t>();
            }
            spec.reduceRange = c.at("reduce_range").template get<bool>();
            checkObserver(c, Tensor::fromFloats("x", *Shape::make({n}), std::move(x)), spec,
                          what + " of " + c.at("tensor").template get<std::string>());
        });
        QVERIFY(cases >= 150);
    }

    void perChannelMinMaxObserver_givesPyTorchsParameters()
    {
        const int cases =
            forEach("minmax_per_channel", [&](const auto& c, const std::string& what) {
                const auto shape =
                    *Shape::make(c.at("shape").template get<std::vector<std::int64_t>>());
                QuantSpec spec;
                spec.axis = c.at("axis").template get<int>();
                checkObserver(c, Tensor::fromFloats("x", shape, m_golden.floats(c.at("x"))), spec,
                              what);
            });
        QVERIFY(cases >= 12);
    }

    void movingAverageObserver_followsPyTorchs_batchByBatch()
    {
        forEach("moving_average", [&](const auto& c, const std::string& what) {
            QuantSpec spec;
            spec.dtype = DType::Quint8;
            spec.observer = "moving_average_minmax";
            spec.averagingConstant = c.at("averaging_constant").template get<double>();
            const auto observer = *observerByName(spec.observer)->make(spec);
            for (const auto& step : c.at("steps")) {
                auto x = m_golden.floats(step.at("x"));
                const auto n = static_cast<std::int64_t>(x.size());
                QVERIFY(observer->observe(Tensor::fromFloats("x", *Shape::make({n}), std::move(x)),
                                          {}));
                const auto params = observer->calculateQParams();
                QVERIFY(params);
                QCOMPARE(differingBits(params->scale(), m_golden.floats(step.at("scale")), what),
                         0);
                QVERIFY(params->zeroPoint() == m_golden.ints(step.at("zero_point")));
            }
        });
    }

    void fixedQParams_presetsDoWhatPyTorchsModulesDo()
    {
        const int cases = forEach("fixed_qparams", [&](const auto& c, const std::string& what) {
            const auto* preset = fixedQParamsPreset(c.at("preset").template get<std::string>());
            QVERIFY(preset != nullptr);
            QCOMPARE(preset->scale, m_golden.floats(c.at("scale"))[0]);
            QCOMPARE(preset->zeroPoint, m_golden.ints(c.at("zero_point"))[0]);
            auto withRange = c;
            withRange["dtype"] = std::string(info(preset->dtype).name);
            withRange["quant_min"] = info(preset->dtype).quantMin;
            withRange["quant_max"] = info(preset->dtype).quantMax;
            const auto n = c.at("x").at("count").template get<std::int64_t>();
            checkFakeQuantize(withRange, *Shape::make({n}), false, what);
        });
        QCOMPARE(cases, 2);
    }
};

QTEST_APPLESS_MAIN(TestQuantizerGolden)
#include "test_quantizer_golden.moc"
