// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/packing.h"

#include <limits>
#include <string>

namespace qs {
namespace {

bool isWidth(int bits)
{
    return bits >= 1 && bits <= 8;
}

constexpr PackingOrderInfo kTable[] = {
    {PackingOrder::Onnx, "onnx",
     [](int bits) {
         return isWidth(bits) ? 1 : 0;
     }},
    {PackingOrder::Bitsandbytes, "bitsandbytes",
     [](int bits) {
         return bits == 4 ? 1 : 0;
     }},
    {PackingOrder::Ggml, "ggml",
     [](int bits) {
         return bits == 4 ? 32 : bits == 2 ? 128 : 0;
     }},
};

/// Where in the bit stream, least significant bit first, the code of an element begins. All orders
/// are permutations of the plain stream.
std::size_t firstBit(std::size_t i, int bits, PackingOrder order)
{
    const auto width = static_cast<std::size_t>(bits);
    if (order == PackingOrder::Bitsandbytes)
        return (i ^ 1U) * width;
    if (order == PackingOrder::Ggml) {
        const std::size_t perByte = 8 / width;
        const std::size_t stride = width == 4 ? 16 : 32; // bytes of a group
        const std::size_t inGroup = i % (stride * perByte);
        return 8 * (i / perByte / stride * stride + inGroup % stride) + inGroup / stride * width;
    }
    return i * width;
}

std::string text(std::string_view name, int bits)
{
    return std::to_string(bits) + "-bit codes in " + std::string(name) + " order";
}

} // namespace

std::span<const PackingOrderInfo> packingOrders()
{
    return kTable;
}

const PackingOrderInfo& info(PackingOrder order)
{
    return kTable[static_cast<std::size_t>(order)];
}

std::optional<PackingOrder> packingOrderByName(std::string_view name)
{
    for (const auto& row : kTable) {
        if (row.name == name)
            return row.id;
    }
    return std::nullopt;
}

Result<std::size_t> packedBytes(std::size_t count, int bits, PackingOrder order)
{
    const auto& row = info(order);
    const int group = row.group(bits);
    if (group == 0)
        return Error::usage("there are no " + text(row.name, bits));
    if (count % static_cast<std::size_t>(group) != 0)
        return Error::usage(text(row.name, bits) + " come in multiples of " +
                            std::to_string(group) + ", not " + std::to_string(count));
    const auto width = static_cast<std::size_t>(bits);
    if (count > std::numeric_limits<std::size_t>::max() / 8 - 1)
        return Error::usage("too many codes: " + std::to_string(count));
    return (count * width + 7) / 8;
}

Result<std::vector<std::byte>> packCodes(std::span<const std::int32_t> codes, int bits,
                                         PackingOrder order)
{
    const auto size = packedBytes(codes.size(), bits, order);
    if (!size)
        return size.error();
    const std::int32_t low = -(1 << (bits - 1));
    const std::int32_t high = (1 << bits) - 1;
    std::vector<std::byte> bytes(*size);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (codes[i] < low || codes[i] > high)
            return Error::usage("code " + std::to_string(codes[i]) + " at " + std::to_string(i) +
                                " does not fit into " + std::to_string(bits) + " bits");
        const std::size_t at = firstBit(i, bits, order);
        const auto field = static_cast<unsigned>(codes[i] & high) << (at % 8);
        bytes[at / 8] |= static_cast<std::byte>(field & 0xffU);
        if (field > 0xffU)
            bytes[at / 8 + 1] |= static_cast<std::byte>(field >> 8);
    }
    return bytes;
}

Result<std::vector<std::int32_t>> unpackCodes(std::span<const std::byte> bytes, std::size_t count,
                                              int bits, PackingOrder order, bool isSigned)
{
    const auto size = packedBytes(count, bits, order);
    if (!size)
        return size.error();
    if (bytes.size() != *size)
        return Error::data(std::to_string(count) + " " + text(info(order).name, bits) + " take " +
                           std::to_string(*size) + " bytes, not " + std::to_string(bytes.size()));
    const auto mask = (1U << bits) - 1U;
    const std::int32_t sign = isSigned ? 1 << (bits - 1) : 0;
    std::vector<std::int32_t> codes(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = firstBit(i, bits, order);
        auto field = std::to_integer<unsigned>(bytes[at / 8]);
        if (at % 8 + static_cast<unsigned>(bits) > 8)
            field |= std::to_integer<unsigned>(bytes[at / 8 + 1]) << 8;
        const auto code = static_cast<std::int32_t>((field >> (at % 8)) & mask);
        codes[i] = (code ^ sign) - sign;
    }
    return codes;
}

} // namespace qs
