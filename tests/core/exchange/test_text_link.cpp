// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/calib/observer.h"
#include "core/exchange/pasted_params.h"
#include "core/exchange/text_link.h"
#include "core/quant/quant_spec_json.h"

#include <QTest>

#include <bit>

using namespace qs;

namespace {

QuantSpec fixed(std::vector<float> scale, std::vector<std::int32_t> zeroPoint,
                QScheme scheme = QScheme::PerTensorAffine)
{
    QuantSpec spec;
    spec.observer = "fixed";
    spec.qscheme = scheme;
    spec.scale = std::move(scale);
    spec.zeroPoint = std::move(zeroPoint);
    return spec;
}

Tensor ramp()
{
    std::vector<float> values;
    for (int i = 0; i < 8 * 128; ++i)
        values.push_back(static_cast<float>(i * 37 % 1024 - 400) / 300);
    return Tensor::fromFloats("x", *Shape::make({8, 128}), std::move(values));
}

QuantParams paramsOf(const QuantSpec& spec)
{
    const auto params = chooseQuantParams(ramp(), spec);
    if (!params)
        qFatal("%s", params.error().message.c_str());
    return *params;
}

PastedConfiguration firstOf(const std::string& text)
{
    const auto pasted = parseParams(text, {});
    if (!pasted)
        qFatal("%s", pasted.error().message.c_str());
    return pasted->configurations.front();
}

} // namespace

class TestTextLink : public QObject {
    Q_OBJECT

private slots:
    void link_isThisText()
    {
        const auto spec = fixed({1.0F / 256}, {0});
        QCOMPARE(textLink(spec, paramsOf(spec)),
                 std::string("quantoscope:v1?dt=qint8&qs=per_tensor_affine&s=0.00390625&z=0"));
        auto narrow = spec;
        narrow.dtype = DType::Int4;
        narrow.quantMin = -7;
        narrow.rounding = Rounding::Floor;
        QCOMPARE(textLink(narrow, paramsOf(narrow)),
                 std::string("quantoscope:v1?dt=int4&qs=per_tensor_affine&qmin=-7&s=0.00390625&z=0"
                             "&r=floor"));
    }

    /// Any float32 comes back, to the bit.
    void anyScale_comesBack()
    {
        const CounterRng rng(7);
        QuantSpec spec = fixed({}, {}, QScheme::PerChannelAffine);
        for (std::uint64_t i = 0; spec.scale.size() < 50000; ++i) {
            const auto value =
                std::bit_cast<float>(static_cast<std::uint32_t>(rng.bits(i)) & 0x7fffffffU);
            if (std::isnormal(value)) {
                spec.scale.push_back(value);
                spec.zeroPoint.push_back(static_cast<std::int32_t>(i % 256) - 128);
            }
        }
        const auto params =
            QuantParams::make(DType::Qint8, spec.qscheme, {-128, 127}, spec.scale, spec.zeroPoint);
        QVERIFY(params);
        for (const auto& text : {textLink(spec, *params), paramsJson(spec, *params)}) {
            const auto one = firstOf(text);
            QVERIFY(one.params.value() == *params);
        }
    }

    /// Every dtype with every scheme it has, and every dialect: the link gives the same parameters
    /// where scale and zero_point can say them, and else the same spec.
    void everyQuantizer_comesBack()
    {
        int exact = 0;
        for (const auto& row : dtypes()) {
            for (const auto& scheme : qschemes()) {
                for (const auto& dialect : dialects()) {
                    QuantSpec spec;
                    spec.dtype = row.id;
                    spec.qscheme = scheme.id;
                    spec.dialect = dialect.id;
                    spec.axis = defaultAxis(spec);
                    if (row.id == DType::Codebook)
                        spec.codebook = {-1, -0.25F, 0, 0.3F, 1};
                    const auto params = chooseQuantParams(ramp(), spec);
                    if (!params)
                        continue; // not a quantizer
                    for (const auto& text : {textLink(spec, *params), paramsJson(spec, *params)}) {
                        const auto one = firstOf(text);
                        QVERIFY2(one.notes.empty(), text.substr(0, 200).c_str());
                        if (one.params) {
                            ++exact;
                            QVERIFY2(*one.params == *params, text.substr(0, 200).c_str());
                        } else {
                            QVERIFY2(one.spec == spec, text.substr(0, 200).c_str());
                        }
                    }
                }
            }
        }
        QVERIFY(exact > 1000);
    }

    void json_hasTheQuantizerToo()
    {
        QuantSpec spec;
        spec.observer = "percentile";
        const auto params = paramsOf(spec);
        const auto pasted = parseParams(paramsJson(spec, params), {});
        QVERIFY(pasted);
        QCOMPARE(pasted->configurations.size(), std::size_t{2});
        QVERIFY(pasted->configurations[0].params.value() == params);
        QVERIFY(pasted->configurations[1].spec == spec);
    }

    void unknownKeys_areReported()
    {
        const auto one = firstOf("quantoscope:v1?dt=qint8&s=1&z=0&colour=red");
        QCOMPARE(one.notes.size(), std::size_t{1});
        QCOMPARE(one.notes[0], std::string("colour=red: this key is not known and is left out"));
    }
};

QTEST_GUILESS_MAIN(TestTextLink)
#include "test_text_link.moc"
