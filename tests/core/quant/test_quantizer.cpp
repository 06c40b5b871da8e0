// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/quant/quant_spec_json.h"
#include "core/quant/quantizer.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace qs;

namespace {

/// JSON written with ' for ": moc of Qt 6.4 does not find the class behind raw strings.
std::string quoted(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Quantizer perTensor(DType dtype, float scale, std::int32_t zeroPoint,
                    Rounding rounding = Rounding::HalfEven, Dialect dialect = Dialect::Torch)
{
    const auto& row = info(dtype);
    QuantParts parts;
    parts.dtype = dtype;
    parts.range = {row.quantMin, row.quantMax};
    parts.scale = {scale};
    parts.zeroPoint = {zeroPoint};
    parts.dialect = dialect;
    return *Quantizer::make(*QuantParams::make(parts), *Shape::make({1 << 20}), rounding);
}

std::vector<float> fq(const Quantizer& quantizer, const std::vector<float>& x)
{
    std::vector<float> y(x.size());
    quantizer.fakeQuantize(x, 0, y.data());
    return y;
}

std::vector<std::int32_t> codes(const Quantizer& quantizer, const std::vector<float>& x)
{
    std::vector<std::int32_t> q(x.size());
    quantizer.quantize(x, 0, q.data());
    return q;
}

std::vector<float> someValues(std::size_t n, float width)
{
    const CounterRng rng(3);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>((rng.uniform(i) * 2 - 1)) * width;
    return x;
}

std::string message(const Error& error)
{
    return error.message;
}

} // namespace

class TestQuantizer : public QObject {
    Q_OBJECT

private slots:
    void ties_goToEven_beforeTheZeroPointIsAdded()
    {
        // clamp(round(x/scale + zero_point)) would give 1, 1, 3.
        QCOMPARE(fq(perTensor(DType::Qint8, 1, 1), {0.5F, 1.5F, 2.5F}),
                 (std::vector<float>{0, 2, 2}));
    }

    void roundings_differAtTies()
    {
        const std::vector<float> x{-2.5F, -1.5F, -0.5F, 0.5F, 1.5F, 2.5F};
        const auto with = [&](Rounding r) {
            return codes(perTensor(DType::Qint8, 1, 0, r), x);
        };
        QCOMPARE(with(Rounding::HalfEven), (std::vector<std::int32_t>{-2, -2, 0, 0, 2, 2}));
        QCOMPARE(with(Rounding::HalfAway), (std::vector<std::int32_t>{-3, -2, -1, 1, 2, 3}));
        QCOMPARE(with(Rounding::Floor), (std::vector<std::int32_t>{-3, -2, -1, 0, 1, 2}));
    }

    void halfAway_doesNotRoundUpWhatIsJustBelowOneHalf()
    {
        const float below = std::nextafter(0.5F, 0.0F); // floor(x + 0.5) would give 1
        QCOMPARE(codes(perTensor(DType::Qint8, 1, 0, Rounding::HalfAway), {below})[0], 0);
    }

    void dialects_differWhereTheReciprocalRounds()
    {
        // Exact half steps: x / scale is a tie, x * (1 / scale) often falls beside it.
        int differing = 0;
        const CounterRng rng(9);
        for (std::uint64_t i = 0; i < 100; ++i) {
            const auto scale = static_cast<float>(rng.uniform(i) * 0.1);
            std::vector<float> x;
            for (int k = -100; k < 100; ++k)
                x.push_back((static_cast<float>(k) + 0.5F) * scale);
            const auto torch = perTensor(DType::Qint8, scale, 0);
            const auto onnx = perTensor(DType::Qint8, scale, 0, Rounding::HalfEven, Dialect::Onnx);
            differing += codes(torch, x) != codes(onnx, x) ? 1 : 0;
        }
        QVERIFY(differing > 0);
    }

    void infinitiesSaturate_nanStaysNan_withTheCodeOfZero()
    {
        const auto q = perTensor(DType::Quint8, 0.1F, 7);
        QCOMPARE(codes(q, {kInf, -kInf, kNan, 1e30F}), (std::vector<std::int32_t>{255, 0, 7, 255}));
        const auto y = fq(q, {kInf, -kInf, kNan});
        QCOMPARE(y[0], (255 - 7) * 0.1F);
        QCOMPARE(y[1], (0 - 7) * 0.1F);
        QVERIFY(std::isnan(y[2]));
        float mask[3];
        float out[3];
        const float x[3] = {kInf, -kInf, kNan};
        q.fakeQuantize(x, 0, out, mask);
        QCOMPARE(mask[0] + mask[1] + mask[2], 0.0F);
    }

    void fixedQParams_cannotRepresentOne()
    {
        QCOMPARE(fq(perTensor(DType::Quint8, 1.0F / 256, 0), {1.0F})[0], 0.99609375F);
        QCOMPARE(fq(perTensor(DType::Quint8, 2.0F / 256, 128), {1.0F, -1.0F}),
                 (std::vector<float>{0.9921875F, -1.0F}));
    }

    void everyIntegerDType_keepsItsLaws_data()
    {
        QTest::addColumn<int>("row");
        for (const auto& row : dtypes()) {
            if (row.isInteger() && row.bits <= 16)
                QTest::newRow(std::string(row.name).c_str()) << static_cast<int>(row.id);
        }
    }
    void everyIntegerDType_keepsItsLaws()
    {
        QFETCH(int, row);
        const auto& dtype = dtypes()[static_cast<std::size_t>(row)];
        QCOMPARE(dtype.quantMax - dtype.quantMin + 1, 1 << dtype.bits);
        const CounterRng rng(static_cast<std::uint64_t>(row));
        for (std::uint64_t k = 0; k < 8; ++k) {
            const auto scale = static_cast<float>(std::exp2(rng.uniform(3 * k) * 12 - 8));
            const auto zero =
                dtype.quantMin + static_cast<std::int32_t>(rng.below(3 * k + 1, 1U << dtype.bits));
            const auto q = perTensor(dtype.id, scale, zero);
            // Every code decodes and encodes to itself.
            std::vector<std::int32_t> all;
            for (std::int32_t c = dtype.quantMin; c <= dtype.quantMax; ++c)
                all.push_back(c);
            std::vector<float> levels(all.size());
            q.dequantize(all, 0, levels.data());
            QCOMPARE(codes(q, levels), all);
            // Zero is exact.
            QCOMPARE(fq(q, {0.0F})[0], 0.0F);
            auto x = someValues(2000, scale * static_cast<float>(1 << dtype.bits));
            const auto y = fq(q, x);
            // Idempotent; within half a step inside the range, up to float32's rounding of x /
            // scale.
            QCOMPARE(fq(q, y), y);
            const double half = 0.5 + std::ldexp(1.0, dtype.bits - 22);
            const double lo = (dtype.quantMin - zero) * static_cast<double>(scale);
            const double hi = (dtype.quantMax - zero) * static_cast<double>(scale);
            for (std::size_t i = 0; i < x.size(); ++i) {
                if (x[i] >= lo && x[i] <= hi)
                    QVERIFY(std::fabs(static_cast<double>(y[i]) - static_cast<double>(x[i])) <=
                            half * static_cast<double>(scale));
            }
            // Monotone.
            std::sort(x.begin(), x.end());
            const auto sorted = codes(q, x);
            QVERIFY(std::is_sorted(sorted.begin(), sorted.end()));
        }
    }

    void channels_useTheirOwnScale_inShortAndLongRuns()
    {
        for (const auto& sizes : {std::vector<std::int64_t>{3, 5, 2}, {5, 300}, {200, 5}}) {
            const auto shape = *Shape::make(sizes);
            for (int axis = 0; axis < shape.rank(); ++axis) {
                const auto layout = ParamLayout::perChannel(shape, axis);
                const auto channels = static_cast<std::size_t>(layout.channels());
                std::vector<float> scale(channels);
                for (std::size_t c = 0; c < channels; ++c)
                    scale[c] = 0.01F * static_cast<float>(c + 1);
                const auto params = QuantParams::make(DType::Int4, QScheme::PerChannelSymmetric,
                                                      {-8, 7}, scale, {0}, axis - shape.rank());
                const auto q = *Quantizer::make(*params, shape);
                const auto x = someValues(static_cast<std::size_t>(shape.numel()), 0.5F);
                const auto whole = fq(q, x);
                // In pieces that begin anywhere, as parallel blocks do.
                std::vector<float> pieces(x.size());
                for (std::size_t at = 0; at < x.size(); at += 7)
                    q.fakeQuantize(
                        std::span(x).subspan(at, std::min<std::size_t>(7, x.size() - at)),
                        static_cast<std::int64_t>(at), pieces.data() + at);
                QCOMPARE(pieces, whole);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const auto c =
                        static_cast<std::size_t>(layout.indexOf(static_cast<std::int64_t>(i)));
                    QCOMPARE(whole[i], fq(perTensor(DType::Int4, scale[c], 0), {x[i]})[0]);
                }
            }
        }
    }

    void wholeTensors_haveTheSameBits_onAnyNumberOfThreads()
    {
        const auto tensor = Tensor::fromFloats("x", *Shape::make({300001}), someValues(300001, 3));
        const auto q = perTensor(DType::Int8, 0.01F, 5);
        const auto run = [&](int threads) {
            const ThreadLimit limit(threads);
            const auto y = *fakeQuantize(tensor, q);
            return std::vector<float>(y.floats().begin(), y.floats().end());
        };
        QCOMPARE(run(1), run(4));
        const auto stored = quantizeToCodes(tensor, q);
        QVERIFY(stored->type() == ElementType::Int8);
        QCOMPARE(stored->at(77), static_cast<float>(codes(q, {tensor.at(77)})[0]));
    }

    void parameters_thatCannotBe_areRefusedByName_data()
    {
        QTest::addColumn<QString>("expected");
        QTest::addColumn<double>("scale");
        QTest::addColumn<int>("zeroPoint");
        QTest::addColumn<int>("quantMin");
        QTest::addColumn<int>("quantMax");
        QTest::newRow("zero scale") << "scale must be above 0" << 0.0 << 0 << -128 << 127;
        QTest::newRow("negative scale") << "scale must be above 0" << -1.0 << 0 << -128 << 127;
        QTest::newRow("NaN scale")
            << "scale must be a finite number" << std::nan("") << 0 << -128 << 127;
        QTest::newRow("infinite scale")
            << "scale must be a finite number" << HUGE_VAL << 0 << -128 << 127;
        QTest::newRow("zero_point")
            << "zero_point 128 is not a code in [-128, 127]" << 1.0 << 128 << -128 << 127;
        QTest::newRow("order") << "quant_min 5 must be less than quant_max 5" << 1.0 << 5 << 5 << 5;
        QTest::newRow("outside dtype")
            << "qint8 has the codes -128 to 127" << 1.0 << 0 << -129 << 127;
    }
    void parameters_thatCannotBe_areRefusedByName()
    {
        QFETCH(QString, expected);
        QFETCH(double, scale);
        QFETCH(int, zeroPoint);
        QFETCH(int, quantMin);
        QFETCH(int, quantMax);
        const auto params =
            QuantParams::make(DType::Qint8, QScheme::PerTensorAffine, {quantMin, quantMax},
                              {static_cast<float>(scale)}, {zeroPoint});
        QVERIFY(!params);
        QVERIFY(params.error().kind == ErrorKind::Usage);
        QVERIFY2(message(params.error()).find(expected.toStdString()) != std::string::npos,
                 message(params.error()).c_str());
    }

    void scale_belowFloatRange_isRefused()
    {
        QVERIFY(!checkScale(1e-50));
        QVERIFY(!checkScale(1e-40)); // subnormal: its reciprocal is infinite
        QVERIFY(!checkScale(1e39));
        QCOMPARE(*checkScale(1.0 / 256), 0.00390625F);
    }

    void axes_thatDoNotFit_areRefused()
    {
        const auto params = *QuantParams::make(DType::Qint8, QScheme::PerChannelAffine, {-128, 127},
                                               {1, 1, 1}, {0}, 2);
        QVERIFY(message(Quantizer::make(params, *Shape::make({3, 3})).error())
                    .find("axis 2 does not exist") != std::string::npos);
        const auto other = *QuantParams::make(DType::Qint8, QScheme::PerChannelAffine, {-128, 127},
                                              {1, 1, 1}, {0}, 1);
        QVERIFY(message(Quantizer::make(other, *Shape::make({3, 4})).error())
                    .find("has 4 channels, found 3 scales") != std::string::npos);
    }

    void ranges_areNarrowedAndReduced_asPyTorchDoes()
    {
        QCOMPARE(*chooseRange(DType::Qint8, {}, {}, true, false), (QuantRange{-127, 127}));
        QCOMPARE(*chooseRange(DType::Qint8, {}, {}, false, true), (QuantRange{-64, 63}));
        QCOMPARE(*chooseRange(DType::Quint8, {}, {}, false, true), (QuantRange{0, 127}));
        QCOMPARE(*chooseRange(DType::Qint8, -7, 7, false, true), (QuantRange{-4, 3}));
        QVERIFY(!chooseRange(DType::Int2, -2, -1, false, true));
    }

    void specs_surviveJson()
    {
        QuantSpec spec;
        spec.dtype = DType::Uint5;
        spec.qscheme = QScheme::PerChannelSymmetric;
        spec.axis = -1;
        spec.observer = "fixed";
        spec.scale = {0.1F, 1.0F / 3, 0x1p-100F};
        spec.zeroPoint = {1, 2, 3};
        spec.quantMin = 1;
        spec.narrowRange = true;
        spec.rounding = Rounding::HalfAway;
        spec.dialect = Dialect::Onnx;
        const auto back = quantSpecFromJson(toJson(spec), "");
        QVERIFY(back);
        QVERIFY(*back == spec);
    }

    void specs_withUnknownOrWrongMembers_areRefused()
    {
        using Json = nlohmann::ordered_json;
        const auto refusal = [](const char* text) {
            const auto spec = quantSpecFromJson(Json::parse(quoted(text)), "weight.");
            return spec ? std::string() : spec.error().message;
        };
        QCOMPARE(refusal("{'dtyp': 'qint8'}"), std::string("weight.dtyp: this key is not known"));
        QVERIFY(refusal("{'dtype': 'qint7'}").starts_with("weight.dtype: expected one of qint8"));
        QVERIFY(refusal("{'scale': [1, 0]}").find("scale must be above 0") != std::string::npos);
        QVERIFY(refusal("{'zero_point': 0.5}").starts_with("weight.zero_point: expected whole"));
        QVERIFY(refusal("[]").starts_with("weight.: expected an object"));
    }
};

QTEST_APPLESS_MAIN(TestQuantizer)
#include "test_quantizer.moc"
