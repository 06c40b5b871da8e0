// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"
#include "core/base/parallel.h"
#include "core/calib/observer.h"
#include "tests/core/quant/format_reference.h"

#include <QTest>

#include <numeric>

using namespace qs;
using namespace qs::test;

namespace {

constexpr std::array kRoundings{Rounding::HalfEven, Rounding::HalfAway, Rounding::Floor,
                                Rounding::Stochastic};

Direction directionOf(Rounding rounding)
{
    return rounding == Rounding::HalfAway ? Direction::HalfAway
           : rounding == Rounding::Floor  ? Direction::Floor
                                          : Direction::HalfEven;
}

std::string at(const DTypeInfo& row, float x)
{
    char text[96];
    std::snprintf(text, sizeof text, "%s: x = %.9g (%a)", std::string(row.name).c_str(),
                  static_cast<double>(x), static_cast<double>(x));
    return text;
}

struct Everything {
    explicit Everything(std::size_t n)
        : y(n), t(n), clip(n), lsb(n), fake(n), masked(n), mask(n), back(n), code(n), quantized(n)
    {
    }
    std::vector<float> y, t, clip, lsb, fake, masked, mask, back;
    std::vector<std::int32_t> code, quantized;
};

Everything everythingOf(const Quantizer& q, const std::vector<float>& x)
{
    Everything all(x.size());
    q.evaluate(x, 0,
               {all.y.data(), all.t.data(), all.clip.data(), all.lsb.data(), all.code.data()});
    q.fakeQuantize(x, 0, all.fake.data());
    q.fakeQuantize(x, 0, all.masked.data(), all.mask.data());
    q.quantize(x, 0, all.quantized.data());
    q.dequantize(all.quantized, 0, all.back.data());
    return all;
}

bool hasNanCode(const DTypeInfo& row)
{
    return row.family == Family::Exponent ||
           (row.family == Family::Float && row.format.hasNan() && !row.isSigned);
}

void addRows()
{
    QTest::addColumn<int>("row");
    for (const auto* row : elementRows())
        QTest::newRow(std::string(row->name).c_str()) << static_cast<int>(row->id);
}

const DTypeInfo& fetchRow()
{
    QFETCH(int, row);
    return info(static_cast<DType>(row));
}

/// A spec with a group per few elements of a small tensor, whatever the dtype.
QuantSpec groupSpec(const DTypeInfo& row, int axis, std::int64_t groupSize)
{
    QuantSpec spec;
    spec.dtype = row.id;
    spec.qscheme = row.isInteger() ? QScheme::PerGroupAffine : QScheme::PerGroupSymmetric;
    spec.axis = axis;
    spec.groupSize = groupSize;
    if (row.id == DType::Codebook)
        spec.codebook = sampleCodebook();
    return spec;
}

std::vector<float> normalValues(std::size_t n, std::uint64_t seed, float width = 1)
{
    const CounterRng rng(seed);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(inverseNormal(rng.uniform(i))) * width;
    return x;
}

} // namespace

/// Laws that hold for every row of the dtype table, the eXmY formats too.
class TestDtypeProperties : public QObject {
    Q_OBJECT

private slots:
    void everyCode_decodesAndEncodesToItself_data() { addRows(); }
    void everyCode_decodesAndEncodesToItself()
    {
        const auto& row = fetchRow();
        if (row.bits > 16)
            return; // qint32's codes are more than float32 holds; below
        for (const float scale : {1.0F, 0x1p-6F}) {
            const auto q = makeQuantizer(sampleParts(row, scale));
            const auto& params = q.params();
            std::vector<std::int32_t> codes(static_cast<std::size_t>(params.codeCount()));
            std::iota(codes.begin(), codes.end(), params.firstCode());
            std::vector<float> levels(codes.size());
            std::vector<std::int32_t> again(codes.size());
            q.dequantize(codes, 0, levels.data());
            q.quantize(levels, 0, again.data());
            for (std::size_t i = 0; i < codes.size(); ++i) {
                std::int32_t expected = codes[i];
                if (row.family == Family::Float && !std::isfinite(levels[i])) {
                    const auto code = static_cast<std::uint32_t>(codes[i]);
                    const auto& f = row.format;
                    expected = static_cast<std::int32_t>(
                        std::isnan(levels[i]) ? f.nanCode() : (code & f.signBit()) | f.maxCode());
                }
                QVERIFY2(again[i] == expected, at(row, levels[i]).c_str());
            }
        }
    }

    void floatFormats_codesAscend_andSpecialsAreWhereTheyShouldBe_data() { addRows(); }
    void floatFormats_codesAscend_andSpecialsAreWhereTheyShouldBe()
    {
        const auto& row = fetchRow();
        if (row.family != Family::Float)
            return;
        const auto& f = row.format;
        int nans = 0;
        int infinities = 0;
        for (std::uint32_t code = 0; code < f.codes(); ++code) {
            const float v = f.decode(code);
            const bool negative = (code & f.signBit()) != 0;
            nans += std::isnan(v) ? 1 : 0;
            infinities += std::isinf(v) ? 1 : 0;
            QCOMPARE(f.isFinite(code), std::isfinite(v));
            if (std::isnan(v))
                continue;
            QCOMPARE(std::signbit(v), negative);
            QCOMPARE(f.encode(v, false), code);
            if (std::isfinite(v))
                QCOMPARE(f.encode(v, true), code);
            if ((code & (f.signBit() - 1)) > 0 &&
                !(negative && f.specials == Specials::Fnuz && (code & (f.signBit() - 1)) == 1))
                QVERIFY(std::fabs(v) > std::fabs(f.decode(code - 1)));
        }
        const int mantissas = 1 << f.mantissaBits;
        switch (f.specials) {
        case Specials::None:
            QCOMPARE(nans + infinities, 0);
            break;
        case Specials::Ieee:
            QCOMPARE(infinities, 2);
            QCOMPARE(nans, 2 * (mantissas - 1));
            break;
        case Specials::Fn:
            QCOMPARE(infinities, 0);
            QCOMPARE(nans, 2);
            break;
        case Specials::Fnuz:
            QCOMPARE(infinities, 0);
            QCOMPARE(nans, 1);
            break;
        }
        QCOMPARE(f.hasNan(), nans > 0);
        QCOMPARE(f.hasInfinity(), infinities > 0);
        if (f.hasNan())
            QVERIFY(std::isnan(f.decode(f.encode(kNan))));
        else
            QCOMPARE(f.encode(kNan), 0U);
    }

    /// evaluate, fakeQuantize with and without a mask and quantize + dequantize say the same to the
    /// bit, and what a scalar statement of the format in double says.
    void kernels_agreeWithEachOther_andWithTheDefinition_data() { addRows(); }
    void kernels_agreeWithEachOther_andWithTheDefinition()
    {
        const auto& row = fetchRow();
        for (const Rounding rounding : kRoundings) {
            for (const Dialect dialect : {Dialect::Torch, Dialect::Onnx}) {
                {
                    const float scale = dialect == Dialect::Torch ? 1.0F : 0x1p-5F;
                    const auto q = makeQuantizer(sampleParts(row, scale, dialect), rounding, 5);
                    const auto x =
                        hardValues(q.params(), static_cast<std::uint64_t>(row.id) * 4 + 1, 4000);
                    compareWithDefinition(row, q, x, rounding);
                    if (QTest::currentTestFailed())
                        return;
                }
            }
        }
    }

    void compareWithDefinition(const DTypeInfo& row, const Quantizer& q,
                               const std::vector<float>& x, Rounding rounding)
    {
        const auto all = everythingOf(q, x);
        const float scale = q.params().stepAt(0);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto what = at(row, x[i]);
            const float t = x[i] / scale;
            QVERIFY2(sameBits(all.t[i], t), what.c_str());
            QVERIFY2(sameBits(all.fake[i], all.y[i]), what.c_str());
            QVERIFY2(sameBits(all.masked[i], all.y[i]), what.c_str());
            QVERIFY2(all.quantized[i] == all.code[i], what.c_str());
            QVERIFY2(all.mask[i] == (all.clip[i] == 0 && !std::isnan(x[i]) ? 1.0F : 0.0F),
                     what.c_str());
            if (!std::isnan(x[i]))
                QVERIFY2(sameBits(all.back[i], all.y[i]), what.c_str());
            else
                QVERIFY2(std::isnan(all.y[i]) && std::isnan(all.back[i]) == hasNanCode(row),
                         what.c_str());
            // qint32's rounded code plus zero_point is a float32, as PyTorch has it.
            const bool wide = row.bits > 24 && std::fabs(t) > 0x1p22F;
            // Half of the smallest float32, in units of e1m0's step of 2, is 0.
            const bool lost = row.name == "e1m0" && std::fabs(t) <= 0x1p-148F;
            if (wide || lost)
                continue;
            if (rounding == Rounding::Stochastic) {
                // Only ever one of the two neighbours.
                const auto below = expectedOf(q.params(), t, Direction::Floor);
                const auto above = expectedOf(q.params(), t, Direction::Ceil);
                QVERIFY2(std::isnan(x[i]) || all.y[i] == below.y || all.y[i] == above.y,
                         what.c_str());
            } else {
                const auto expected = expectedOf(q.params(), t, directionOf(rounding));
                QVERIFY2(sameBits(all.y[i], expected.y), what.c_str());
                QVERIFY2(all.code[i] == expected.code, what.c_str());
                QVERIFY2(static_cast<int>(all.clip[i]) == expected.clip, what.c_str());
            }
            if (std::isfinite(x[i]) && all.clip[i] == 0) {
                const bool nearest =
                    rounding == Rounding::HalfEven || rounding == Rounding::HalfAway;
                QVERIFY2(std::fabs(all.lsb[i]) <= (nearest ? 0.5F : 1.0F), what.c_str());
            }
            QVERIFY2(!std::isfinite(x[i]) || !std::isnan(all.lsb[i]), what.c_str());
        }
    }

    void results_areIdempotentAndMonotone_andZeroIsExact_data() { addRows(); }
    void results_areIdempotentAndMonotone_andZeroIsExact()
    {
        const auto& row = fetchRow();
        for (const Rounding rounding : kRoundings) {
            const auto q = makeQuantizer(sampleParts(row, 0x1p-3F), rounding, 9);
            auto x = hardValues(q.params(), 77, 2000);
            std::erase_if(x, [](float v) { return std::isnan(v); });
            std::vector<float> y(x.size());
            std::vector<float> again(x.size());
            q.fakeQuantize(x, 0, y.data());
            q.fakeQuantize(y, 0, again.data());
            for (std::size_t i = 0; i < x.size(); ++i)
                QVERIFY2(sameBits(y[i], again[i]), at(row, x[i]).c_str());
            float zero = 1;
            q.fakeQuantize(std::vector<float>{0}, 0, &zero);
            if (row.family != Family::Exponent)
                QCOMPARE(zero, 0.0F);
            if (rounding == Rounding::Stochastic)
                continue;
            std::sort(x.begin(), x.end());
            q.fakeQuantize(x, 0, y.data());
            QVERIFY(std::is_sorted(y.begin(), y.end()));
        }
    }

    void stochasticRounding_isUnbiased_andFollowsItsSeed_data() { addRows(); }
    void stochasticRounding_isUnbiased_andFollowsItsSeed()
    {
        const auto& row = fetchRow();
        const auto parts = sampleParts(row, 0x1p-4F);
        const auto params = *QuantParams::make(parts);
        const auto covered = *params.coveredRange();
        constexpr std::size_t kCount = 8000;
        const CounterRng rng(3);
        // Of wide formats the values near the top of their range, where steps are large.
        std::vector<float> x(kCount);
        const double top = std::min(static_cast<double>(covered[1]), 0x1p20 * 0x1p-4);
        const double bottom = std::max(static_cast<double>(covered[0]), -top);
        for (std::size_t i = 0; i < kCount; ++i)
            x[i] = static_cast<float>(bottom + (top - bottom) * rng.uniform(i));
        const auto a = everythingOf(makeQuantizer(parts, Rounding::Stochastic, 1), x);
        const auto b = everythingOf(makeQuantizer(parts, Rounding::Stochastic, 1), x);
        const auto c = everythingOf(makeQuantizer(parts, Rounding::Stochastic, 2), x);
        QVERIFY(a.fake == b.fake);
        const bool exact = std::equal(x.begin(), x.end(), a.fake.begin());
        QVERIFY(exact || a.fake != c.fake);
        const double mean = std::accumulate(a.lsb.begin(), a.lsb.end(), 0.0) / kCount;
        // A fraction f has the variance f (1 - f) <= 1/4.
        QVERIFY2(std::fabs(mean) < 5 * 0.5 / std::sqrt(static_cast<double>(kCount)),
                 qPrintable(QString::number(mean)));
        // One value a quarter above its lower neighbour goes up in a quarter of the places.
        const float low = params.level(params.firstCode() + 1);
        const float high = params.level(params.firstCode() + 2);
        const float quarter = low + (high - low) / 4;
        const std::vector<float> same(kCount, quarter);
        if (!std::isfinite(quarter) || row.bits > 24)
            return;
        const auto d = everythingOf(makeQuantizer(parts, Rounding::Stochastic, 7), same);
        const auto ups = static_cast<double>(std::count(d.fake.begin(), d.fake.end(), high));
        const double deviation = std::sqrt(3.0 / 16 / kCount);
        if (row.family == Family::Float && row.format.maxCode() < 2)
            return;
        QVERIFY2(std::fabs(ups / kCount - 0.25) < 5 * deviation,
                 qPrintable(QString::number(ups / kCount)));
    }

    /// The elements of a group alone, per tensor, give what they give in their place; so does their
    /// order. Groups at the end are shorter, axes are any, also counted from the end.
    void groups_areIndependent_data() { addRows(); }
    void groups_areIndependent()
    {
        const auto& row = fetchRow();
        const auto shape = *Shape::make({3, 7, 5});
        auto values = normalValues(105, 11, 3);
        values[17] = kNan;
        values[44] = kInf;
        const auto x = Tensor::fromFloats("x", shape, values);
        for (const int axis : {0, 1, 2, -1, -2}) {
            for (const std::int64_t size : {1, 2, 3, 4, 100}) {
                const auto spec = groupSpec(row, axis, size);
                const auto params = chooseQuantParams(x, spec);
                QVERIFY2(params, params ? "" : params.error().message.c_str());
                const auto q = *Quantizer::make(*params, shape);
                const auto y = *fakeQuantize(x, q);
                const auto layout = q.layout();
                QCOMPARE(static_cast<std::size_t>(layout.count()), params->channels());
                for (std::int64_t g = 0; g < layout.count(); ++g) {
                    const auto own = x.gather(layout, g);
                    const auto one = params->forChannel(static_cast<std::size_t>(g));
                    const auto alone = *Quantizer::make(one, own.shape());
                    const auto expected = *fakeQuantize(own, alone);
                    const auto found = y.gather(layout, g);
                    QCOMPARE(found.numel(), expected.numel());
                    for (std::int64_t i = 0; i < found.numel(); ++i)
                        QVERIFY2(sameBits(found.at(i), expected.at(i)), at(row, own.at(i)).c_str());
                }
            }
        }
        // Reversing the elements of every group along the last axis.
        const auto spec = groupSpec(row, -1, 5);
        std::vector<float> reversed = values;
        for (std::size_t r = 0; r < 21; ++r)
            std::reverse(reversed.begin() + static_cast<std::ptrdiff_t>(5 * r),
                         reversed.begin() + static_cast<std::ptrdiff_t>(5 * r + 5));
        const auto other = Tensor::fromFloats("x", shape, reversed);
        const auto a = chooseQuantParams(x, spec);
        const auto b = chooseQuantParams(other, spec);
        QVERIFY(a && b && *a == *b);
        const auto ya = *fakeQuantize(x, *Quantizer::make(*a, shape));
        const auto yb = *fakeQuantize(other, *Quantizer::make(*b, shape));
        for (std::int64_t i = 0; i < 105; ++i)
            QVERIFY(sameBits(ya.at(i), yb.at(i / 5 * 5 + 4 - i % 5)));
    }

    void floatZeroPoints_dequantizeAsTheyFakeQuantize()
    {
        for (const float zero : {0.0F, 0.25F, -3.5F, 100.0F}) {
            QuantParts parts;
            parts.dtype = DType::Quint8;
            parts.qscheme = QScheme::PerChannelAffineFloatQParams;
            parts.range = {0, 255};
            parts.scale = {0.5F};
            parts.floatZeroPoint = {zero};
            const auto params = *QuantParams::make(parts);
            const auto x = normalValues(1000, 4, 20);
            const auto q = *Quantizer::make(params, *Shape::make({1, 1000}));
            const auto all = everythingOf(q, x);
            for (std::size_t i = 0; i < x.size(); ++i) {
                QVERIFY2(sameBits(all.y[i], all.back[i]), at(info(DType::Quint8), x[i]).c_str());
                QVERIFY(sameBits(all.y[i], all.fake[i]));
            }
        }
    }

    void threads_doNotChangeABit_data()
    {
        QTest::addColumn<int>("row");
        for (const auto& row : dtypes()) {
            if (row.family != Family::Ggml)
                QTest::newRow(std::string(row.name).c_str()) << static_cast<int>(row.id);
        }
    }
    void threads_doNotChangeABit()
    {
        const auto& row = fetchRow();
        const auto x = Tensor::fromFloats("x", *Shape::make({3, 30011}), normalValues(90033, 2, 5));
        auto spec = groupSpec(row, 1, 0);
        spec.rounding = Rounding::Stochastic;
        spec.seed = 12;
        struct Run {
            Tensor y;
            Tensor codes;
            Report report;
        };
        const auto run = [&](int threads) {
            const ThreadLimit limit(threads);
            const auto params = *chooseQuantParams(x, spec);
            const auto q = *Quantizer::make(params, x.shape(), spec.rounding, spec.seed);
            const auto stats = *computeStats(x);
            return Run{*fakeQuantize(x, q), *quantizeToCodes(x, q),
                       *analyze(x, stats, spec, params)};
        };
        const Run one = run(1);
        const Run four = run(4);
        QVERIFY(one.report.params == four.report.params);
        QVERIFY(std::ranges::equal(one.y.bytes(), four.y.bytes()));
        QVERIFY(std::ranges::equal(one.codes.bytes(), four.codes.bytes()));
        QCOMPARE(one.report.mse, four.report.mse);
        QCOMPARE(one.report.meanError, four.report.meanError);
        QCOMPARE(one.report.levelsUsed, four.report.levelsUsed);
        QVERIFY(one.report.roundingErrors.counts == four.report.roundingErrors.counts);
    }

    void qint32_codesNearZeroRoundTrip_andItsEndsSaturate()
    {
        const auto& row = info(DType::Qint32);
        auto parts = sampleParts(row);
        parts.zeroPoint = {0};
        const auto q = makeQuantizer(parts);
        const std::vector<std::int32_t> codes{-16777216, -8388609, -1, 0, 1, 3, 8388609, 16777216};
        std::vector<float> levels(codes.size());
        std::vector<std::int32_t> again(codes.size());
        q.dequantize(codes, 0, levels.data());
        q.quantize(levels, 0, again.data());
        QVERIFY(again == codes);
        const std::vector<float> x{kInf, -kInf, 3e9F, -3e9F, 2147483648.0F, -2147483648.0F};
        const auto all = everythingOf(q, x);
        QVERIFY((all.code == std::vector<std::int32_t>{2147483647, INT32_MIN, 2147483647, INT32_MIN,
                                                       2147483647, INT32_MIN}));
        QVERIFY((all.clip == std::vector<float>{1, -1, 1, -1, 1, 0}));
    }

    void qint32_parametersComeFromRanges()
    {
        const QuantRange range{INT32_MIN, INT32_MAX};
        const auto symmetric = calculateQParams(-3, 3, DType::Qint32, range, true);
        QCOMPARE(symmetric.scale, kScaleEps); // 3 / 2^31 lies below it
        const auto wide = calculateQParams(-1e6F, 1e6F, DType::Qint32, range, true);
        QCOMPARE(wide.scale, 1e6F / 2147483648.0F);
        const auto negative = calculateQParams(-1e6F, 0, DType::Qint32, range, false);
        QCOMPARE(negative.scale, 1e6F / 4294967296.0F);
        QCOMPARE(negative.zeroPoint, INT32_MAX);
        const auto positive = calculateQParams(0, 1e6F, DType::Qint32, range, false);
        QCOMPARE(positive.zeroPoint, INT32_MIN);
        QCOMPARE(*chooseRange(DType::Qint32, {}, {}, false, true),
                 (QuantRange{-1073741824, 1073741823}));
        QCOMPARE(*chooseRange(DType::Qint32, {}, {}, true, false),
                 (QuantRange{-2147483647, 2147483647}));
    }
};

QTEST_APPLESS_MAIN(TestDtypeProperties)
#include "test_dtype_properties.moc"
