// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/params_from_ranges.h"
#include "core/quant/quantizer.h"
#include "tests/core/golden.h"

#include <map>

using namespace qs;

/// Parameters and values of each dialect against its own program, bit for bit
/// (tests/golden/make_dialect_golden.py).
class TestDialectsGolden : public QObject {
    Q_OBJECT

    test::Golden m_golden{"dialects"};

    static QuantSpec specOf(const nlohmann::json& c)
    {
        QuantSpec spec;
        spec.dtype = *dtypeByName(c.at("dtype").get<std::string>());
        for (const auto& d : dialects()) {
            if (d.name == c.at("dialect").get<std::string>())
                spec.dialect = d.id;
        }
        const bool groups = c.contains("group_size");
        spec.qscheme =
            qscheme(groups ? Granularity::Group : Granularity::Tensor, c.at("symmetric"));
        spec.groupSize = c.value("group_size", 0);
        spec.reduceRange = c.value("reduce_range", false);
        return spec;
    }

    Result<QuantParams> paramsOf(const nlohmann::json& c, const QuantSpec& spec) const
    {
        if (c.contains("fixed_scale")) {
            QuantParts parts;
            parts.dtype = spec.dtype;
            parts.dialect = spec.dialect;
            parts.range = *spec.range();
            parts.scale = m_golden.floats(c.at("fixed_scale"));
            parts.zeroPoint = m_golden.ints(c.at("fixed_zero_point"));
            return QuantParams::make(std::move(parts));
        }
        const auto lo = m_golden.floats(c.at("min"));
        const auto hi = m_golden.floats(c.at("max"));
        std::vector<ChannelRange> ranges;
        for (std::size_t i = 0; i < lo.size(); ++i)
            ranges.push_back({lo[i], hi[i], true});
        return paramsFromRanges(spec, ranges);
    }

private slots:
    void everyCase_isTheProgramsOwn()
    {
        std::map<std::string, int> count;
        int mismatches = 0;
        for (const auto& c : m_golden.cases()) {
            const auto source = c.at("source").get<std::string>();
            const std::string what = source + " case " + std::to_string(count[source]++) + " " +
                                     c.at("dtype").get<std::string>();
            const auto params = paramsOf(c, specOf(c));
            QVERIFY2(params, (what + (params ? "" : ": " + params.error().message)).c_str());
            if (c.contains("scale"))
                mismatches += test::differingBits(params->scale(), m_golden.floats(c.at("scale")),
                                                  what + ", scale");
            if (c.contains("zero_point") &&
                params->zeroPoint() != m_golden.ints(c.at("zero_point"))) {
                qWarning("%s: zero_point %d, expected %d", what.c_str(), params->zeroPointAt(0),
                         m_golden.ints(c.at("zero_point"))[0]);
                ++mismatches;
            }
            const auto x = m_golden.floats(c.at("x"));
            const auto expected = m_golden.floats(c.at("y"));
            const auto n = static_cast<std::int64_t>(x.size());
            const auto quantizer = Quantizer::make(*params, *Shape::make({n}));
            QVERIFY2(quantizer, what.c_str());
            std::vector<float> y(x.size());
            quantizer->fakeQuantize(x, 0, y.data());
            for (std::size_t i = 0; i < y.size(); ++i)
                y[i] += 0.0F; // -0 and +0 are one level
            auto wanted = expected;
            for (float& v : wanted)
                v += 0.0F;
            mismatches += test::differingBits(y, wanted, what);
            if (c.contains("codes")) {
                std::vector<std::int32_t> codes(x.size());
                quantizer->quantize(x, 0, codes.data());
                if (codes != m_golden.ints(c.at("codes"))) {
                    qWarning("%s: codes differ", what.c_str());
                    ++mismatches;
                }
            }
        }
        QCOMPARE(mismatches, 0);
        QVERIFY(m_golden.cases().size() >= 200);
        QVERIFY(count.size() >= 7); // programs
    }
};

QTEST_APPLESS_MAIN(TestDialectsGolden)
#include "test_dialects_golden.moc"
