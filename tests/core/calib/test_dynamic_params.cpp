// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/dynamic_params.h"
#include "core/quant/quantizer.h"
#include "tests/core/golden.h"

#include <algorithm>
#include <limits>

using namespace qs;

/// Activations quantized as they come: torch._choose_qparams_per_tensor and
/// torch.quantize_per_tensor_dynamic (tests/golden/make_ptq_golden.py), to the bit.
class TestDynamicParams : public QObject {
    Q_OBJECT

private slots:
    void params_arePyTorchs()
    {
        const test::Golden golden("ptq");
        int cases = 0;
        for (const auto& c : golden.cases()) {
            if (c.at("kind") != "dynamic")
                continue;
            const auto x = golden.floats(c.at("x"));
            const auto [lo, hi] = std::ranges::minmax(x);
            const bool reduce = c.at("reduce_range");
            const std::string what = "case " + std::to_string(cases++);
            for (const DType dtype : {DType::Quint8, DType::Qint8}) {
                const auto& expected = c.at(std::string(info(dtype).name));
                const auto p = dynamicActivationParams(lo, hi, dtype, reduce);
                QVERIFY2(p, p ? "" : p.error().message.c_str());
                QCOMPARE(test::differingBits(p->scale(), golden.floats(expected.at(0)), what), 0);
                QCOMPARE(p->zeroPointAt(0), expected.at(1).get<std::int32_t>());
            }
            const auto p = dynamicActivationParams(lo, hi, DType::Quint8, reduce);
            std::vector<float> y(x.size());
            Quantizer::make(*p, *Shape::make({3}))->fakeQuantize(x, 0, y.data());
            QCOMPARE(test::differingBits(y, golden.floats(c.at("y")), what), 0);
        }
        QCOMPARE(cases, 98);
    }

    void mistakes_areNamed()
    {
        const auto refused = [](float lo, float hi, DType dtype, const char* field) {
            const auto p = dynamicActivationParams(lo, hi, dtype);
            return !p && p.error().kind == ErrorKind::Usage &&
                   p.error().message.rfind(field, 0) == 0;
        };
        QVERIFY(refused(0, 1, DType::Float8E5m2, "dtype:"));
        QVERIFY(refused(0, 1, DType::Int16, "dtype:"));
        QVERIFY(refused(1, 0, DType::Quint8, "min, max:"));
        QVERIFY(refused(0, std::numeric_limits<float>::infinity(), DType::Quint8, "min, max:"));
        const float most = std::numeric_limits<float>::max();
        QVERIFY(dynamicActivationParams(-most, most)); // in double
    }
};

QTEST_GUILESS_MAIN(TestDynamicParams)
#include "test_dynamic_params.moc"
