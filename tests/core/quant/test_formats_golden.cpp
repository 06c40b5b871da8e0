// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/observer.h"
#include "core/calib/params_from_ranges.h"
#include "core/quant/quantizer.h"
#include "tests/core/golden.h"

#include <cmath>

using namespace qs;
using Json = nlohmann::json;

namespace {

bool sameBits(float a, float b)
{
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

/// How many elements differ in a bit; any NaN is NaN. The first is printed.
int differing(const std::vector<float>& found, const std::vector<float>& expected,
              const std::vector<float>& x, const std::string& what, bool signOfZero = true)
{
    if (found.size() != expected.size())
        return -1;
    int count = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (sameBits(found[i], expected[i]) || (!signOfZero && found[i] == expected[i]))
            continue;
        if (count++ == 0)
            qWarning("%s: element %zu of %.9g (%a) is %.9g, expected %.9g", what.c_str(), i,
                     i < x.size() ? static_cast<double>(x[i]) : 0.0,
                     i < x.size() ? static_cast<double>(x[i]) : 0.0, static_cast<double>(found[i]),
                     static_cast<double>(expected[i]));
    }
    return count;
}

int differing(const std::vector<std::int32_t>& found, const std::vector<std::int32_t>& expected,
              const std::vector<float>& x, const std::string& what)
{
    if (found.size() != expected.size())
        return -1;
    int count = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] != expected[i] && count++ == 0)
            qWarning("%s: element %zu of %.9g (%a) is %d, expected %d", what.c_str(), i,
                     static_cast<double>(x[i]), static_cast<double>(x[i]), found[i], expected[i]);
    }
    return count;
}

struct Run {
    std::vector<float> y;
    std::vector<float> mask;
    std::vector<std::int32_t> codes;
};

Run runOf(const Quantizer& q, const std::vector<float>& x)
{
    Run run{std::vector<float>(x.size()), std::vector<float>(x.size()),
            std::vector<std::int32_t>(x.size())};
    q.fakeQuantize(x, 0, run.y.data(), run.mask.data());
    q.quantize(x, 0, run.codes.data());
    return run;
}

DType dtypeOf(const Json& c)
{
    return *dtypeByName(c.at("dtype").get<std::string>());
}

ScaleRule ruleOf(const Json& c)
{
    for (const auto& rule : scaleRules()) {
        if (rule.name == c.at("scale_rule").get<std::string>())
            return rule.id;
    }
    return ScaleRule::Default;
}

Shape shapeOf(const Json& c)
{
    return *Shape::make(c.at("shape").get<std::vector<std::int64_t>>());
}

/// The parts that all kinds with a scale and an integer zero_point share.
QuantParts partsOf(const Json& c, const test::Golden& golden)
{
    QuantParts parts;
    parts.dtype = dtypeOf(c);
    parts.range = {info(parts.dtype).quantMin, info(parts.dtype).quantMax};
    parts.axis = c.value("axis", 0);
    parts.scale = golden.floats(c.at("scale"));
    parts.zeroPoint = golden.ints(c.at("zero_point"));
    return parts;
}

/// x on the grid of a row without a scale, as a cast does it.
float castOf(const FloatFormat& format, float x, bool saturate)
{
    return format.decode(format.encode(x, saturate));
}

} // namespace

/// Number formats against the programs that define or popularized them, bit for bit
/// (tests/golden/make_formats_golden.py and .mjs).
class TestFormatsGolden : public QObject {
    Q_OBJECT

    test::Golden m_torch{"formats/torch"};
    test::Golden m_ort{"formats/onnxruntime"};

    template <typename Check>
    int forEach(const test::Golden& golden, const std::string& kind, Check check)
    {
        int count = 0;
        for (const auto& c : golden.cases()) {
            if (c.at("kind") == kind) {
                check(c, kind + " " + c.value("dtype", "") + " " + c.value("scale_rule", "") + " " +
                             c.value("rounding", "") + " case " + std::to_string(count));
                ++count;
            }
        }
        return count;
    }

    void checkCast(const test::Golden& golden, const Json& c, const std::string& what)
    {
        const auto& row = info(dtypeOf(c));
        const bool saturate = c.at("saturate").get<bool>();
        const auto x = golden.floats(c.at("x"));
        std::vector<float> y;
        for (const float v : x)
            y.push_back(castOf(row.format, v, saturate));
        QCOMPARE(differing(y, golden.floats(c.at("y")), x, what), 0);
        if (!saturate)
            return;
        // The kernel saturates.
        QuantParts parts;
        parts.dtype = row.id;
        parts.scale = {1};
        const auto n = static_cast<std::int64_t>(x.size());
        const auto q = *Quantizer::make(*QuantParams::make(parts), *Shape::make({n}));
        QCOMPARE(differing(runOf(q, x).y, golden.floats(c.at("y")), x, what + ", kernel"), 0);
    }

    void checkDynamic(const test::Golden& golden, const Json& c, const std::string& what)
    {
        const auto x = golden.floats(c.at("x"));
        const auto n = static_cast<std::int64_t>(x.size());
        const auto tensor = Tensor::fromFloats("x", *Shape::make({n}), x);
        QuantSpec spec;
        spec.dtype = DType::Uint8;
        spec.dialect = Dialect::Onnx;
        const auto params = chooseQuantParams(tensor, spec);
        QVERIFY(params);
        QCOMPARE(differing(params->scale(), golden.floats(c.at("scale")), x, what + ", scale"), 0);
        QCOMPARE(differing(params->zeroPoint(), golden.ints(c.at("zero_point")), x, what), 0);
        const auto q = *Quantizer::make(*params, tensor.shape());
        QCOMPARE(differing(runOf(q, x).codes, golden.ints(c.at("q")), x, what), 0);
    }

private slots:
    void casts_areOnnxRuntimes_saturatingAndNot()
    {
        QCOMPARE(
            forEach(m_ort, "cast",
                    [&](const Json& c, const std::string& what) { checkCast(m_ort, c, what); }),
            10);
    }

    void casts_areThoseOfOnnxsNodeTests()
    {
        QCOMPARE(
            forEach(m_torch, "cast",
                    [&](const Json& c, const std::string& what) { checkCast(m_torch, c, what); }),
            3);
    }

    /// Every upper half of a float32 with lower halves on, beside and between the ties.
    void halfPrecisionCasts_arePyTorchs_atEveryBoundary()
    {
        const int cases = forEach(m_torch, "cast_sweep", [&](const Json& c, const std::string&) {
            const auto& row = info(dtypeOf(c));
            const int kept = c.at("kept_bits").get<int>();
            const int low = 32 - kept;
            const std::uint32_t half = 1U << (low - 1);
            std::vector<float> x;
            for (std::uint32_t upper = 0; upper < 1U << kept; ++upper) {
                for (const std::uint32_t rest : {0U, 1U, half - 1, half, half + 1, 2 * half - 1}) {
                    const auto v = std::bit_cast<float>((upper << low) | rest);
                    if (!std::isnan(v))
                        x.push_back(v);
                }
            }
            QCOMPARE(x.size(), c.at("count").get<std::size_t>());
            QuantParts parts;
            parts.dtype = row.id;
            parts.scale = {1};
            const auto n = static_cast<std::int64_t>(x.size());
            const auto q = *Quantizer::make(*QuantParams::make(parts), *Shape::make({n}));
            const auto saturated = runOf(q, x).y;
            std::uint64_t sum = 0;
            int beside = 0;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const float y = castOf(row.format, x[i], false);
                sum += std::bit_cast<std::uint32_t>(y) * (2 * i + 1);
                const float limited = std::isinf(y) ? std::copysign(row.format.max(), y) : y;
                beside += sameBits(limited, saturated[i]) ? 0 : 1;
            }
            QCOMPARE(QString::number(sum), QString::fromStdString(c.at("sum").get<std::string>()));
            QCOMPARE(beside, 0);
        });
        QCOMPARE(cases, 2);
    }

    void quantizeLinear_isOnnxRuntimes_perTensorAxisAndBlock()
    {
        const int cases =
            forEach(m_ort, "quantize_linear", [&](const Json& c, const std::string& what) {
                auto parts = partsOf(c, m_ort);
                parts.dialect = Dialect::Onnx;
                const bool blocked = c.at("block_size").get<int>() > 0;
                parts.qscheme = qscheme(blocked                        ? Granularity::Group
                                        : c.at("per_axis").get<bool>() ? Granularity::Channel
                                                                       : Granularity::Tensor,
                                        false);
                parts.groupSize = c.at("block_size").get<int>();
                const auto x = m_ort.floats(c.at("x"));
                const auto q = *Quantizer::make(*QuantParams::make(parts), shapeOf(c));
                const auto run = runOf(q, x);
                QCOMPARE(differing(run.y, m_ort.floats(c.at("y")), x, what), 0);
                if (c.contains("q")) {
                    QCOMPARE(differing(run.codes, m_ort.ints(c.at("q")), x, what + ", codes"), 0);
                    return;
                }
                std::vector<float> levels;
                for (const auto code : run.codes)
                    levels.push_back(
                        info(parts.dtype).format.decode(static_cast<std::uint32_t>(code)));
                QCOMPARE(differing(levels, m_ort.floats(c.at("level")), x, what + ", codes"), 0);
            });
        QCOMPARE(cases, 100);
    }

    void dynamicQuantizeLinear_isOnnxRuntimes()
    {
        QCOMPARE(forEach(m_ort, "dynamic_quantize_linear",
                         [&](const Json& c, const std::string& what) {
                             checkDynamic(m_ort, c, what + c.value("values", ""));
                         }),
                 12);
        QCOMPARE(forEach(m_torch, "dynamic_quantize_linear",
                         [&](const Json& c, const std::string& what) {
                             checkDynamic(m_torch, c, what + c.value("values", ""));
                         }),
                 3);
    }

    void onnxsNodeTests_hold()
    {
        QCOMPARE(forEach(m_torch, "onnx_node",
                         [&](const Json& c, const std::string& what) {
                             auto parts = partsOf(c, m_torch);
                             parts.dialect = Dialect::Onnx;
                             if (c.at("per_axis").get<bool>())
                                 parts.qscheme = QScheme::PerChannelAffine;
                             const auto q = *Quantizer::make(*QuantParams::make(parts), shapeOf(c));
                             const auto codes = m_torch.ints(c.at("q"));
                             if (!c.at("x").is_null()) {
                                 const auto x = m_torch.floats(c.at("x"));
                                 QCOMPARE(differing(runOf(q, x).codes, codes, x, what), 0);
                                 return;
                             }
                             std::vector<float> y(codes.size());
                             q.dequantize(codes, 0, y.data());
                             QCOMPARE(differing(y, m_torch.floats(c.at("y")), {}, what), 0);
                         }),
                 4);
    }

    void quantizeAndDequantize_arePyTorchs()
    {
        QCOMPARE(forEach(m_torch, "codes",
                         [&](const Json& c, const std::string& what) {
                             auto parts = partsOf(c, m_torch);
                             parts.qscheme = *qschemeByName(c.at("qscheme").get<std::string>());
                             const auto x = m_torch.floats(c.at("x"));
                             const auto q = *Quantizer::make(*QuantParams::make(parts), shapeOf(c));
                             const auto run = runOf(q, x);
                             QCOMPARE(differing(run.codes, m_torch.ints(c.at("q")), x, what), 0);
                             QCOMPARE(differing(run.y, m_torch.floats(c.at("y")), x, what), 0);
                         }),
                 21);
    }

    void floatQParams_arePyTorchs_withTheirObserver()
    {
        QCOMPARE(forEach(m_torch, "float_qparams",
                         [&](const Json& c, const std::string& what) {
                             const auto x = m_torch.floats(c.at("x"));
                             const auto shape = shapeOf(c);
                             QuantSpec spec;
                             spec.dtype = dtypeOf(c);
                             spec.qscheme = QScheme::PerChannelAffineFloatQParams;
                             const auto params =
                                 chooseQuantParams(Tensor::fromFloats("x", shape, x), spec);
                             QVERIFY(params);
                             QCOMPARE(differing(params->scale(), m_torch.floats(c.at("scale")), {},
                                                what + ", scale"),
                                      0);
                             QCOMPARE(differing(params->parts().floatZeroPoint,
                                                m_torch.floats(c.at("zero_point")), {},
                                                what + ", zero_point"),
                                      0);
                             const auto run = runOf(*Quantizer::make(*params, shape), x);
                             QCOMPARE(differing(run.codes, m_torch.ints(c.at("q")), x, what), 0);
                             QCOMPARE(differing(run.y, m_torch.floats(c.at("y")), x, what), 0);
                         }),
                 8);
    }

    void fakeQuantize_isPyTorchs_forAnyRange()
    {
        QCOMPARE(forEach(m_torch, "fake_quantize",
                         [&](const Json& c, const std::string& what) {
                             auto parts = partsOf(c, m_torch);
                             parts.range = {c.at("quant_min"), c.at("quant_max")};
                             const auto x = m_torch.floats(c.at("x"));
                             const auto n = static_cast<std::int64_t>(x.size());
                             const auto q =
                                 *Quantizer::make(*QuantParams::make(parts), *Shape::make({n}));
                             const auto run = runOf(q, x);
                             QCOMPARE(differing(run.y, m_torch.floats(c.at("y")), x, what), 0);
                             QCOMPARE(differing(run.mask, m_torch.floats(c.at("mask")), x, what),
                                      0);
                         }),
                 15);
    }

    void mx_isMicroxcalings()
    {
        QCOMPARE(
            forEach(m_torch, "microxcaling",
                    [&](const Json& c, const std::string& what) {
                        const auto x = m_torch.floats(c.at("x"));
                        const auto tensor = Tensor::fromFloats("x", shapeOf(c), x);
                        QuantSpec spec;
                        spec.dtype = dtypeOf(c);
                        spec.axis = c.at("axis").get<int>();
                        spec.rounding =
                            c.at("rounding") == "even" ? Rounding::HalfEven : Rounding::HalfAway;
                        const auto params = chooseQuantParams(tensor, spec);
                        QVERIFY(params);
                        const auto q = *Quantizer::make(*params, tensor.shape(), spec.rounding);
                        // Its floats have no sign of zero to keep.
                        QCOMPARE(
                            differing(runOf(q, x).y, m_torch.floats(c.at("y")), x, what, false), 0);
                    }),
            24);
    }

    void mx_isTorchaos_withEachScaleRule()
    {
        QCOMPARE(forEach(m_torch, "torchao_mx",
                         [&](const Json& c, const std::string& what) {
                             const auto x = m_torch.floats(c.at("x"));
                             const auto tensor = Tensor::fromFloats("x", shapeOf(c), x);
                             QuantSpec spec;
                             spec.dtype = dtypeOf(c);
                             spec.axis = -1;
                             spec.scaleRule = ruleOf(c);
                             const auto params = chooseQuantParams(tensor, spec);
                             QVERIFY(params);
                             std::vector<float> scale;
                             for (const auto code : m_torch.ints(c.at("e8m0")))
                                 scale.push_back(decodeE8m0(static_cast<std::uint8_t>(code)));
                             QCOMPARE(differing(params->scale(), scale, {}, what + ", scale"), 0);
                             const auto q = *Quantizer::make(*params, tensor.shape());
                             QCOMPARE(differing(runOf(q, x).y, m_torch.floats(c.at("y")), x, what),
                                      0);
                         }),
                 20);
        QCOMPARE(forEach(m_torch, "torchao_mx_scales",
                         [&](const Json& c, const std::string& what) {
                             const auto amax = m_torch.floats(c.at("amax"));
                             std::vector<std::int32_t> found;
                             for (const float a : amax)
                                 found.push_back(
                                     encodeE8m0(mxScale(a, info(dtypeOf(c)).format, ruleOf(c))));
                             QCOMPARE(differing(found, m_torch.ints(c.at("e8m0")), amax, what), 0);
                         }),
                 20);
    }

    void nvfp4_isTorchaos_withOneAndTwoLevels()
    {
        QCOMPARE(forEach(m_torch, "torchao_nvfp4",
                         [&](const Json& c, const std::string& what) {
                             const auto x = m_torch.floats(c.at("x"));
                             const auto tensor = Tensor::fromFloats("x", shapeOf(c), x);
                             QuantSpec spec;
                             spec.dtype = DType::Nvfp4;
                             spec.axis = -1;
                             spec.scaleRule = ruleOf(c);
                             const auto params = chooseQuantParams(tensor, spec);
                             QVERIFY(params);
                             QCOMPARE(differing({params->parts().globalScale},
                                                m_torch.floats(c.at("global")), {}, what),
                                      0);
                             QCOMPARE(differing(params->scale(), m_torch.floats(c.at("scale")), {},
                                                what + ", scale"),
                                      0);
                             const auto run = runOf(*Quantizer::make(*params, tensor.shape()), x);
                             QCOMPARE(differing(run.codes, m_torch.ints(c.at("q")), x, what), 0);
                             QCOMPARE(differing(run.y, m_torch.floats(c.at("y")), x, what), 0);
                         }),
                 10);
    }

    void nf4_isBitsandbytes_andTorchaos()
    {
        QCOMPARE(forEach(m_torch, "nf4",
                         [&](const Json& c, const std::string& what) {
                             const auto x = m_torch.floats(c.at("x"));
                             QuantParts parts;
                             parts.dtype = DType::Nf4;
                             parts.scale = {1};
                             const auto n = static_cast<std::int64_t>(x.size());
                             const auto q =
                                 *Quantizer::make(*QuantParams::make(parts), *Shape::make({n}));
                             const auto codes = runOf(q, x).codes;
                             QCOMPARE(differing(codes, m_torch.ints(c.at("q")), x, what), 0);
                         }),
                 2);
    }

    void smallFormats_haveTorchaosCodes()
    {
        QCOMPARE(forEach(m_torch, "decode",
                         [&](const Json& c, const std::string& what) {
                             const auto expected = m_torch.floats(c.at("y"));
                             QuantParts parts;
                             parts.dtype = dtypeOf(c);
                             parts.scale = {1};
                             const auto params = *QuantParams::make(parts);
                             std::vector<float> found;
                             for (std::int32_t k = 0; k <= params.lastCode(); ++k)
                                 found.push_back(params.level(k));
                             QCOMPARE(differing(found, expected, {}, what), 0);
                         }),
                 4);
        QCOMPARE(forEach(m_torch, "encode",
                         [&](const Json& c, const std::string& what) {
                             const auto x = m_torch.floats(c.at("x"));
                             std::vector<std::int32_t> found;
                             for (const float v : x)
                                 found.push_back(
                                     static_cast<std::int32_t>(info(dtypeOf(c)).format.encode(v)));
                             QCOMPARE(differing(found, m_torch.ints(c.at("q")), x, what), 0);
                         }),
                 3);
    }

    /// Where ONNX Runtime leaves ONNX's tables (between its largest value and the next power of
    /// two it gives 448 and NaN by turns, and NaN for float8_e5m2).
    void castsThatDoNotSaturate_followOnnxsTables()
    {
        const auto& e4m3 = info(DType::Float8E4m3fn).format;
        const auto& e5m2 = info(DType::Float8E5m2).format;
        for (const float x : {0x1.d00002p8F, 480.0F, 496.0F, 511.0F, 512.0F, 1e30F, HUGE_VALF}) {
            QCOMPARE(e4m3.encode(x, false), 0x7fU);
            QCOMPARE(e4m3.encode(-x, false), 0xffU);
            QCOMPARE(e4m3.encode(x), 0x7eU);
        }
        for (const float x : {61440.0F, 63488.0F, 65535.0F, 65536.0F, HUGE_VALF}) {
            QCOMPARE(e5m2.encode(x, false), 0x7cU);
            QCOMPARE(e5m2.encode(-x, false), 0xfcU);
            QCOMPARE(e5m2.encode(x), 0x7bU);
        }
        QCOMPARE(e5m2.encode(0x1.dffffep15F, false), 0x7bU);
    }

    /// OCP Microscaling Formats 1.0, tables 1, 4 and 5, and OCP 8-bit floating point 1.0, table 1.
    void formats_haveTheSpecificationsValues()
    {
        const auto valuesOf = [](DType dtype) {
            const auto& f = info(dtype).format;
            std::vector<float> values;
            for (std::uint32_t code = 0; code <= f.maxCode(); ++code)
                values.push_back(f.decode(code));
            return values;
        };
        using Values = std::vector<float>;
        QCOMPARE(valuesOf(DType::Float4E2m1), (Values{0, 0.5F, 1, 1.5F, 2, 3, 4, 6}));
        QCOMPARE(valuesOf(DType::Float6E2m3),
                 (Values{0, 0.125F, 0.25F, 0.375F, 0.5F, 0.625F, 0.75F, 0.875F,
                         1, 1.125F, 1.25F, 1.375F, 1.5F, 1.625F, 1.75F, 1.875F,
                         2, 2.25F,  2.5F,  2.75F,  3,    3.25F,  3.5F,  3.75F,
                         4, 4.5F,   5,     5.5F,   6,    6.5F,   7,     7.5F}));
        QCOMPARE(valuesOf(DType::Float6E3m2),
                 (Values{0,    0.0625F, 0.125F, 0.1875F, 0.25F, 0.3125F, 0.375F, 0.4375F,
                         0.5F, 0.625F,  0.75F,  0.875F,  1,     1.25F,   1.5F,   1.75F,
                         2,    2.5F,    3,      3.5F,    4,     5,       6,      7,
                         8,    10,      12,     14,      16,    20,      24,     28}));
        struct Limits {
            DType dtype;
            float max, minNormal, minSubnormal;
            int maxExponent;
        };
        for (const auto& [dtype, max, minNormal, minSubnormal, maxExponent] :
             {Limits{DType::Float16, 65504, 0x1p-14F, 0x1p-24F, 15},
              {DType::Bfloat16, 0x1.fep127F, 0x1p-126F, 0x1p-133F, 127},
              {DType::Float8E4m3fn, 448, 0x1p-6F, 0x1p-9F, 8},
              {DType::Float8E4m3fnuz, 240, 0x1p-7F, 0x1p-10F, 7},
              {DType::Float8E5m2, 57344, 0x1p-14F, 0x1p-16F, 15},
              {DType::Float8E5m2fnuz, 57344, 0x1p-15F, 0x1p-17F, 15},
              {DType::Mxfp8E4m3, 448, 0x1p-6F, 0x1p-9F, 8},
              {DType::Mxfp8E5m2, 57344, 0x1p-14F, 0x1p-16F, 15},
              {DType::Mxfp6E2m3, 7.5F, 1, 0.125F, 2},
              {DType::Mxfp6E3m2, 28, 0.25F, 0.0625F, 4},
              {DType::Mxfp4, 6, 1, 0.5F, 2},
              {DType::Mxint8, 1.984375F, 1, 0x1p-6F, 0},
              {DType::Nvfp4, 6, 1, 0.5F, 2}}) {
            const auto& f = info(dtype).format;
            QCOMPARE(f.max(), max);
            QCOMPARE(f.minNormal(), minNormal);
            QCOMPARE(f.minSubnormal(), minSubnormal);
            QCOMPARE(f.maxExponent(), maxExponent);
        }
        QCOMPARE(decodeE8m0(0), 0x1p-127F);
        QCOMPARE(decodeE8m0(127), 1.0F);
        QCOMPARE(decodeE8m0(254), 0x1p127F);
        QVERIFY(std::isnan(decodeE8m0(255)));
    }
};

QTEST_APPLESS_MAIN(TestFormatsGolden)
#include "test_formats_golden.moc"
