// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/calib/dialect_params.h"
#include "core/calib/params_from_ranges.h"
#include "core/gradient/tensorflow_gradient.h"
#include "core/quant/dialect_rules.h"
#include "core/quant/quantizer.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <limits>

using namespace qs;

namespace {

std::vector<float> values(std::size_t n, float low, float high, std::uint64_t seed)
{
    const CounterRng rng(seed);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = low + (high - low) * static_cast<float>(rng.bits(i) >> 40) * 0x1p-24F;
    return x;
}

QuantParams paramsOf(Dialect dialect, DType dtype, bool symmetric, float low, float high)
{
    QuantSpec spec;
    spec.dialect = dialect;
    spec.dtype = dtype;
    spec.qscheme = qscheme(Granularity::Tensor, symmetric);
    const ChannelRange range{low, high, true};
    auto params = paramsFromRanges(spec, {&range, 1});
    if (!params)
        qFatal("%s", params.error().message.c_str());
    return *params;
}

bool sameBits(float a, float b)
{
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

std::string messageOf(const QuantSpec& spec, ChannelRange range = {-1, 1, true})
{
    const auto params = paramsFromRanges(spec, {&range, 1});
    return params ? std::string() : params.error().message;
}

} // namespace

/// What must hold of every dialect's integers, and what its rules say at the ends.
class TestDialects : public QObject {
    Q_OBJECT

    template <typename Check>
    void forEachDialect(Check check)
    {
        for (const auto& dialect : dialects()) {
            for (const DType dtype : {DType::Qint8, DType::Quint8, DType::Int4, DType::Uint4,
                                      DType::Int2, DType::Uint3, DType::Int8}) {
                for (const bool symmetric : {false, true}) {
                    if (dialect.id == Dialect::Aimet && symmetric && !info(dtype).isSigned)
                        continue;
                    for (const auto& [low, high] :
                         {std::pair{-1.0F, 1.0F}, {-0.37F, 2.6F}, {-5.0F, 0.01F}, {0.0F, 3.0F}}) {
                        const auto params = paramsOf(dialect.id, dtype, symmetric, low, high);
                        check(params, std::string(dialect.name) + " " +
                                          std::string(info(dtype).name) +
                                          (symmetric ? " symmetric " : " affine ") +
                                          std::to_string(static_cast<double>(low)));
                    }
                }
            }
        }
    }

private slots:
    void everyCode_decodesAndEncodesToItself()
    {
        forEachDialect([](const QuantParams& params, const std::string& what) {
            const auto n = params.codeCount();
            const auto quantizer = *Quantizer::make(params, *Shape::make({n}));
            std::vector<std::int32_t> codes;
            for (auto c = params.firstCode(); c <= params.lastCode(); ++c)
                codes.push_back(c);
            std::vector<float> levels(codes.size());
            quantizer.dequantize(codes, 0, levels.data());
            std::vector<std::int32_t> again(codes.size());
            quantizer.quantize(levels, 0, again.data());
            QVERIFY2(codes == again, what.c_str());
            for (std::size_t i = 1; i < levels.size(); ++i)
                QVERIFY2(levels[i - 1] < levels[i], what.c_str());
        });
    }

    void fakeQuantize_isDequantizeOfTheCodes_idempotent_monotone()
    {
        forEachDialect([](const QuantParams& params, const std::string& what) {
            auto x = values(4000, -7, 7, 5);
            std::sort(x.begin(), x.end());
            const auto n = static_cast<std::int64_t>(x.size());
            const auto quantizer = *Quantizer::make(params, *Shape::make({n}));
            std::vector<float> y(x.size());
            std::vector<float> mask(x.size());
            std::vector<float> decoded(x.size());
            std::vector<float> twice(x.size());
            std::vector<std::int32_t> codes(x.size());
            quantizer.fakeQuantize(x, 0, y.data(), mask.data());
            quantizer.quantize(x, 0, codes.data());
            quantizer.dequantize(codes, 0, decoded.data());
            quantizer.fakeQuantize(y, 0, twice.data());
            const auto numbers = elementNumbers(params, 0);
            for (std::size_t i = 0; i < x.size(); ++i) {
                // OpenVINO's highest code is oh above the range and (oh - ol) + ol, perhaps one
                // rounding away from it, for what rounds to it from inside.
                const bool top =
                    params.dialect() == Dialect::OpenVino && codes[i] == params.lastCode();
                const float end = std::max(std::fabs(numbers.low), std::fabs(numbers.high));
                const float slack = top ? end * 0x1p-22F : 0;
                QVERIFY2(std::fabs(y[i] - decoded[i]) <= slack, what.c_str());
                QVERIFY2(std::fabs(y[i] - twice[i]) <= slack, what.c_str());
                QVERIFY2(i == 0 || y[i - 1] <= y[i] + slack, what.c_str());
                QVERIFY2(mask[i] == 0 || mask[i] == 1, what.c_str());
            }
        });
    }

    void elementSteps_equalTheKernelToTheBit()
    {
        forEachDialect([](const QuantParams& params, const std::string& what) {
            auto x = values(3000, -4, 4, 9);
            const float scale = params.scaleAt(0);
            for (std::size_t i = 0; i < 1000; ++i) // half steps, where rules part
                x[i] = (std::floor(x[i] / scale) + 0.5F) * scale;
            x[1] = std::numeric_limits<float>::infinity();
            x[2] = -x[1];
            x[3] = std::numeric_limits<float>::quiet_NaN();
            x[4] = 1e30F;
            x[5] = 0;
            const auto n = static_cast<std::int64_t>(x.size());
            const auto quantizer = *Quantizer::make(params, *Shape::make({n}));
            std::vector<float> y(x.size());
            std::vector<float> mask(x.size());
            std::vector<std::int32_t> codes(x.size());
            quantizer.fakeQuantize(x, 0, y.data(), mask.data());
            quantizer.quantize(x, 0, codes.data());
            const auto rules = elementRules(params);
            const auto numbers = elementNumbers(params, 0);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const auto e = elementSteps(rules, numbers, x[i]);
                const bool nan = std::isnan(e.y) && std::isnan(y[i]);
                QVERIFY2(nan || sameBits(e.y, y[i]), what.c_str());
                QVERIFY2(std::isnan(e.code) || e.code == static_cast<float>(codes[i]),
                         what.c_str());
                if (params.dialect() != Dialect::Torch113 || std::fabs(x[i]) < 1e18F)
                    QVERIFY2(e.mask == mask[i], what.c_str());
            }
        });
    }

    void everyLayout_usesEachElementsOwnParameters()
    {
        // Channels last (short runs), first (long runs), groups along the last and the first axis.
        const auto shape = *Shape::make({40, 24});
        const auto x = values(960, -3, 3, 21);
        const auto tensor = Tensor::fromFloats("x", shape, x);
        for (const auto dialect : {Dialect::TensorFlow, Dialect::OpenVino, Dialect::Ggml}) {
            for (const bool symmetric : {false, true}) {
                for (const auto& [granularity, axis] : {std::pair{Granularity::Channel, 0},
                                                        {Granularity::Channel, 1},
                                                        {Granularity::Group, 1},
                                                        {Granularity::Group, 0}}) {
                    QuantSpec spec;
                    spec.dialect = dialect;
                    spec.qscheme = qscheme(granularity, symmetric);
                    spec.axis = axis;
                    spec.groupSize = granularity == Granularity::Group ? 7 : 0;
                    const auto layout = *spec.layout(shape);
                    const auto params = *paramsFromRanges(spec, *computeRanges(tensor, layout, {}));
                    const auto quantizer = *Quantizer::make(params, shape);
                    std::vector<float> y(x.size());
                    quantizer.fakeQuantize(x, 0, y.data());
                    for (std::size_t i = 0; i < x.size(); ++i) {
                        const auto set =
                            static_cast<std::size_t>(layout.indexOf(static_cast<std::int64_t>(i)));
                        const auto e =
                            elementSteps(elementRules(params), elementNumbers(params, set), x[i]);
                        QVERIFY(sameBits(e.y, y[i]));
                        // A channel alone keeps its arithmetic.
                        const auto one = params.forChannel(set);
                        const auto alone = *Quantizer::make(one, *Shape::make({1}));
                        float single = 0;
                        alone.fakeQuantize({&x[i], 1}, 0, &single);
                        QVERIFY(sameBits(single, y[i]));
                    }
                    // From anywhere in the tensor.
                    std::vector<float> part(500);
                    quantizer.fakeQuantize(std::span(x).subspan(311, 500), 311, part.data());
                    QVERIFY(std::equal(part.begin(), part.end(), y.begin() + 311));
                }
            }
        }
    }

    void tensorflow_isTheOperatorOfTheGradientRoom()
    {
        for (const auto& [low, high] : {std::pair{-10.0F, 53.75F},
                                        {-0.1F, 63.65F},
                                        {-0.1275F, 63.6225F},
                                        {-63.65F, 0.1F},
                                        {-0.7F, 1.3F}}) {
            for (const bool perChannel : {false, true}) {
                const auto x = values(5000, low * 1.1F - 0.1F, high * 1.1F + 0.1F, 3);
                QuantSpec spec;
                spec.dialect = Dialect::TensorFlow;
                spec.dtype = DType::Quint8;
                spec.qscheme =
                    qscheme(perChannel ? Granularity::Channel : Granularity::Tensor, false);
                const ChannelRange range{low, high, true};
                const auto params = *paramsFromRanges(spec, {&range, 1});
                const auto quantizer = *Quantizer::make(params, *Shape::make({1, 5000}));
                std::vector<float> y(x.size());
                std::vector<float> mask(x.size());
                quantizer.fakeQuantize(x, 0, y.data(), mask.data());
                TensorflowFakeQuant q;
                q.min = {&low, 1};
                q.max = {&high, 1};
                q.layout = ParamLayout::perTensor(5000);
                q.op = perChannel ? TensorflowOp::Args : TensorflowOp::Vars;
                std::vector<float> expected(x.size());
                std::vector<float> dx(x.size());
                QVERIFY(forward(q, x, expected));
                const std::vector<float> dy(x.size(), 1.0F);
                QVERIFY(backward(q, x, dy, dx));
                for (std::size_t i = 0; i < x.size(); ++i) {
                    QVERIFY(y[i] == expected[i]);
                    QVERIFY(mask[i] == dx[i]);
                }
            }
        }
    }

    void tensorflow_published()
    {
        // fake_quant_ops_test.cc: NoNudging, NudgedDown, NudgedUp, NudgedZeroIs255 (8 bits).
        struct Case {
            float min, max;
            std::vector<float> x, y;
        };
        for (const auto& c : {
                 Case{-10,
                      53.75F,
                      {-10.1F, -10, -9.9F, -9.75F, 53.75F, 53.8F},
                      {-10, -10, -10, -9.75F, 53.75F, 53.75F}},
                 Case{-0.1F,
                      63.65F,
                      {-0.1F, 0, 0.1F, 0.25F, 63.75F, 63.8F},
                      {0, 0, 0, 0.25F, 63.75F, 63.75F}},
                 Case{-0.125F,
                      63.625F,
                      {-0.26F, -0.25F, -0.24F, 0, 63.5F, 63.6F},
                      {-0.25F, -0.25F, -0.25F, 0, 63.5F, 63.5F}},
                 Case{-63.65F,
                      0.1F,
                      {-63.8F, -63.75F, -63.7F, -63.5F, 0, 0.1F},
                      {-63.75F, -63.75F, -63.75F, -63.5F, 0, 0}},
             }) {
            const auto params = paramsOf(Dialect::TensorFlow, DType::Quint8, false, c.min, c.max);
            // int8's codes are the same grid, shifted.
            const auto shifted = paramsOf(Dialect::TensorFlow, DType::Qint8, false, c.min, c.max);
            QCOMPARE(shifted.zeroPointAt(0), params.zeroPointAt(0) - 128);
            QCOMPARE(shifted.scaleAt(0), params.scaleAt(0));
            for (const auto& p : {params, shifted}) {
                const auto quantizer = *Quantizer::make(p, *Shape::make({6}));
                std::vector<float> y(6);
                quantizer.fakeQuantize(c.x, 0, y.data());
                for (std::size_t i = 0; i < 6; ++i)
                    QVERIFY(std::fabs(y[i] - c.y[i]) <= 1e-6F * std::fabs(c.y[i]));
            }
        }
    }

    void nudgedRanges_tellWhatWasAskedAndWhatBecameOfIt()
    {
        const auto params = paramsOf(Dialect::TensorFlow, DType::Qint8, false, -0.7F, 1.3F);
        const auto nudged = nudgedRanges(params);
        QCOMPARE(nudged.size(), std::size_t{1});
        QCOMPARE(nudged[0].requestedMin, -0.7F);
        QCOMPARE(nudged[0].nudgedMin, params.coveredRange()->at(0));
        QCOMPARE(nudged[0].nudgedMax, params.coveredRange()->at(1));
        QVERIFY(nudged[0].atMin != 0 && std::fabs(nudged[0].atMin) < params.scaleAt(0));
        QVERIFY(nudgedRanges(paramsOf(Dialect::Onnx, DType::Qint8, false, -1, 1)).empty());
    }

    void tensorflow_ofAllZeroGivesZeroAndPassesEverything()
    {
        const auto params = paramsOf(Dialect::TensorFlow, DType::Quint8, false, 0, 0);
        const auto quantizer = *Quantizer::make(params, *Shape::make({3}));
        const std::vector<float> x{-2, 0, 5};
        std::vector<float> y(3);
        std::vector<float> mask(3);
        quantizer.fakeQuantize(x, 0, y.data(), mask.data());
        QCOMPARE(y, (std::vector<float>{0, 0, 0}));
        QCOMPARE(mask, (std::vector<float>{1, 1, 1}));
    }

    void openVino_hasNoZeroPoint()
    {
        // A range without 0 is kept, a constant is exact, and 0 need not be a level.
        const auto away = paramsOf(Dialect::OpenVino, DType::Quint8, false, 5, 6);
        QCOMPARE(away.coveredRange()->at(0), 5.0F);
        QCOMPARE(away.coveredRange()->at(1), 6.0F);
        const auto constant = paramsOf(Dialect::OpenVino, DType::Quint8, false, 2.7F, 2.7F);
        const auto quantizer = *Quantizer::make(constant, *Shape::make({1}));
        const std::vector<float> x{2.7F};
        float y = 0;
        quantizer.fakeQuantize(x, 0, &y);
        QCOMPARE(y, 2.7F);
        const auto odd = paramsOf(Dialect::OpenVino, DType::Uint4, false, -1, 1.2F);
        const auto q = *Quantizer::make(odd, *Shape::make({1}));
        const std::vector<float> zero{0};
        q.fakeQuantize(zero, 0, &y);
        QVERIFY(y != 0);
        const auto symmetric = paramsOf(Dialect::OpenVino, DType::Qint8, true, -1, 1);
        QCOMPARE(symmetric.parts().requestedMin[0], -1.0F * static_cast<float>(256.0 / 254.0));
        QCOMPARE(symmetric.parts().requestedMax[0], 1.0F);
    }

    void onnx_usesItsOwnRanges()
    {
        const auto s8 = paramsOf(Dialect::Onnx, DType::Int8, true, -1, 0.5F);
        QCOMPARE(s8.scaleAt(0), 1.0F / 127);
        QCOMPARE(s8.range().quantMin, -128); // QuantizeLinear saturates at the dtype's ends
        const auto u8 = paramsOf(Dialect::Onnx, DType::Uint8, true, -1, 0.5F);
        QCOMPARE(u8.zeroPointAt(0), 127);
        QuantSpec chosen;
        chosen.dialect = Dialect::Onnx;
        chosen.qscheme = QScheme::PerTensorSymmetric;
        chosen.quantMin = -100;
        chosen.quantMax = 100;
        const ChannelRange range{-1, 1, true};
        const auto params = *paramsFromRanges(chosen, {&range, 1});
        QCOMPARE(params.scaleAt(0), 0.01F);
        QCOMPARE(params.range(), (QuantRange{-100, 100}));
    }

    void whatADialectDoesNotHave_isAnErrorInWords()
    {
        QuantSpec spec;
        spec.qscheme = QScheme::PerChannelAffineFloatQParams;
        for (const auto& dialect : dialects()) {
            spec.dialect = dialect.id;
            const bool torch = dialect.id == Dialect::Torch || dialect.id == Dialect::Torch113;
            QCOMPARE(messageOf(spec).empty(), torch);
        }
        spec = {};
        spec.dialect = Dialect::Aimet;
        spec.dtype = DType::Quint8;
        spec.qscheme = QScheme::PerTensorSymmetric;
        QVERIFY(messageOf(spec).find("signed") != std::string::npos);
        spec = {};
        spec.dtype = DType::Qint32;
        for (const auto dialect : {Dialect::TensorFlow, Dialect::OpenVino, Dialect::Ggml}) {
            spec.dialect = dialect;
            QVERIFY(messageOf(spec).find("16 bits") != std::string::npos);
        }
        spec = {};
        spec.dialect = Dialect::Ggml;
        QVERIFY(messageOf(spec, {-1e8F, 1e8F, true}).find("float16") != std::string::npos);
        QVERIFY(messageOf(spec, {0, 1e-9F, true}).find("float16") != std::string::npos);
        spec.scaleRule = ScaleRule::Ceil;
        QVERIFY(messageOf(spec).find("scale_rule") != std::string::npos);
        spec = {};
        spec.dialect = Dialect::Onnx;
        spec.quantMin = 3;
        QVERIFY(messageOf(spec).find("quant_min") != std::string::npos);
        const auto params = paramsOf(Dialect::TensorFlow, DType::Qint8, false, -1, 1);
        const auto own = Quantizer::make(params, *Shape::make({1}), Rounding::Floor);
        QVERIFY(!own && own.error().message.find("half_up") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestDialects)
#include "test_dialects.moc"
