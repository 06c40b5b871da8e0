// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace qs {

/// ggml's block types. The value is the row in THE ggml table.
enum class GgmlType : std::uint8_t {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    IQ4_NL,
};

/// What a block says of the elements that share one scale. With code the stored code of an element:
///   y = scale * code + offset             for the uniform types,
///   y = scale * values[code]              for iq4_nl,
/// with scale = blockScale * subScale and offset = -zeroCode * scale or, for a type with minima,
/// offset = -(blockMin * subMin) (k-quants) or blockMin (q4_1, q5_1).
/// y equals what the decoder gives, but for the sign of a zero, as long as the block is finite.
struct GgmlSubBlock {
    float blockScale; ///< d as stored: a binary16
    float blockMin;   ///< dmin or m as stored, a binary16; 0 for types without
    int subScale;     ///< integer scale of the sub-block, with its sign; 1 for types without
    int subMin;       ///< integer minimum of the sub-block; 1 in q4_1 and q5_1, 0 for types without
    float scale;      ///< effective step between two codes; negative ones occur
    float offset;     ///< what code 0 decodes to (0 for iq4_nl)
};

/// One row of THE ggml table.
struct GgmlTypeInfo {
    GgmlType id;
    std::string_view name; ///< ggml's: "q4_0"
    std::uint32_t ggmlId;  ///< number of the type in GGUF files (enum ggml_type)
    int blockSize;         ///< elements of a block: 32 or 256
    int bytesPerBlock;
    int subBlock;         ///< elements that share one effective scale: 32 or 16
    int bits;             ///< width of one code
    int codeMin;          ///< smallest code: 0, but -128 for q8_0, whose codes are signed
    int codeMax;          ///< largest code
    bool hasMin;          ///< blocks store a minimum: y = scale * code + offset
    int zeroCode;         ///< without minimum: the code that decodes to 0; -1 where there is none
    double bitsPerWeight; ///< 8 * bytesPerBlock / blockSize
    /// iq4_nl: what code c decodes to, in units of the scale; empty for the uniform types.
    std::span<const std::int8_t> values;

    // How it is done, for one block. Call ggmlEncode and its neighbours instead.
    void (*encode)(const float* x, std::uint8_t* block);
    void (*unpack)(const std::uint8_t* block, std::int32_t* codes);
    GgmlSubBlock (*subBlockAt)(const std::uint8_t* block, int index);
};

std::span<const GgmlTypeInfo> ggmlTypes();
const GgmlTypeInfo& info(GgmlType type);
/// Takes q4_k for q4_K.
std::optional<GgmlType> ggmlTypeByName(std::string_view name);
std::optional<GgmlType> ggmlTypeByGgmlId(std::uint32_t id);

/// Bytes that count elements take; count is rounded up to whole blocks.
std::size_t ggmlBytes(GgmlType type, std::size_t count);

/// Elements to blocks by ggml's reference rule (quantize_row_*_ref of ggml-quants.c), bit for bit
/// as plain C evaluates it: every float operation rounded once, none fused. Blocks do not depend on
/// one another, so rows may be cut anywhere between blocks and encoded in parallel.
/// Works on as many whole blocks as both spans hold: x in multiples of blockSize elements, blocks
/// in multiples of bytesPerBlock. x must be finite: a NaN or an infinity gives some block, which
/// one is not said.
///
/// Every finite x gives a defined block. Where a scale is 65520 or more the block says infinity, as
/// ggml's does (its validation refuses such rows), and decodes to infinities and NaN. The searches'
/// products overflow and vanish as ggml's do: for normal values of standard deviation s, q3_K stays
/// with its first guess outside of 2e-6 < s < 1e4, and q6_K outside of 4e-8 < s < 2e5 (measured);
/// from about 1e11 on the scales of iq4_nl and the k-quants may be infinite, NaN (its sign is the
/// processor's) or 0. Where ggml converts an infinity or a NaN to an integer, which C does not
/// define (legacy blocks of magnitudes below about 2^-125, whose 1/d is infinite; ranges above
/// FLT_MAX), the code is 0, as on x86.
/// One deviation: for an iq4_nl block whose magnitudes are below 1e-15 ggml stores scale 0 and
/// whatever codes were in memory; here they are 8, the code nearest to 0.
/// Encoding what was decoded gives the same values for the types of 32 elements (measured, on
/// 22,400 blocks of each); the k-quants' searches may find other scales the second time.
void ggmlEncode(GgmlType type, std::span<const float> x, std::span<std::byte> blocks);

/// Blocks to elements as ggml's dequantize_row_*: y = scale * (code - zeroCode), scale * code +
/// offset or scale * values[code]. Any bytes are blocks. Works on as many blocks as both spans
/// hold.
void ggmlDecode(GgmlType type, std::span<const std::byte> blocks, std::span<float> y);

/// The stored code of each element, codeMin … codeMax, in the order of the elements (blocks store
/// them interleaved). Works on as many blocks as both spans hold.
void ggmlCodes(GgmlType type, std::span<const std::byte> blocks, std::span<std::int32_t> codes);

/// The scales that hold for one element of one block. block: at least bytesPerBlock bytes; element:
/// 0 … blockSize - 1.
GgmlSubBlock ggmlSubBlock(GgmlType type, std::span<const std::byte> block, int element);

} // namespace qs
