// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// q4_0, q4_1, q5_0, q5_1, q8_0 and iq4_nl: 32 elements with one scale, or a scale and a minimum.
#include "core/quant/ggml_blocks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs::ggml {
namespace {

constexpr int kN = kLegacyBlock;
constexpr int kLanes = 8; // of the reductions: fixed, so that the compiler may vectorize them

/// The element of the largest magnitude, with its sign, the first of equals; 0 for a block of
/// zeros.
float largestByMagnitude(const float* x)
{
    float highest[kLanes] = {};
    float lowest[kLanes] = {};
    for (int i = 0; i < kN; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            highest[l] = x[i + l] > highest[l] ? x[i + l] : highest[l];
            lowest[l] = x[i + l] < lowest[l] ? x[i + l] : lowest[l];
        }
    }
    const float high = *std::max_element(highest, highest + kLanes);
    const float low = *std::min_element(lowest, lowest + kLanes);
    if (high == 0.0F && low == 0.0F)
        return 0.0F;
    if (high != -low)
        return high > -low ? high : low;
    return *std::find_if(x, x + kN, [&](float v) { return v == high || v == low; });
}

struct Range {
    float min;
    float max;
};

Range rangeOf(const float* x)
{
    float lowest[kLanes];
    float highest[kLanes];
    for (int l = 0; l < kLanes; ++l)
        lowest[l] = highest[l] = x[l];
    for (int i = kLanes; i < kN; i += kLanes) {
        for (int l = 0; l < kLanes; ++l) {
            lowest[l] = x[i + l] < lowest[l] ? x[i + l] : lowest[l];
            highest[l] = x[i + l] > highest[l] ? x[i + l] : highest[l];
        }
    }
    Range range{*std::min_element(lowest, lowest + kLanes),
                *std::max_element(highest, highest + kLanes)};
    if (range.min == 0.0F) // the first zero decides on the sign that is stored
        range.min = *std::find(x, x + kN, 0.0F);
    return range;
}

float inverse(float d)
{
    return d != 0.0F ? 1.0F / d : 0.0F;
}

/// Float to code, towards zero. What no int32 holds becomes 0, as x86's conversion followed by the
/// cut to eight bits makes it; C leaves it undefined. Within int32, value is in range of a byte.
std::int32_t truncated(float value)
{
    return static_cast<std::int32_t>(std::fabs(value) < 0x1p31F ? value : 0.0F);
}

void packNibbles(const std::int32_t* codes, std::uint8_t* to)
{
    for (int j = 0; j < kN / 2; ++j)
        to[j] = static_cast<std::uint8_t>((codes[j] & 15) | ((codes[j + kN / 2] & 15) << 4));
}

void unpackNibbles(const std::uint8_t* from, std::int32_t* codes)
{
    for (int j = 0; j < kN / 2; ++j) {
        codes[j] = from[j] & 15;
        codes[j + kN / 2] = from[j] >> 4;
    }
}

/// Bit i of four bytes is the fifth bit of code i.
void packFifthBits(const std::int32_t* codes, std::uint8_t* to)
{
    std::uint32_t high = 0;
    for (int j = 0; j < kN; ++j)
        high |= ((static_cast<std::uint32_t>(codes[j]) >> 4) & 1U) << j;
    std::memcpy(to, &high, sizeof high);
}

void unpackFifthBits(const std::uint8_t* from, std::int32_t* codes)
{
    std::uint32_t high;
    std::memcpy(&high, from, sizeof high);
    for (int j = 0; j < kN; ++j)
        codes[j] |= static_cast<std::int32_t>(((high >> j) & 1U) << 4);
}

/// d = (element of the largest magnitude) / -2^(Bits-1); code = min(2^Bits-1, int(x/d +
/// 2^(Bits-1)+0.5))
template <int Bits>
void codesFromMagnitude(const float* x, std::uint8_t* scaleAt, std::int32_t* codes)
{
    constexpr int kZero = 1 << (Bits - 1);
    const float d = largestByMagnitude(x) / -static_cast<float>(kZero);
    const float id = inverse(d);
    storeHalf(d, scaleAt);
    for (int j = 0; j < kN; ++j) {
        const float code = x[j] * id + (static_cast<float>(kZero) + 0.5F);
        codes[j] = std::min(truncated(code), 2 * kZero - 1);
    }
}

/// d = (max - min) / (2^Bits-1); code = min(2^Bits-1, int((x - min)/d + 0.5))
template <int Bits>
void codesFromRange(const float* x, std::uint8_t* scaleAt, std::int32_t* codes)
{
    constexpr int kMax = (1 << Bits) - 1;
    const Range range = rangeOf(x);
    const float d = (range.max - range.min) / static_cast<float>(kMax);
    const float id = inverse(d);
    storeHalf(d, scaleAt);
    storeHalf(range.min, scaleAt + 2);
    for (int j = 0; j < kN; ++j)
        codes[j] = std::min(truncated((x[j] - range.min) * id + 0.5F), kMax);
}

/// Of kIq4Values the index nearest to x, halfway up. The values are integers, so that halfway is
/// exact and the differences ggml compares are too where they decide.
std::int32_t nearestIq4(float x)
{
    std::int32_t index = 0;
    for (std::size_t k = 0; k + 1 < kIq4Values.size(); ++k)
        index += x < 0.5F * static_cast<float>(kIq4Values[k] + kIq4Values[k + 1]) ? 0 : 1;
    return index;
}

} // namespace

void encodeQ4_0(const float* x, std::uint8_t* block)
{
    std::int32_t codes[kN];
    codesFromMagnitude<4>(x, block, codes);
    packNibbles(codes, block + 2);
}

void encodeQ4_1(const float* x, std::uint8_t* block)
{
    std::int32_t codes[kN];
    codesFromRange<4>(x, block, codes);
    packNibbles(codes, block + 4);
}

void encodeQ5_0(const float* x, std::uint8_t* block)
{
    std::int32_t codes[kN];
    codesFromMagnitude<5>(x, block, codes);
    packFifthBits(codes, block + 2);
    packNibbles(codes, block + 6);
}

void encodeQ5_1(const float* x, std::uint8_t* block)
{
    std::int32_t codes[kN];
    codesFromRange<5>(x, block, codes);
    packFifthBits(codes, block + 4);
    packNibbles(codes, block + 8);
}

void encodeQ8_0(const float* x, std::uint8_t* block)
{
    const float d = std::fabs(largestByMagnitude(x)) / 127.0F;
    const float id = inverse(d);
    storeHalf(d, block);
    for (int j = 0; j < kN; ++j) {
        // Half away from zero: the fraction is exact, adding 0.5 first would not be.
        const float value = x[j] * id;
        const std::int32_t whole = truncated(value);
        const float fraction = value - static_cast<float>(whole);
        const bool finite = std::fabs(value) < 0x1p31F;
        const std::int32_t up = (finite & (fraction >= 0.5F)) ? 1 : 0;
        const std::int32_t down = (finite & (fraction <= -0.5F)) ? 1 : 0;
        block[2 + j] = static_cast<std::uint8_t>(whole + up - down);
    }
}

void encodeIQ4_NL(const float* x, std::uint8_t* block)
{
    std::int32_t codes[kN];
    const float largest = largestByMagnitude(x);
    if (std::fabs(largest) < 1e-15F) { // GROUP_MAX_EPS
        std::fill_n(codes, kN, 8);
        storeHalf(0.0F, block);
        packNibbles(codes, block + 2);
        return;
    }
    const float id = 1.0F / (largest / static_cast<float>(kIq4Values[0]));
    for (int j = 0; j < kN; ++j)
        codes[j] = nearestIq4(id * x[j]);
    // With the codes fixed: the scale of the least squares weighted by x^2.
    float sumQx = 0.0F;
    float sumQ2 = 0.0F;
    for (int j = 0; j < kN; ++j) {
        const auto q = static_cast<float>(kIq4Values[static_cast<std::size_t>(codes[j])]);
        const float weight = x[j] * x[j];
        sumQx += weight * q * x[j];
        sumQ2 += weight * q * q;
    }
    storeHalf(sumQ2 > 0.0F ? sumQx / sumQ2 : 0.0F, block);
    packNibbles(codes, block + 2);
}

void unpackQ4_0(const std::uint8_t* block, std::int32_t* codes)
{
    unpackNibbles(block + 2, codes);
}

void unpackQ4_1(const std::uint8_t* block, std::int32_t* codes)
{
    unpackNibbles(block + 4, codes);
}

void unpackQ5_0(const std::uint8_t* block, std::int32_t* codes)
{
    unpackNibbles(block + 6, codes);
    unpackFifthBits(block + 2, codes);
}

void unpackQ5_1(const std::uint8_t* block, std::int32_t* codes)
{
    unpackNibbles(block + 8, codes);
    unpackFifthBits(block + 4, codes);
}

void unpackQ8_0(const std::uint8_t* block, std::int32_t* codes)
{
    for (int j = 0; j < kN; ++j)
        codes[j] = static_cast<std::int8_t>(block[2 + j]);
}

GgmlSubBlock scaleAndMin(const std::uint8_t* block, int /*index*/)
{
    const float d = loadHalf(block);
    const float m = loadHalf(block + 2);
    return {d, m, 1, 1, d, m};
}

} // namespace qs::ggml
