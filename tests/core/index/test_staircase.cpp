// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/observer.h"
#include "core/index/scale_cells.h"
#include "core/index/staircase.h"
#include "core/index/thresholds.h"
#include "tests/core/index/index_testing.h"

#include <QTest>

using namespace qs;
using namespace qs::test;

namespace {

/// The step that a key is on.
std::size_t stepOf(const Staircase& stairs, std::int32_t key)
{
    const auto steps = stairs.steps();
    const auto after =
        std::upper_bound(steps.begin(), steps.end(), key,
                         [](std::int32_t k, const StairStep& step) { return k < step.firstKey; });
    return static_cast<std::size_t>(after - steps.begin()) - 1;
}

struct Element {
    float y;
    float clip;
    std::int32_t code;
};

Element elementOf(const Quantizer& quantizer, float x)
{
    Element e{};
    float t = 0;
    float lsb = 0;
    quantizer.evaluate({&x, 1}, 0, {&e.y, &t, &e.clip, &lsb, &e.code});
    return e;
}

/// Every scalar quantizer: rows of the dtype table, dialects, roundings.
std::vector<QuantSpec> scalarSpecs()
{
    std::vector<QuantSpec> specs;
    for (const auto& row : dtypes()) {
        if (row.family == Family::Ggml || row.isBlock())
            continue;
        QuantSpec spec;
        spec.dtype = row.id;
        if (row.id == DType::Codebook)
            spec.codebook = {-1.0F, -0.3F, 0.1F, 0.7F, 2.0F};
        for (const auto rounding : {Rounding::HalfEven, Rounding::HalfAway, Rounding::Floor}) {
            spec.rounding = rounding;
            specs.push_back(spec);
        }
    }
    for (const auto& dialect : dialects()) {
        for (const auto dtype : {DType::Qint8, DType::Quint8, DType::Int4}) {
            for (const auto scheme : {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric}) {
                QuantSpec spec;
                spec.dtype = dtype;
                spec.qscheme = scheme;
                spec.dialect = dialect.id;
                specs.push_back(spec);
            }
        }
    }
    return specs;
}

std::string nameOf(const QuantSpec& spec)
{
    return std::string(info(spec.dtype).name) + " " + std::string(info(spec.qscheme).name) + " " +
           std::string(info(spec.dialect).name);
}

} // namespace

class TestStaircase : public QObject {
    Q_OBJECT

private slots:
    void thresholds_areFound_whateverTheGuess()
    {
        const auto f = [](std::int32_t key) {
            return std::int64_t{key} / 1000;
        };
        std::vector<Threshold> all;
        for (const std::int64_t guess :
             {std::int64_t{0}, std::int64_t{5'000'000}, std::int64_t{5'000'001},
              std::int64_t{-2'000'000'000}, std::int64_t{1} << 40})
            all.push_back({std::numeric_limits<std::int32_t>::min(),
                           std::numeric_limits<std::int32_t>::max(), 5000, guess});
        all.push_back({4'999'999, 5'000'000, 5000, 0}); // nothing left to search
        findThresholds(all,
                       [&](std::span<const std::int32_t> keys, std::span<std::int64_t> values) {
                           std::transform(keys.begin(), keys.end(), values.begin(), f);
                       });
        for (const auto& t : all)
            QCOMPARE(t.high, 5'000'000);
    }

    /// The whole claim: every number is on the step that its quantizer puts it on. Asked at each
    /// step's both ends, where an error of one float would show, and in between.
    void everyNumber_isOnItsStep()
    {
        const auto x = normal(50000);
        const auto tensor = tensorOf(x);
        const auto index = indexOf(tensor);
        int checked = 0;
        for (const auto& spec : scalarSpecs()) {
            const auto params = chooseQuantParams(tensor, spec);
            if (!params)
                continue; // a dialect without such a dtype
            const auto stairs = Staircase::make(*params, 0, spec.rounding, index->set(0).keys());
            QVERIFY2(stairs, nameOf(spec).c_str());
            const auto quantizer = *Quantizer::make(*params, *Shape::make({1}), spec.rounding);
            const auto steps = stairs->steps();
            const auto isOn = [&](std::int32_t key, std::size_t step) {
                const auto e = elementOf(quantizer, floatOf(key));
                return e.code == steps[step].code && e.y == steps[step].level &&
                       e.clip == steps[step].clip;
            };
            const bool all = steps.size() * 3 < x.size();
            for (std::size_t s = 0; s < steps.size(); s += all ? 1 : 97) {
                // Steps that were read from the elements begin at one, not at their border.
                QVERIFY2(isOn(steps[s].firstKey, s), nameOf(spec).c_str());
                QVERIFY2(!all || isOn(stairs->lastKeyOf(s), s) ||
                             index->set(0).placeOf(stairs->lastKeyOf(s) + 1) ==
                                 index->set(0).placeOf(stairs->lastKeyOf(s)),
                         nameOf(spec).c_str());
            }
            for (std::size_t i = 0; i < x.size(); i += 11)
                QVERIFY2(isOn(keyOf(x[i]), stepOf(*stairs, keyOf(x[i]))), nameOf(spec).c_str());
            ++checked;
        }
        QVERIFY(checked > 130);
    }

    void noStaircase_whereElementsDependOnEachOther()
    {
        const auto tensor = tensorOf(normal(512));
        const auto index = indexOf(tensor);
        QuantSpec spec;
        spec.rounding = Rounding::Stochastic;
        const auto params = *chooseQuantParams(tensor, spec);
        QVERIFY(!Staircase::make(params, 0, spec.rounding, index->set(0).keys()));
        spec.rounding = Rounding::HalfEven;
        spec.dtype = DType::Q4_0;
        spec.axis = -1;
        QVERIFY(!Staircase::exists(*chooseQuantParams(tensor, spec), spec.rounding));
        spec.dtype = DType::Mxfp4;
        QVERIFY(!Staircase::exists(*chooseQuantParams(tensor, spec), spec.rounding));
    }

    void moreStepsThanAreUseful_areNone()
    {
        const auto tensor = tensorOf(normal(Staircase::kMostSteps * 4 + 1));
        const auto index = indexOf(tensor);
        QuantSpec spec;
        spec.dtype = DType::Qint32;
        QVERIFY(!Staircase::make(*chooseQuantParams(tensor, spec), 0, spec.rounding,
                                 index->set(0).keys()));
    }

    void torch113_hasNone_whereInt64Overflows()
    {
        const auto tensor = tensorOf({-1.0F, 0.5F, 1e30F});
        const auto index = indexOf(tensor);
        QuantSpec spec;
        spec.dialect = Dialect::Torch113;
        spec.observer = "fixed";
        spec.scale = {0.01F};
        spec.zeroPoint = {0};
        const auto params = *chooseQuantParams(tensor, spec);
        QVERIFY(!Staircase::make(params, 0, spec.rounding, index->set(0).keys()));
    }

    /// All zero_points of one scale at once are each of them alone.
    void scaleCells_areEveryZeroPointsErrors()
    {
        for (const auto& [name, x] : awkwardValues(30000)) {
            const auto tensor = tensorOf(x);
            const auto index = indexOf(tensor);
            const auto& values = index->set(0);
            for (const auto dtype : {DType::Qint8, DType::Quint8, DType::Int4, DType::Int2}) {
                QuantParts parts;
                parts.dtype = dtype;
                parts.range = {info(dtype).quantMin, info(dtype).quantMax};
                parts.zeroPoint = {info(dtype).quantMin};
                for (const float scale : {0.05F, 1.0F, 1e4F, 1e-30F}) {
                    parts.scale = {scale};
                    const auto any = *QuantParams::make(parts);
                    const auto cells = ScaleCells::make(values, any, scale, Rounding::HalfEven);
                    QVERIFY(cells);
                    for (std::int32_t z = parts.range.quantMin; z <= parts.range.quantMax;
                         z += info(dtype).bits > 4 ? 17 : 1) {
                        auto each = parts;
                        each.zeroPoint = {z};
                        const auto expected =
                            squaredErrors(values, *QuantParams::make(each), 0, Rounding::HalfEven);
                        const auto found = cells->errors(z);
                        QVERIFY2(
                            agree(found.rounding, expected->rounding, 1e-3 * expected->total()) &&
                                agree(found.clipping, expected->clipping),
                            name.c_str());
                        QCOMPARE(found.clippedLow, expected->clippedLow);
                        QCOMPARE(found.clippedHigh, expected->clippedHigh);
                        QCOMPARE(found.count, expected->count);
                    }
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestStaircase)
#include "test_staircase.moc"
