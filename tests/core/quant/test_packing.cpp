// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/ggml.h"
#include "core/quant/packing.h"

#include <QTest>

#include <algorithm>

using namespace qs;

namespace {

using Codes = std::vector<std::int32_t>;

std::vector<std::byte> bytes(std::initializer_list<int> values)
{
    std::vector<std::byte> result;
    for (const int value : values)
        result.push_back(static_cast<std::byte>(value));
    return result;
}

/// Every code, again and again, so that each stands at each place of a byte.
Codes allCodes(std::size_t count, int bits, bool isSigned)
{
    const std::int32_t levels = 1 << bits;
    Codes codes(count);
    for (std::size_t i = 0; i < count; ++i)
        codes[i] =
            static_cast<std::int32_t>(i * 7 + i / static_cast<std::size_t>(levels)) % levels -
            (isSigned ? levels / 2 : 0);
    return codes;
}

} // namespace

class TestPacking : public QObject {
    Q_OBJECT

private slots:
    void roundTrips();
    void onnxsExamples();
    void bitsandbytesExample();
    void ggmlsOrderIsItsBlocks();
    void sixBitsAreAStream();
    void refusals();
};

void TestPacking::roundTrips()
{
    int widths = 0;
    for (const auto& order : packingOrders()) {
        QVERIFY(packingOrderByName(order.name) == order.id);
        QCOMPARE(info(order.id).name, order.name);
        for (int bits = 1; bits <= 8; ++bits) {
            const int group = order.group(bits);
            if (group == 0)
                continue;
            ++widths;
            for (const int groups : {0, 1, 2, 3, 5, 7, 8, 9, 1031}) {
                const auto count = static_cast<std::size_t>(group * groups);
                for (const bool isSigned : {false, true}) {
                    const Codes codes = allCodes(count, bits, isSigned);
                    const auto packed = packCodes(codes, bits, order.id);
                    QVERIFY(packed);
                    QCOMPARE(packed->size(), (count * static_cast<std::size_t>(bits) + 7) / 8);
                    const auto unpacked = unpackCodes(*packed, count, bits, order.id, isSigned);
                    QVERIFY(unpacked);
                    QCOMPARE(*unpacked, codes);
                }
            }
        }
    }
    QCOMPARE(widths, 8 + 1 + 2);
}

void TestPacking::onnxsExamples()
{
    // TensorProto: "the first element in the 4 least significant bits", "y << 4 | x & 0x0F".
    QCOMPARE(*packCodes(Codes{1, 2, 3}, 4, PackingOrder::Onnx), bytes({0x21, 0x03}));
    QCOMPARE(*packCodes(Codes{-8, 7, -1}, 4, PackingOrder::Onnx), bytes({0x78, 0x0f}));
    QCOMPARE(*unpackCodes(bytes({0x78, 0x0f}), 3, 4, PackingOrder::Onnx, true), (Codes{-8, 7, -1}));
    QCOMPARE(*unpackCodes(bytes({0x78, 0x0f}), 3, 4, PackingOrder::Onnx, false), (Codes{8, 7, 15}));
    QCOMPARE(*packCodes(Codes{1, 2, 3, 0, 2}, 2, PackingOrder::Onnx), bytes({0x39, 0x02}));
    QCOMPARE(*unpackCodes(bytes({0xe4}), 4, 2, PackingOrder::Onnx, true), (Codes{0, 1, -2, -1}));
}

void TestPacking::bitsandbytesExample()
{
    // (v0 << 4) | v1
    QCOMPARE(*packCodes(Codes{1, 2, 15, 7}, 4, PackingOrder::Bitsandbytes), bytes({0x12, 0xf7}));
    QCOMPARE(*packCodes(Codes{5}, 4, PackingOrder::Bitsandbytes), bytes({0x50}));
    QCOMPARE(*unpackCodes(bytes({0x12, 0xf7}), 3, 4, PackingOrder::Bitsandbytes, false),
             (Codes{1, 2, 15}));
}

void TestPacking::ggmlsOrderIsItsBlocks()
{
    Codes four(64);
    for (std::size_t i = 0; i < four.size(); ++i)
        four[i] = static_cast<std::int32_t>(i < 32 ? i / 2 : 15 - i % 16);
    const auto packed = packCodes(four, 4, PackingOrder::Ggml);
    QCOMPARE((*packed)[0], std::byte{0x80});  // elements 0 and 16
    QCOMPARE((*packed)[15], std::byte{0xf7}); // elements 15 and 31
    QCOMPARE((*packed)[16], std::byte{0xff}); // elements 32 and 48

    // The same bytes inside a block of q4_0 and of q2_K.
    std::vector<std::byte> q4(18);
    std::copy(packed->begin(), packed->begin() + 16, q4.begin() + 2);
    Codes found(32);
    ggmlCodes(GgmlType::Q4_0, q4, found);
    QCOMPARE(found, Codes(four.begin(), four.begin() + 32));

    const Codes two = allCodes(256, 2, false);
    const auto pairs = packCodes(two, 2, PackingOrder::Ggml);
    std::vector<std::byte> q2(84);
    std::copy(pairs->begin(), pairs->end(), q2.begin() + 16);
    Codes all(256);
    ggmlCodes(GgmlType::Q2_K, q2, all);
    QCOMPARE(all, two);
}

void TestPacking::sixBitsAreAStream()
{
    // 000001 000010 000011 000100, from the least significant bit on.
    QCOMPARE(*packCodes(Codes{1, 2, 3, 4}, 6, PackingOrder::Onnx), bytes({0x81, 0x30, 0x10}));
    QCOMPARE(*packCodes(Codes{5, 6, 7}, 3, PackingOrder::Onnx), bytes({0xf5, 0x01}));
}

void TestPacking::refusals()
{
    const auto message = [](const auto& result) {
        return result.error().message;
    };
    using enum PackingOrder;
    QCOMPARE(message(packCodes(Codes(31), 4, Ggml)),
             std::string("4-bit codes in ggml order come in multiples of 32, not 31"));
    QCOMPARE(message(packCodes(Codes(2), 3, Bitsandbytes)),
             std::string("there are no 3-bit codes in bitsandbytes order"));
    QVERIFY(!packCodes(Codes(2), 0, Onnx));
    QVERIFY(!packCodes(Codes(2), 9, Onnx));
    QVERIFY(!packCodes(Codes(2), -1, Onnx));
    QCOMPARE(message(packCodes(Codes{0, 16}, 4, Onnx)),
             std::string("code 16 at 1 does not fit into 4 bits"));
    QVERIFY(!packCodes(Codes{-9}, 4, Onnx));
    QCOMPARE(message(unpackCodes(bytes({1}), 3, 4, Onnx, false)),
             std::string("3 4-bit codes in onnx order take 2 bytes, not 1"));
    QVERIFY(unpackCodes(bytes({1}), 3, 4, Onnx, false).error().kind == ErrorKind::Data);
    QVERIFY(!unpackCodes(bytes({1, 2, 3}), 3, 4, Onnx, false));
    QVERIFY(!packedBytes(~std::size_t{0}, 8, Onnx));
    QVERIFY(!unpackCodes({}, ~std::size_t{0} / 32 * 32, 4, Ggml, false));
}

QTEST_APPLESS_MAIN(TestPacking)
#include "test_packing.moc"
