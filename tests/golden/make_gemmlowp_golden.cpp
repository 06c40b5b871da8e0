// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes tests/golden/integer/gemmlowp.json with Debian's libgemmlowp-dev; no part of the build:
//     g++ -I/usr/include/gemmlowp make_gemmlowp_golden.cpp -o make && ./make >integer/gemmlowp.json
// Rows: x, m0, exponent, RoundingDivideByPOT(SaturatingRoundingDoublingHighMul(x, m0), exponent).
#include <cstdint>
#include <cstdio>
#include <fixedpoint/fixedpoint.h>

int main()
{
    std::uint64_t state = 1;
    const auto next = [&] {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::uint32_t>(state >> 32);
    };
    std::printf("{\"rows\": [");
    for (int i = 0; i < 2000; ++i) {
        auto x = static_cast<std::int32_t>(next());
        x >>= next() % 31; // all magnitudes
        auto m0 = static_cast<std::int32_t>((next() >> 2) | 0x40000000U);
        if (i % 8 == 0) // ties
            m0 = 1 << 30;
        if (i < 8) {
            const std::int32_t ends[4] = {INT32_MIN, INT32_MIN + 1, INT32_MAX, -1};
            x = ends[i % 4];
            m0 = i < 4 ? INT32_MAX : 1 << 30;
        }
        const int exponent = static_cast<int>(next() % 32);
        const std::int32_t y = gemmlowp::RoundingDivideByPOT(
            gemmlowp::SaturatingRoundingDoublingHighMul(x, m0), exponent);
        std::printf("%s[%d, %d, %d, %d]", i == 0 ? "" : ", ", x, m0, exponent, y);
    }
    std::printf("]}\n");
    return 0;
}
