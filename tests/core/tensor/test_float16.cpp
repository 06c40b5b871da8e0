// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/float16.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

class TestFloat16 : public QObject {
    Q_OBJECT

private slots:
    void valuesAreIeees();
    void roundsToNearestEven();
    void specials();
};

void TestFloat16::valuesAreIeees()
{
    for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
        const int exponent = static_cast<int>(bits >> 10);
        const double fraction = bits & 0x3ff;
        const double value =
            exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
        const auto half = static_cast<std::uint16_t>(bits);
        QCOMPARE(static_cast<double>(float16ToFloat32(half)), value);
        QCOMPARE(float32ToFloat16(static_cast<float>(value)), half);
        QCOMPARE(float32ToFloat16(-static_cast<float>(value)),
                 static_cast<std::uint16_t>(half | 0x8000));
    }
}

void TestFloat16::roundsToNearestEven()
{
    // Halfway between all neighbours, 65504 and 65536 (infinity) included, is exact in float32.
    for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
        const float low = float16ToFloat32(static_cast<std::uint16_t>(bits));
        const float high =
            bits == 0x7bff ? 65536.0F : float16ToFloat32(static_cast<std::uint16_t>(bits + 1));
        const float middle = low + (high - low) / 2;
        QCOMPARE(float32ToFloat16(middle), static_cast<std::uint16_t>(bits + (bits & 1)));
        QCOMPARE(float32ToFloat16(std::nextafterf(middle, 0.0F)), static_cast<std::uint16_t>(bits));
        QCOMPARE(float32ToFloat16(std::nextafterf(middle, high)),
                 static_cast<std::uint16_t>(bits + 1));
    }
}

void TestFloat16::specials()
{
    constexpr float kInf = std::numeric_limits<float>::infinity();
    QCOMPARE(float32ToFloat16(kInf), std::uint16_t{0x7c00});
    QCOMPARE(float32ToFloat16(-std::numeric_limits<float>::max()), std::uint16_t{0xfc00});
    QCOMPARE(float32ToFloat16(std::numeric_limits<float>::denorm_min()), std::uint16_t{0});
    QCOMPARE(float32ToFloat16(std::bit_cast<float>(0xff800001U)), std::uint16_t{0xfe00});
    QCOMPARE(float16ToFloat32(0x7c00), kInf);
    QCOMPARE(std::bit_cast<std::uint32_t>(float16ToFloat32(0xfe01)), 0xffc02000U);
}

QTEST_APPLESS_MAIN(TestFloat16)
#include "test_float16.moc"
