// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// quantize_dynamic, beside PyTorch's (engine qnnpack).
#include "core/base/parallel.h"
#include "core/ptq/dynamic_network.h"

#include <QTest>

#include "network_testing.h"

using namespace qs;

class TestDynamicNetwork : public QObject {
    Q_OBJECT
private slots:
    void run_golden_isPyTorchsToTheBit()
    {
        const auto one = test::convertedCase("dynamic");
        const auto network = test::networkOf(one);
        auto dynamic = DynamicNetwork::make(network);
        QVERIFY(dynamic);
        for (const auto& layer : dynamic->linearLayers()) {
            const auto& expected = one["layers"][std::to_string(layer.layer)];
            QVERIFY(std::vector<int>(layer.codes.begin(), layer.codes.end()) ==
                    expected["weight_int_repr"].get<std::vector<int>>());
            QCOMPARE(layer.params.scaleAt(0), expected["weight_scale"][0].get<float>());
        }
        const auto x = test::tensorOf("x", one["x_shape"], one["x"]);
        const auto points = dynamic->run(x, DynamicArithmetic::Integer);
        QVERIFY(points);
        for (const char* layer : {"0", "1", "2"}) {
            const auto expected = test::floatsOf(one["outputs"][layer]);
            const auto found = (*points)[std::stoul(layer) + 1]->floats();
            QCOMPARE(found.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY2(found[i] == expected[i],
                         qPrintable(QString("layer %1, %2: %3, PyTorch has %4")
                                        .arg(layer)
                                        .arg(i)
                                        .arg(found[i], 0, 'g', 9)
                                        .arg(expected[i], 0, 'g', 9)));
        }
    }

    void outputsOf_oneSampleAtATime_hasScalesOfItsOwn()
    {
        const auto one = test::convertedCase("dynamic");
        const auto network = test::networkOf(one);
        auto dynamic = DynamicNetwork::make(network);
        const auto samples =
            test::samplesOf(test::tensorOf("x", one["x_shape"], one["x"]), network.model());
        const auto& expected = one["logits_of_single_samples"];
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto found = dynamic->outputsOf(samples, static_cast<std::int64_t>(i), 1,
                                                  DynamicArithmetic::Integer);
            QVERIFY(found);
            QVERIFY(test::floatsOf(expected[i]) == *found);
        }
        const auto together = dynamic->outputsOf(samples, 0, 16, DynamicArithmetic::Integer);
        const auto single = dynamic->outputsOf(samples, 0, 1, DynamicArithmetic::Integer);
        QVERIFY(!std::equal(single->begin(), single->end(), together->begin()));
    }

    void outputsOf_fakeQuantized_isTheSameButForRounding()
    {
        const auto network = test::trainedOnDigits(test::smallCnn(), 1);
        auto dynamic = DynamicNetwork::make(network);
        QVERIFY(dynamic);
        QCOMPARE(dynamic->linearLayers().size(), 1U);
        const auto test = *samplesFor(network.model(), (*readDataset("digits"))->test, "digits");
        const auto integer = dynamic->outputsOf(test, 0, 64, DynamicArithmetic::Integer);
        const auto fake = dynamic->outputsOf(test, 0, 64, DynamicArithmetic::FakeQuantized);
        QVERIFY(test::relative(*integer, *fake) < 1e-5);
        QVERIFY(*integer != *fake);
        for (const int threads : {1, 3}) {
            const ThreadLimit limit(threads);
            QVERIFY(*dynamic->outputsOf(test, 0, 64, DynamicArithmetic::Integer) == *integer);
        }
    }

    void run_residualAroundLinear_addsFloatValues()
    {
        const auto model = test::modelOf(
            "[6]", R"([{"type": "Linear", "in_features": 6, "out_features": 6}, {"type": "ReLU"},
                       {"type": "Linear", "in_features": 6, "out_features": 6},
                       {"type": "Add", "from": "1"}])");
        const auto network = *Network::make(model, 5);
        auto dynamic = *DynamicNetwork::make(network);
        const auto x =
            Tensor::fromFloats("x", *Shape::make({2, 6}), {1, 2, 3, -4, 5, 6, 0, 1, -1, 2, -2, 3});
        const auto points = *dynamic.run(x, DynamicArithmetic::Integer);
        for (std::size_t i = 0; i < 12; ++i)
            QCOMPARE(points[4]->floats()[i], points[3]->floats()[i] + points[2]->floats()[i]);
    }

    void run_inputNotFinite_namesTheLayer()
    {
        const auto one = test::convertedCase("dynamic");
        auto dynamic = *DynamicNetwork::make(test::networkOf(one));
        std::vector<float> x(12, 1.0F);
        x[3] = INFINITY;
        const auto points = dynamic.run(Tensor::fromFloats("x", *Shape::make({1, 12}), x),
                                        DynamicArithmetic::Integer);
        QVERIFY(!points);
        QVERIFY2(points.error().message.starts_with("layer 0: "), points.error().message.c_str());
    }

    void bytes_mlp_countsCodesAndFloats()
    {
        const auto dynamic = *DynamicNetwork::make(test::networkOf(test::convertedCase("dynamic")));
        QCOMPARE(dynamic.bytes(), (12 * 8 + 8) + 8 * 4 + (8 * 5 + 8) + 5 * 4);
    }
};

QTEST_APPLESS_MAIN(TestDynamicNetwork)
#include "test_dynamic_network.moc"
