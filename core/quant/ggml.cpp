// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/ggml.h"

#include "core/quant/ggml_blocks.h"

#include <algorithm>

namespace qs {
namespace {

using enum GgmlType;
using namespace ggml;

struct Layout {
    int blockSize;
    int bytes;
    int subBlock;
    int bits;
};

constexpr GgmlTypeInfo row(GgmlType id, std::string_view name, std::uint32_t ggmlId, Layout layout,
                           int zeroCode, decltype(GgmlTypeInfo::encode) encode,
                           decltype(GgmlTypeInfo::unpack) unpack,
                           decltype(GgmlTypeInfo::subBlockAt) subBlockAt)
{
    GgmlTypeInfo row{};
    row.id = id;
    row.name = name;
    row.ggmlId = ggmlId;
    row.blockSize = layout.blockSize;
    row.bytesPerBlock = layout.bytes;
    row.subBlock = layout.subBlock;
    row.bits = layout.bits;
    row.codeMin = id == Q8_0 ? -128 : 0;
    row.codeMax = row.codeMin + (1 << layout.bits) - 1;
    row.hasMin = zeroCode < 0 && id != IQ4_NL;
    row.zeroCode = zeroCode;
    row.bitsPerWeight = 8.0 * layout.bytes / layout.blockSize;
    if (id == IQ4_NL)
        row.values = kIq4Values;
    row.encode = encode;
    row.unpack = unpack;
    row.subBlockAt = subBlockAt;
    return row;
}

constexpr GgmlTypeInfo kTable[] = {
    row(Q4_0, "q4_0", 2, {32, 18, 32, 4}, 8, encodeQ4_0, unpackQ4_0, scaleOnly<8>),
    row(Q4_1, "q4_1", 3, {32, 20, 32, 4}, -1, encodeQ4_1, unpackQ4_1, scaleAndMin),
    row(Q5_0, "q5_0", 6, {32, 22, 32, 5}, 16, encodeQ5_0, unpackQ5_0, scaleOnly<16>),
    row(Q5_1, "q5_1", 7, {32, 24, 32, 5}, -1, encodeQ5_1, unpackQ5_1, scaleAndMin),
    row(Q8_0, "q8_0", 8, {32, 34, 32, 8}, 0, encodeQ8_0, unpackQ8_0, scaleOnly<0>),
    row(Q2_K, "q2_K", 10, {256, 84, 16, 2}, -1, encodeQ2_K, unpackQ2_K, subBlockQ2_K),
    row(Q3_K, "q3_K", 11, {256, 110, 16, 3}, 4, encodeQ3_K, unpackQ3_K, subBlockQ3_K),
    row(Q4_K, "q4_K", 12, {256, 144, 32, 4}, -1, encodeQ4_K, unpackQ4_K, subBlockQ4_K),
    row(Q5_K, "q5_K", 13, {256, 176, 32, 5}, -1, encodeQ5_K, unpackQ5_K, subBlockQ4_K),
    row(Q6_K, "q6_K", 14, {256, 210, 16, 6}, 32, encodeQ6_K, unpackQ6_K, subBlockQ6_K),
    row(IQ4_NL, "iq4_nl", 20, {32, 18, 32, 4}, -1, encodeIQ4_NL, unpackQ4_0, scaleOnly<0>),
};

const std::uint8_t* bytes(std::span<const std::byte> blocks)
{
    return reinterpret_cast<const std::uint8_t*>(blocks.data());
}

std::size_t wholeBlocks(const GgmlTypeInfo& type, std::size_t elements, std::size_t bytes)
{
    return std::min(elements / static_cast<std::size_t>(type.blockSize),
                    bytes / static_cast<std::size_t>(type.bytesPerBlock));
}

} // namespace

std::span<const GgmlTypeInfo> ggmlTypes()
{
    return kTable;
}

const GgmlTypeInfo& info(GgmlType type)
{
    return kTable[static_cast<std::size_t>(type)];
}

std::optional<GgmlType> ggmlTypeByName(std::string_view name)
{
    const auto lower = [](char c) {
        return c == 'K' ? 'k' : c;
    };
    for (const auto& type : kTable) {
        if (std::ranges::equal(type.name, name, {}, lower, lower))
            return type.id;
    }
    return std::nullopt;
}

std::optional<GgmlType> ggmlTypeByGgmlId(std::uint32_t id)
{
    for (const auto& type : kTable) {
        if (type.ggmlId == id)
            return type.id;
    }
    return std::nullopt;
}

std::size_t ggmlBytes(GgmlType type, std::size_t count)
{
    const auto& row = info(type);
    const auto size = static_cast<std::size_t>(row.blockSize);
    return (count + size - 1) / size * static_cast<std::size_t>(row.bytesPerBlock);
}

void ggmlEncode(GgmlType type, std::span<const float> x, std::span<std::byte> blocks)
{
    const auto& row = info(type);
    const std::size_t count = wholeBlocks(row, x.size(), blocks.size());
    const float* from = x.data();
    auto* to = reinterpret_cast<std::uint8_t*>(blocks.data());
    for (std::size_t i = 0; i < count; ++i, from += row.blockSize, to += row.bytesPerBlock)
        row.encode(from, to);
}

void ggmlDecode(GgmlType type, std::span<const std::byte> blocks, std::span<float> y)
{
    const auto& row = info(type);
    const std::size_t count = wholeBlocks(row, y.size(), blocks.size());
    const std::uint8_t* from = bytes(blocks);
    float* to = y.data();
    std::int32_t codes[kSuperBlock];
    for (std::size_t i = 0; i < count; ++i, from += row.bytesPerBlock) {
        row.unpack(from, codes);
        for (int begin = 0; begin < row.blockSize; begin += row.subBlock) {
            const GgmlSubBlock sub = row.subBlockAt(from, begin / row.subBlock);
            const std::int32_t* code = codes + begin;
            // The integer is subtracted before the product, so that zeros have ggml's signs.
            if (row.hasMin) {
                for (int j = 0; j < row.subBlock; ++j)
                    to[j] = sub.scale * static_cast<float>(code[j]) + sub.offset;
            } else if (row.values.empty()) {
                for (int j = 0; j < row.subBlock; ++j)
                    to[j] = sub.scale * static_cast<float>(code[j] - row.zeroCode);
            } else {
                for (int j = 0; j < row.subBlock; ++j)
                    to[j] = sub.scale *
                            static_cast<float>(row.values[static_cast<std::size_t>(code[j])]);
            }
            to += row.subBlock;
        }
    }
}

void ggmlCodes(GgmlType type, std::span<const std::byte> blocks, std::span<std::int32_t> codes)
{
    const auto& row = info(type);
    const std::size_t count = wholeBlocks(row, codes.size(), blocks.size());
    const std::uint8_t* from = bytes(blocks);
    std::int32_t* to = codes.data();
    for (std::size_t i = 0; i < count; ++i, from += row.bytesPerBlock, to += row.blockSize)
        row.unpack(from, to);
}

GgmlSubBlock ggmlSubBlock(GgmlType type, std::span<const std::byte> block, int element)
{
    const auto& row = info(type);
    return row.subBlockAt(bytes(block), element / row.subBlock);
}

} // namespace qs
