// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/quant/ggml.h"
#include "tests/core/golden.h"

#include <QTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

using namespace qs;

namespace {

using Bytes = std::vector<std::byte>;

Bytes encoded(GgmlType type, const std::vector<float>& x)
{
    Bytes blocks(ggmlBytes(type, x.size()));
    ggmlEncode(type, x, blocks);
    return blocks;
}

std::vector<float> decoded(GgmlType type, const Bytes& blocks, std::size_t count)
{
    std::vector<float> y(count);
    ggmlDecode(type, blocks, y);
    return y;
}

std::vector<float> canonicalNans(std::vector<float> values)
{
    for (float& value : values) {
        if (std::isnan(value))
            value = std::bit_cast<float>(0x7fc00000U);
    }
    return values;
}

Bytes goldenBytes(const test::Golden& golden, const nlohmann::json& goldenCase)
{
    const auto words = golden.ints(goldenCase.at("blocks"));
    Bytes blocks(goldenCase.at("bytes").get<std::size_t>());
    std::memcpy(blocks.data(), words.data(), blocks.size());
    return blocks;
}

std::vector<float> uniformValues(std::size_t count, double width, std::uint64_t seed)
{
    const CounterRng rng(seed);
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i)
        x[i] = static_cast<float>((rng.uniform(i) * 2 - 1) * width);
    return x;
}

/// Any finite float: all exponents, both signs.
std::vector<float> anyFinite(std::size_t count, std::uint64_t seed)
{
    const CounterRng rng(seed);
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = static_cast<std::uint32_t>(rng.uniform(i) * 4294967296.0);
        const auto value = std::bit_cast<float>(bits);
        x[i] = std::isfinite(value) ? value : 0.0F;
    }
    return x;
}

} // namespace

class TestGgml : public QObject {
    Q_OBJECT

private slots:
    void theTableIsConsistent();
    void blocksAreGgmls();
    void decodingIsGgmls();
    void codesAndScalesSayWhatIsDecoded();
    void codesStayInRange();
    void zerosDecodeToZero();
    void encodingTwiceIsEncodingOnce();
    void errorsAreWithinAStep();
    void blocksDoNotDependOnOneAnother();
    void onlyWholeBlocksAreTouched();
};

void TestGgml::theTableIsConsistent()
{
    std::size_t row = 0;
    for (const auto& type : ggmlTypes()) {
        QCOMPARE(static_cast<std::size_t>(type.id), row++);
        QCOMPARE(info(type.id).name, type.name);
        QVERIFY(ggmlTypeByName(type.name) == type.id);
        QVERIFY(ggmlTypeByGgmlId(type.ggmlId) == type.id);
        QCOMPARE(type.codeMax - type.codeMin + 1, 1 << type.bits);
        QCOMPARE(type.blockSize % type.subBlock, 0);
        QVERIFY(type.bytesPerBlock * 8 > type.bits * type.blockSize);
        QVERIFY(type.values.empty() || type.values.size() == std::size_t{1} << type.bits);
        QCOMPARE(ggmlBytes(type.id, 257),
                 ggmlBytes(type.id, 256) + static_cast<std::size_t>(type.bytesPerBlock));
    }
    QCOMPARE(info(GgmlType::Q6_K).bitsPerWeight, 6.5625); // as ggml's README says
    QVERIFY(ggmlTypeByName("q4_k") == GgmlType::Q4_K);
    QVERIFY(!ggmlTypeByName("q4"));
    QVERIFY(!ggmlTypeByGgmlId(0));
}

void TestGgml::blocksAreGgmls()
{
    const test::Golden golden("ggml");
    std::vector<int> seen(ggmlTypes().size());
    for (const auto& one : golden.cases()) {
        if (!one.contains("x"))
            continue;
        const auto name = one.at("type").get<std::string>();
        const auto type = ggmlTypeByName(name);
        QVERIFY2(type, name.c_str());
        ++seen[static_cast<std::size_t>(*type)];
        const Bytes expected = goldenBytes(golden, one);
        const Bytes found = encoded(*type, golden.floats(one.at("x")));
        QCOMPARE(found.size(), expected.size());
        const auto differs = std::mismatch(found.begin(), found.end(), expected.begin()).first;
        const auto what = name + ", " + one.at("case").get<std::string>() + ": byte " +
                          std::to_string(differs - found.begin());
        QVERIFY2(differs == found.end(), what.c_str());
    }
    QVERIFY(*std::min_element(seen.begin(), seen.end()) >= 8);
}

void TestGgml::decodingIsGgmls()
{
    const test::Golden golden("ggml");
    int random = 0;
    for (const auto& one : golden.cases()) {
        const auto name = one.at("type").get<std::string>();
        const auto expected = golden.floats(one.at("y"));
        const auto found =
            decoded(*ggmlTypeByName(name), goldenBytes(golden, one), expected.size());
        QCOMPARE(test::differingBits(canonicalNans(found), expected,
                                     name + ", " + one.at("case").get<std::string>()),
                 0);
        random += one.contains("x") ? 0 : 1;
    }
    QCOMPARE(random, static_cast<int>(ggmlTypes().size()));
}

void TestGgml::codesAndScalesSayWhatIsDecoded()
{
    // Random bytes, so that all codes, scales and minima occur.
    for (const auto& type : ggmlTypes()) {
        const auto size = static_cast<std::size_t>(type.blockSize);
        const auto width = static_cast<std::size_t>(type.bytesPerBlock);
        const CounterRng rng(11);
        Bytes blocks(200 * width);
        for (std::size_t i = 0; i < blocks.size(); ++i)
            blocks[i] = static_cast<std::byte>(rng.uniform(i) * 256);
        const auto y = decoded(type.id, blocks, 200 * size);
        std::vector<std::int32_t> codes(y.size());
        ggmlCodes(type.id, blocks, codes);
        std::vector<int> used(std::size_t{1} << type.bits);
        int finite = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            ++used[static_cast<std::size_t>(codes[i] - type.codeMin)];
            const auto block = std::span(blocks).subspan(i / size * width, width);
            const auto sub = ggmlSubBlock(type.id, block, static_cast<int>(i % size));
            if (!std::isfinite(sub.blockScale) || !std::isfinite(sub.blockMin))
                continue;
            ++finite;
            QCOMPARE(sub.scale, sub.blockScale * static_cast<float>(sub.subScale));
            const auto level = static_cast<float>(
                type.values.empty() ? codes[i] : type.values[static_cast<std::size_t>(codes[i])]);
            QVERIFY2(sub.scale * level + sub.offset == y[i], type.name.data());
            if (type.hasMin)
                QCOMPARE(std::fabs(sub.offset),
                         std::fabs(sub.blockMin * static_cast<float>(sub.subMin)));
            else if (type.zeroCode >= 0 && codes[i] == type.zeroCode)
                QCOMPARE(y[i], 0.0F);
        }
        QVERIFY(finite > 100 * type.blockSize);
        QVERIFY2(*std::min_element(used.begin(), used.end()) > 0, type.name.data());
    }
}

void TestGgml::codesStayInRange()
{
    // All magnitudes up to FLT_MAX and down to denormals: nothing is undefined.
    constexpr std::size_t kCount = 256 * 40;
    for (const auto& type : ggmlTypes()) {
        auto x = anyFinite(kCount, 5);
        x[0] = std::numeric_limits<float>::max();
        x[1] = -x[0];
        std::fill(x.begin() + 256, x.begin() + 512, std::numeric_limits<float>::denorm_min());
        std::fill(x.begin() + 512, x.begin() + 768, -std::numeric_limits<float>::max());
        const Bytes blocks = encoded(type.id, x);
        std::vector<std::int32_t> codes(kCount, 12345);
        ggmlCodes(type.id, blocks, codes);
        const auto [least, most] = std::minmax_element(codes.begin(), codes.end());
        QVERIFY(*least >= type.codeMin && *most <= type.codeMax);
        QCOMPARE(encoded(type.id, x), blocks);
    }
}

void TestGgml::zerosDecodeToZero()
{
    for (const auto& type : ggmlTypes()) {
        for (const float zero : {0.0F, -0.0F}) {
            const std::vector<float> x(512, zero);
            for (const float y : decoded(type.id, encoded(type.id, x), x.size()))
                QCOMPARE(y, 0.0F);
        }
    }
    // Where ggml stores what was in memory, the code nearest to 0.
    std::vector<std::int32_t> codes(32);
    ggmlCodes(GgmlType::IQ4_NL, encoded(GgmlType::IQ4_NL, std::vector<float>(32)), codes);
    QCOMPARE(codes, std::vector<std::int32_t>(32, 8));
}

void TestGgml::encodingTwiceIsEncodingOnce()
{
    // Measured: holds for all types of 32 elements. The k-quants' searches may move on.
    for (const auto& type : ggmlTypes()) {
        if (type.blockSize != 32)
            continue;
        for (const double width : {1.0, 1e-3, 250.0}) {
            const auto x = uniformValues(256 * 64, width, 17);
            const Bytes blocks = encoded(type.id, x);
            const auto once = decoded(type.id, blocks, x.size());
            QVERIFY2(encoded(type.id, once) == blocks, type.name.data());
        }
    }
}

void TestGgml::errorsAreWithinAStep()
{
    // The scale is rounded to 11 bits, and the code's bound is one step off at one end.
    for (const GgmlType type :
         {GgmlType::Q4_0, GgmlType::Q4_1, GgmlType::Q5_0, GgmlType::Q5_1, GgmlType::Q8_0}) {
        const auto x = uniformValues(32 * 500, 1.0, 23);
        const Bytes blocks = encoded(type, x);
        const auto y = decoded(type, blocks, x.size());
        const auto width = static_cast<std::size_t>(info(type).bytesPerBlock);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto sub = ggmlSubBlock(type, std::span(blocks).subspan(i / 32 * width, width),
                                          static_cast<int>(i % 32));
            const float step = std::fabs(sub.scale);
            const bool twoSided = !info(type).hasMin && type != GgmlType::Q8_0;
            const float reach = std::fabs(x[i]) + std::fabs(sub.blockMin);
            QVERIFY(std::fabs(y[i] - x[i]) <= (twoSided ? 1.0F : 0.5F) * step + reach * 0x1p-10F);
        }
    }
}

void TestGgml::blocksDoNotDependOnOneAnother()
{
    const auto x = uniformValues(1024, 3.0, 29);
    for (const auto& type : ggmlTypes()) {
        const Bytes whole = encoded(type.id, x);
        const auto size = static_cast<std::size_t>(type.blockSize);
        const auto width = static_cast<std::size_t>(type.bytesPerBlock);
        for (std::size_t b = 0; b < x.size() / size; ++b) {
            Bytes one(width);
            ggmlEncode(type.id, std::span(x).subspan(b * size, size), one);
            QVERIFY(
                std::equal(one.begin(), one.end(), whole.begin() + static_cast<long>(b * width)));
        }
    }
}

void TestGgml::onlyWholeBlocksAreTouched()
{
    for (const auto& type : ggmlTypes()) {
        const auto size = static_cast<std::size_t>(type.blockSize);
        const auto width = static_cast<std::size_t>(type.bytesPerBlock);
        Bytes blocks(2 * width + 1, std::byte{0xab});
        ggmlEncode(type.id, std::vector<float>(2 * size - 1, 1.0F), blocks);
        QVERIFY(std::all_of(blocks.begin() + static_cast<long>(width), blocks.end(),
                            [](std::byte b) { return b == std::byte{0xab}; }));
        std::vector<float> y(size + 5, -7.0F);
        ggmlDecode(type.id, blocks, y);
        QVERIFY(std::abs(y[size - 1] - 1.0F) < 0.01F);
        QCOMPARE(y[size], -7.0F);
    }
}

QTEST_APPLESS_MAIN(TestGgml)
#include "test_ggml.moc"
