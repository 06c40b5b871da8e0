// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/bit_inspector.h"
#include "core/base/rng.h"
#include "core/calib/observer.h"
#include "core/quant/quantizer.h"

#include <QTest>

#include <cmath>

using namespace qs;

namespace {

Tensor someTensor(std::int64_t n)
{
    std::vector<float> values;
    const CounterRng rng(11);
    for (std::int64_t i = 0; i < n; ++i)
        values.push_back(
            static_cast<float>(inverseNormal(rng.uniform(static_cast<std::uint64_t>(i)))));
    return Tensor::fromFloats("x", *Shape::make({n / 256, 256}), values);
}

QuantSpec specOf(DType dtype)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.axis = defaultAxis(spec);
    if (dtype == DType::Codebook)
        spec.codebook = {-1.0F, -0.25F, 0.0F, 0.5F, 1.0F};
    return spec;
}

int widthOf(const NumberBits& n)
{
    int width = 0;
    for (const auto& field : n.fields)
        width += field.width;
    return width;
}

/// One element of the given value in a tensor of its own, cast without a scale.
ElementInspection cast(DType dtype, float x)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.observer = "fixed";
    spec.scale = {1.0F};
    spec.zeroPoint = {0};
    const auto tensor = Tensor::fromFloats("x", *Shape::make({1}), {x});
    return *inspectElement(tensor, spec, *chooseQuantParams(tensor, spec), 0);
}

} // namespace

class TestBitInspector : public QObject {
    Q_OBJECT

private slots:
    void everyDType_agreesWithTheQuantizer()
    {
        const auto tensor = someTensor(512);
        for (const auto& row : dtypes()) {
            const auto spec = specOf(row.id);
            const auto params = chooseQuantParams(tensor, spec);
            QVERIFY2(bool(params), row.name.data());
            const auto quantizer = Quantizer::make(*params, tensor.shape());
            std::vector<float> y(512);
            std::vector<std::int32_t> codes(512);
            quantizer->fakeQuantize(tensor.floats(), 0, y.data());
            quantizer->quantize(tensor.floats(), 0, codes.data());
            for (const std::int64_t i : {0, 1, 31, 32, 200, 255, 256, 511}) {
                const auto e = *inspectElement(tensor, spec, *params, i);
                const auto at = static_cast<std::size_t>(i);
                QCOMPARE(e.x, tensor.floats()[at]);
                QCOMPARE(e.y, y[at]);
                QCOMPARE(e.code, codes[at]);
                QCOMPARE(widthOf(e.source), 32);
                QVERIFY2(widthOf(e.target) == e.target.width, row.name.data());
                QVERIFY2(!e.scales.empty() && !e.formula.empty(), row.name.data());
                // The neighbours hold y between them, and x is no nearer to either.
                const double error = std::fabs(e.error);
                for (const auto& side : {e.below, e.above}) {
                    if (!side)
                        continue;
                    QVERIFY2(side->value != e.y, row.name.data());
                    // ggml picks codes before it rounds the scale to float16; qint32's steps are
                    // finer than x / scale in float32.
                    if (row.family != Family::Ggml && row.bits <= 16)
                        QVERIFY2(std::fabs(static_cast<double>(side->value) -
                                           static_cast<double>(e.x)) >= error * (1 - 1e-6),
                                 row.name.data());
                }
                QVERIFY2(!e.below || !e.above || e.below->value < e.above->value, row.name.data());
                QVERIFY2(e.step > 0, row.name.data());
            }
        }
    }

    void float32_isCutIntoItsFields()
    {
        const auto e = cast(DType::Float16, -0.15625F); // -1.25 * 2^-3
        QCOMPARE(e.source.bits, std::uint64_t{0xbe200000});
        QCOMPARE(e.source.fields[0].meaning, std::string("-"));
        QCOMPARE(e.source.fields[1].value, std::uint64_t{124});
        QCOMPARE(e.source.fields[1].meaning, std::string("2^-3"));
        QCOMPARE(e.source.fields[2].meaning, std::string("1.25"));
        QCOMPARE(e.sourceUlp, 0x1p-26);
        QCOMPARE(e.target.bits, std::uint64_t{0xb100});
        QCOMPARE(e.error, 0.0);
    }

    /// OCP 8-bit Floating Point Specification 1.0, Table 1.
    void float8_showsTheSpecificationsValues()
    {
        QCOMPARE(cast(DType::Float8E4m3fn, 448).target.bits, std::uint64_t{0x7e});
        QCOMPARE(cast(DType::Float8E4m3fn, 0x1p-9F).target.bits, std::uint64_t{0x01});
        QCOMPARE(cast(DType::Float8E4m3fn, 0x1p-9F).target.fields[1].meaning,
                 std::string("2^-6, subnormal"));
        QCOMPARE(cast(DType::Float8E5m2, 57344).target.bits, std::uint64_t{0x7b});
        const auto nan = cast(DType::Float8E4m3fn, std::nanf(""));
        QCOMPARE(nan.target.bits, std::uint64_t{0x7f});
        QCOMPARE(nan.target.fields[1].meaning, std::string("NaN"));
        const auto clipped = cast(DType::Float8E4m3fn, 1000);
        QVERIFY(clipped.clipped);
        QCOMPARE(clipped.y, 448.0F);
        QVERIFY(!clipped.above);
        QCOMPARE(clipped.below->value, 416.0F);
    }

    void mxfp4_showsTheBlockScalesExponent()
    {
        std::vector<float> values(32, 0.5F);
        values[3] = 7.0F; // floor(log2 7) - 2 = 0: X = 1, and 7 saturates to 6
        const auto tensor = Tensor::fromFloats("x", *Shape::make({32}), values);
        const auto spec = specOf(DType::Mxfp4);
        const auto e = *inspectElement(tensor, spec, *chooseQuantParams(tensor, spec), 3);
        QCOMPARE(e.scales[0].name, std::string("block scale"));
        QCOMPARE(e.scales[0].number.bits, std::uint64_t{127});
        QCOMPARE(e.scales[0].number.fields[0].meaning, std::string("2^0"));
        QCOMPARE(e.y, 6.0F);
        QCOMPARE(e.target.bits, std::uint64_t{7});
        QVERIFY(e.clipped);
    }

    void nvfp4_showsBothLevels()
    {
        const auto tensor = someTensor(512);
        const auto spec = specOf(DType::Nvfp4);
        const auto params = *chooseQuantParams(tensor, spec);
        const auto e = *inspectElement(tensor, spec, params, 17);
        QCOMPARE(e.set, std::int64_t{1});
        QCOMPARE(e.scales.size(), std::size_t{2});
        QCOMPARE(static_cast<float>(e.target.value) *
                     (static_cast<float>(e.scales[0].number.value) *
                      static_cast<float>(e.scales[1].number.value)),
                 e.y);
    }

    void ggml_showsSuperBlockAndSubBlock()
    {
        const auto tensor = someTensor(512);
        const auto spec = specOf(DType::Q4_K);
        const auto e = *inspectElement(tensor, spec, *chooseQuantParams(tensor, spec), 300);
        QCOMPARE(e.set, std::int64_t{1});
        std::vector<std::string> names;
        for (const auto& step : e.scales)
            names.push_back(step.name);
        QCOMPARE(names,
                 (std::vector<std::string>{"d", "sub-block scale", "dmin", "sub-block min"}));
        const auto value = [&](std::size_t i) {
            return static_cast<float>(e.scales[i].number.value);
        };
        QCOMPARE(value(0) * value(1) * static_cast<float>(e.code) - value(2) * value(3), e.y);
    }

    void wrongElements_areErrors()
    {
        const auto tensor = someTensor(512);
        const auto spec = specOf(DType::Qint8);
        const auto params = *chooseQuantParams(tensor, spec);
        QVERIFY(!inspectElement(tensor, spec, params, -1));
        QVERIFY(!inspectElement(tensor, spec, params, 512));
    }
};

QTEST_APPLESS_MAIN(TestBitInspector)
#include "test_bit_inspector.moc"
