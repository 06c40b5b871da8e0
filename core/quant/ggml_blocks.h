// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/ggml.h"
#include "core/tensor/float16.h"

#include <array>
#include <cstring>

/// How the blocks of each ggml type are laid out and found: what the rows of THE ggml table point
/// to. Layouts: struct block_* of ggml-common.h; all numbers little-endian.
namespace qs::ggml {

inline constexpr int kLegacyBlock = 32; ///< elements of a block of q4_0 … q8_0 and iq4_nl
inline constexpr int kSuperBlock = 256; ///< elements of a block of the k-quants

/// What iq4_nl's codes mean (kvalues_iq4nl).
inline constexpr std::array<std::int8_t, 16> kIq4Values{-127, -104, -83, -65, -49, -35, -22, -10,
                                                        1,    13,   25,  38,  53,  69,  89,  113};

inline float loadHalf(const std::uint8_t* at)
{
    std::uint16_t bits;
    std::memcpy(&bits, at, sizeof bits);
    return float16ToFloat32(bits);
}

/// Stores value as a binary16 and returns what was stored.
inline float storeHalf(float value, std::uint8_t* at)
{
    const std::uint16_t bits = float32ToFloat16(value);
    std::memcpy(at, &bits, sizeof bits);
    return float16ToFloat32(bits);
}

void encodeQ4_0(const float* x, std::uint8_t* block);
void encodeQ4_1(const float* x, std::uint8_t* block);
void encodeQ5_0(const float* x, std::uint8_t* block);
void encodeQ5_1(const float* x, std::uint8_t* block);
void encodeQ8_0(const float* x, std::uint8_t* block);
void encodeQ2_K(const float* x, std::uint8_t* block);
void encodeQ3_K(const float* x, std::uint8_t* block);
void encodeQ4_K(const float* x, std::uint8_t* block);
void encodeQ5_K(const float* x, std::uint8_t* block);
void encodeQ6_K(const float* x, std::uint8_t* block);
void encodeIQ4_NL(const float* x, std::uint8_t* block);

void unpackQ4_0(const std::uint8_t* block, std::int32_t* codes); // and iq4_nl's
void unpackQ4_1(const std::uint8_t* block, std::int32_t* codes);
void unpackQ5_0(const std::uint8_t* block, std::int32_t* codes);
void unpackQ5_1(const std::uint8_t* block, std::int32_t* codes);
void unpackQ8_0(const std::uint8_t* block, std::int32_t* codes);
void unpackQ2_K(const std::uint8_t* block, std::int32_t* codes);
void unpackQ3_K(const std::uint8_t* block, std::int32_t* codes);
void unpackQ4_K(const std::uint8_t* block, std::int32_t* codes);
void unpackQ5_K(const std::uint8_t* block, std::int32_t* codes);
void unpackQ6_K(const std::uint8_t* block, std::int32_t* codes);

/// index: which sub-block of the block.
template <int ZeroCode>
GgmlSubBlock scaleOnly(const std::uint8_t* block, int /*index*/)
{
    const float d = loadHalf(block);
    return {d, 0.0F, 1, 0, d, static_cast<float>(-ZeroCode) * d};
}
GgmlSubBlock scaleAndMin(const std::uint8_t* block, int index); ///< q4_1 and q5_1
GgmlSubBlock subBlockQ2_K(const std::uint8_t* block, int index);
GgmlSubBlock subBlockQ3_K(const std::uint8_t* block, int index);
GgmlSubBlock subBlockQ4_K(const std::uint8_t* block, int index); ///< and q5_K's
GgmlSubBlock subBlockQ6_K(const std::uint8_t* block, int index);

} // namespace qs::ggml
