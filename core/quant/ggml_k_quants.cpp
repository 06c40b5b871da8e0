// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// q2_K, q3_K, q4_K, q5_K and q6_K: 256 elements whose sub-blocks of 16 or 32 have integer scales
// (and minima) in units of one binary16 each.
#include "core/quant/ggml_blocks.h"
#include "core/quant/ggml_search.h"

#include <algorithm>
#include <cmath>

namespace qs::ggml {
namespace {

constexpr int kN = kSuperBlock;
constexpr int kSixteens = kN / 16;
constexpr int kThirtyTwos = kN / 32;

// Where things are in a block, in bytes.
constexpr int kQ2Codes = 16, kQ2D = 80, kQ2Min = 82;
constexpr int kQ3Codes = 32, kQ3Scales = 96, kQ3D = 108;
constexpr int kQ4Scales = 4, kQ4Codes = 16; // d and dmin first; q5_K alike
constexpr int kQ5High = 16, kQ5Low = 48;
constexpr int kQ6High = 128, kQ6Scales = 192, kQ6D = 208;

std::uint8_t byte(int value)
{
    return static_cast<std::uint8_t>(value);
}

/// Four 2-bit codes in a byte, 32 elements apart: of 128 elements 32 bytes.
void packTwoBits(const std::uint8_t* codes, std::uint8_t* to)
{
    for (int half = 0; half < 2; ++half, codes += 128, to += 32) {
        for (int l = 0; l < 32; ++l)
            to[l] = byte((codes[l] & 3) | (codes[l + 32] & 3) << 2 | (codes[l + 64] & 3) << 4 |
                         (codes[l + 96] & 3) << 6);
    }
}

void unpackTwoBits(const std::uint8_t* from, std::int32_t* codes)
{
    for (int half = 0; half < 2; ++half, codes += 128, from += 32) {
        for (int part = 0; part < 4; ++part) {
            for (int l = 0; l < 32; ++l)
                codes[32 * part + l] = (from[l] >> (2 * part)) & 3;
        }
    }
}

/// Low nibbles are the first 32 of 64 elements, high nibbles the others.
void packNibbles(const std::uint8_t* codes, std::uint8_t* to)
{
    for (int part = 0; part < kN / 64; ++part, codes += 64, to += 32) {
        for (int l = 0; l < 32; ++l)
            to[l] = byte((codes[l] & 15) | (codes[l + 32] & 15) << 4);
    }
}

void unpackNibbles(const std::uint8_t* from, std::int32_t* codes)
{
    for (int part = 0; part < kN / 64; ++part, codes += 64, from += 32) {
        for (int l = 0; l < 32; ++l) {
            codes[l] = from[l] & 15;
            codes[l + 32] = from[l] >> 4;
        }
    }
}

/// 32 bytes whose bit k belongs to the elements 32 k … 32 k + 31: bit number `bit` of each code.
void packHighBits(const std::uint8_t* codes, int bit, std::uint8_t* to)
{
    for (int l = 0; l < 32; ++l) {
        int high = 0;
        for (int k = 0; k < 8; ++k)
            high |= ((codes[32 * k + l] >> bit) & 1) << k;
        to[l] = byte(high);
    }
}

void unpackHighBits(const std::uint8_t* from, int bit, std::int32_t* codes)
{
    for (int k = 0; k < 8; ++k) {
        for (int l = 0; l < 32; ++l)
            codes[32 * k + l] |= ((from[l] >> k) & 1) << bit;
    }
}

struct IntegerPair {
    int scale;
    int min;
};

/// Of eight 6-bit scales and minima in twelve bytes the j-th.
IntegerPair sixBitPair(const std::uint8_t* at, int j)
{
    if (j < 4)
        return {at[j] & 63, at[j + 4] & 63};
    return {(at[j + 4] & 15) | (at[j - 4] >> 6) << 4, (at[j + 4] >> 4) | (at[j] >> 6) << 4};
}

void storeSixBitPairs(const std::uint8_t* scales, const std::uint8_t* mins, std::uint8_t* at)
{
    for (int j = 0; j < 4; ++j) {
        at[j] = byte(scales[j] | (scales[j + 4] >> 4) << 6);
        at[j + 4] = byte(mins[j] | (mins[j + 4] >> 4) << 6);
        at[j + 8] = byte((scales[j + 4] & 15) | (mins[j + 4] & 15) << 4);
    }
}

/// Of sixteen 6-bit scales in twelve bytes the j-th, -32 … 31.
int sixBitScale(const std::uint8_t* at, int j)
{
    const int low = j < 8 ? at[j] & 15 : at[j - 8] >> 4;
    return (low | ((at[8 + j % 4] >> (2 * (j / 4))) & 3) << 4) - 32;
}

/// codes = round((x + min) / scale), of those a block's scales can say; as the search left them
/// where the scale became 0. min: what the decoder will subtract.
template <int Count>
void requantize(const float* x, float scale, float min, int low, int high, std::uint8_t* codes)
{
    if (scale == 0.0F)
        return;
    for (int i = 0; i < Count; ++i) {
        const std::int32_t code = nearestInt((x[i] + min) / scale);
        codes[i] = byte(std::clamp(code, low, high) - low);
    }
}

float largestAboveZero(const float* values, int count)
{
    float largest = 0.0F;
    for (int j = 0; j < count; ++j)
        largest = values[j] > largest ? values[j] : largest; // never a NaN
    return largest;
}

/// q4_K and q5_K: fills the head (d, dmin, scales) of a block and its codes.
template <int NMax, int Half, int Steps>
void encodeWithMins(const float* x, std::uint8_t* block, std::uint8_t* codes)
{
    float weights[kN];
    for (int j = 0; j < kN; j += 32) {
        float sumX2 = 0.0F;
        for (int l = j; l < j + 32; ++l)
            sumX2 += x[l] * x[l];
        const float rms = std::sqrt(sumX2 / 32.0F);
        for (int l = j; l < j + 32; ++l)
            weights[l] = rms + std::fabs(x[l]);
    }
    float scales[kThirtyTwos];
    float mins[kThirtyTwos];
    searchScalesAndMins<32, NMax, Half, Steps, false>(x, weights, scales, mins, codes);
    const float maxScale = largestAboveZero(scales, kThirtyTwos);
    const float maxMin = largestAboveZero(mins, kThirtyTwos);
    const float inverseScale = maxScale > 0.0F ? 63.0F / maxScale : 0.0F;
    const float inverseMin = maxMin > 0.0F ? 63.0F / maxMin : 0.0F;
    std::uint8_t scaleCodes[kThirtyTwos];
    std::uint8_t minCodes[kThirtyTwos];
    for (int j = 0; j < kThirtyTwos; ++j) {
        // Cut to eight bits first, as ggml does: a negative scale wraps to 63.
        scaleCodes[j] = std::min(byte(nearestInt(inverseScale * scales[j])), byte(63));
        minCodes[j] = std::min(byte(nearestInt(inverseMin * mins[j])), byte(63));
    }
    storeSixBitPairs(scaleCodes, minCodes, block + kQ4Scales);
    const float d = storeHalf(maxScale / 63.0F, block);
    const float dMin = storeHalf(maxMin / 63.0F, block + 2);
    for (int j = 0; j < kThirtyTwos; ++j)
        requantize<32>(x + 32 * j, d * static_cast<float>(scaleCodes[j]),
                       dMin * static_cast<float>(minCodes[j]), 0, NMax, codes + 32 * j);
}

} // namespace

void encodeQ2_K(const float* x, std::uint8_t* block)
{
    std::uint8_t codes[kN];
    float weights[kN];
    for (int l = 0; l < kN; ++l)
        weights[l] = std::fabs(x[l]);
    float scales[kSixteens];
    float mins[kSixteens];
    searchScalesAndMins<16, 3, 5, 16, true>(x, weights, scales, mins, codes);
    const float maxScale = largestAboveZero(scales, kSixteens);
    const float maxMin = largestAboveZero(mins, kSixteens);
    // The bits of both integers are joined in a byte as they are: a scale below 0 spills over.
    std::uint8_t pairs[kSixteens] = {};
    if (maxScale > 0.0F) {
        const float inverse = 15.0F / maxScale;
        for (int j = 0; j < kSixteens; ++j)
            pairs[j] = byte(nearestInt(inverse * scales[j]));
    }
    if (maxMin > 0.0F) {
        const float inverse = 15.0F / maxMin;
        for (int j = 0; j < kSixteens; ++j)
            pairs[j] = byte(pairs[j] | nearestInt(inverse * mins[j]) * 16);
    }
    std::copy(pairs, pairs + kSixteens, block);
    const float d = storeHalf(maxScale > 0.0F ? maxScale / 15.0F : 0.0F, block + kQ2D);
    const float dMin = storeHalf(maxMin > 0.0F ? maxMin / 15.0F : 0.0F, block + kQ2Min);
    for (int j = 0; j < kSixteens; ++j)
        requantize<16>(x + 16 * j, d * static_cast<float>(pairs[j] & 15),
                       dMin * static_cast<float>(pairs[j] >> 4), 0, 3, codes + 16 * j);
    packTwoBits(codes, block + kQ2Codes);
}

void encodeQ3_K(const float* x, std::uint8_t* block)
{
    std::uint8_t codes[kN];
    float scales[kSixteens];
    searchScalesByDescent(x, scales, codes);
    float extreme = 0.0F;
    for (const float scale : scales)
        extreme = std::fabs(scale) > std::fabs(extreme) ? scale : extreme;

    std::uint8_t* packed = block + kQ3Scales;
    std::fill_n(packed, 12, std::uint8_t{0});
    float d = 0.0F;
    if (extreme != 0.0F) {
        const float inverse = -32.0F / extreme;
        for (int j = 0; j < kSixteens; ++j) {
            const auto cut = static_cast<std::int8_t>(nearestInt(inverse * scales[j]));
            const int scale = std::clamp<int>(cut, -32, 31) + 32;
            packed[j % 8] = byte(packed[j % 8] | (scale & 15) << (j < 8 ? 0 : 4));
            packed[8 + j % 4] = byte(packed[8 + j % 4] | (scale >> 4) << (2 * (j / 4)));
        }
        d = 1.0F / inverse;
    }
    d = storeHalf(d, block + kQ3D);
    for (int j = 0; j < kSixteens; ++j)
        requantize<16>(x + 16 * j, d * static_cast<float>(sixBitScale(packed, j)), 0.0F, -4, 3,
                       codes + 16 * j);
    packHighBits(codes, 2, block);
    packTwoBits(codes, block + kQ3Codes);
}

void encodeQ4_K(const float* x, std::uint8_t* block)
{
    std::uint8_t codes[kN];
    encodeWithMins<15, 10, 21>(x, block, codes);
    packNibbles(codes, block + kQ4Codes);
}

void encodeQ5_K(const float* x, std::uint8_t* block)
{
    std::uint8_t codes[kN];
    encodeWithMins<31, 5, 16>(x, block, codes);
    packHighBits(codes, 4, block + kQ5High);
    packNibbles(codes, block + kQ5Low);
}

void encodeQ6_K(const float* x, std::uint8_t* block)
{
    std::uint8_t codes[kN];
    float scales[kSixteens];
    float extreme = 0.0F;
    for (int j = 0; j < kSixteens; ++j) {
        scales[j] = searchScale(x + 16 * j, codes + 16 * j);
        extreme = std::fabs(scales[j]) > std::fabs(extreme) ? scales[j] : extreme;
    }
    if (std::fabs(extreme) < 1e-15F) { // GROUP_MAX_EPS
        std::fill_n(block, kQ6D + 2, std::uint8_t{0});
        return;
    }
    const float inverse = -128.0F / extreme;
    const float d = storeHalf(1.0F / inverse, block + kQ6D);
    for (int j = 0; j < kSixteens; ++j) {
        const auto scale = static_cast<std::int8_t>(std::min(127, nearestInt(inverse * scales[j])));
        block[kQ6Scales + j] = static_cast<std::uint8_t>(scale);
        requantize<16>(x + 16 * j, d * static_cast<float>(scale), 0.0F, -32, 31, codes + 16 * j);
    }
    for (int half = 0; half < 2; ++half) {
        const std::uint8_t* part = codes + 128 * half;
        std::uint8_t* low = block + 64 * half;
        for (int l = 0; l < 64; ++l)
            low[l] = byte((part[l] & 15) | (part[l + 64] & 15) << 4);
        for (int l = 0; l < 32; ++l)
            block[kQ6High + 32 * half + l] =
                byte(part[l] >> 4 | (part[l + 32] >> 4) << 2 | (part[l + 64] >> 4) << 4 |
                     (part[l + 96] >> 4) << 6);
    }
}

void unpackQ2_K(const std::uint8_t* block, std::int32_t* codes)
{
    unpackTwoBits(block + kQ2Codes, codes);
}

void unpackQ3_K(const std::uint8_t* block, std::int32_t* codes)
{
    unpackTwoBits(block + kQ3Codes, codes);
    unpackHighBits(block, 2, codes);
}

void unpackQ4_K(const std::uint8_t* block, std::int32_t* codes)
{
    unpackNibbles(block + kQ4Codes, codes);
}

void unpackQ5_K(const std::uint8_t* block, std::int32_t* codes)
{
    unpackNibbles(block + kQ5Low, codes);
    unpackHighBits(block + kQ5High, 4, codes);
}

void unpackQ6_K(const std::uint8_t* block, std::int32_t* codes)
{
    unpackTwoBits(block + kQ6High, codes);
    for (int half = 0; half < 2; ++half) {
        const std::uint8_t* low = block + 64 * half;
        std::int32_t* to = codes + 128 * half;
        for (int l = 0; l < 64; ++l) {
            to[l] = to[l] << 4 | (low[l] & 15);
            to[l + 64] = to[l + 64] << 4 | low[l] >> 4;
        }
    }
}

GgmlSubBlock subBlockQ2_K(const std::uint8_t* block, int index)
{
    const float d = loadHalf(block + kQ2D);
    const float dMin = loadHalf(block + kQ2Min);
    const int scale = block[index] & 15;
    const int min = block[index] >> 4;
    return {d, dMin, scale, min, d * static_cast<float>(scale), -(dMin * static_cast<float>(min))};
}

GgmlSubBlock subBlockQ3_K(const std::uint8_t* block, int index)
{
    const float d = loadHalf(block + kQ3D);
    const int scale = sixBitScale(block + kQ3Scales, index);
    const float effective = d * static_cast<float>(scale);
    return {d, 0.0F, scale, 0, effective, -4.0F * effective};
}

GgmlSubBlock subBlockQ4_K(const std::uint8_t* block, int index)
{
    const float d = loadHalf(block);
    const float dMin = loadHalf(block + 2);
    const auto [scale, min] = sixBitPair(block + kQ4Scales, index);
    return {d, dMin, scale, min, d * static_cast<float>(scale), -(dMin * static_cast<float>(min))};
}

GgmlSubBlock subBlockQ6_K(const std::uint8_t* block, int index)
{
    const float d = loadHalf(block + kQ6D);
    const int scale = static_cast<std::int8_t>(block[kQ6Scales + index]);
    const float effective = d * static_cast<float>(scale);
    return {d, 0.0F, scale, 0, effective, -32.0F * effective};
}

} // namespace qs::ggml
