// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/idx.h"

#include "core/io/byte_reader.h"
#include "core/io/messages.h"
#include "core/io/reorder.h"

#include <algorithm>

namespace qs {
namespace {

struct IdxType {
    std::uint8_t code;
    ElementType type;
};
constexpr IdxType kTypes[] = {
    {0x08, ElementType::Uint8}, {0x09, ElementType::Int8},    {0x0B, ElementType::Int16},
    {0x0C, ElementType::Int32}, {0x0D, ElementType::Float32}, {0x0E, ElementType::Float64},
};
constexpr int kMaxRank = 32;

struct IdxHeader {
    ElementType type = ElementType::Uint8;
    Shape shape;
    std::size_t size = 0; ///< of the header itself
};

const IdxType* typeOf(std::uint8_t code)
{
    const auto* at = std::ranges::find(kTypes, code, &IdxType::code);
    return at != std::end(kTypes) ? at : nullptr;
}

Result<IdxHeader> readHeader(const std::string& path, std::span<const std::byte> bytes)
{
    ByteReader reader(bytes);
    const auto zeros = reader.big<std::uint16_t>();
    const auto code = reader.little<std::uint8_t>();
    const auto rank = reader.little<std::uint8_t>();
    if (!rank)
        return damaged(path, "an IDX header of at least 4 bytes", bytesText(bytes.size()),
                       bytes.size());
    if (*zeros != 0)
        return damaged(path, "two zero bytes at the start of an IDX file",
                       std::to_string(*zeros >> 8) + " and " + std::to_string(*zeros & 0xFF), 0);
    const auto* type = typeOf(*code);
    if (type == nullptr)
        return damaged(path, "an IDX type of 8, 9, 11, 12, 13 or 14", std::to_string(*code), 2);
    if (*rank < 1 || *rank > kMaxRank)
        return damaged(path, "1 to 32 dimensions", std::to_string(*rank), 3);
    std::vector<std::int64_t> sizes;
    for (int i = 0; i < *rank; ++i) {
        const auto size = reader.big<std::uint32_t>();
        if (!size)
            return damaged(path, bytesText(4 + 4 * std::uint64_t{*rank}) + " of IDX header",
                           bytesText(bytes.size()), bytes.size());
        sizes.push_back(*size);
    }
    auto shape = Shape::make(std::move(sizes));
    if (!shape)
        return damaged(path, "sizes of a tensor", shape.error().message, 4);
    return IdxHeader{type->type, *std::move(shape), reader.position()};
}

constexpr std::string_view kDotEndings[] = {".idx"};

} // namespace

bool idxMatches(std::span<const std::byte> start)
{
    ByteReader reader(start);
    const auto zeros = reader.big<std::uint16_t>();
    const auto code = reader.little<std::uint8_t>();
    const auto rank = reader.little<std::uint8_t>();
    return rank && *zeros == 0 && typeOf(*code) != nullptr && *rank >= 1 && *rank <= kMaxRank;
}

Result<std::optional<std::uint64_t>> idxAnnouncedSize(const std::string& path,
                                                      std::span<const std::byte> start)
{
    ByteReader reader(start);
    reader.take(3);
    const auto rank = reader.little<std::uint8_t>();
    if (!rank || reader.remaining() < 4 * std::size_t{*rank})
        return std::optional<std::uint64_t>();
    const auto header = readHeader(path, start);
    if (!header)
        return header.error();
    return std::optional(fileSize(header->size, header->shape, info(header->type).size));
}

Result<TensorFile> readIdx(const std::string& path, const Content& content,
                           const JobContext& context)
{
    auto header = readHeader(path, content.bytes);
    if (!header)
        return header.error();
    const auto data = content.bytes.subspan(header->size);
    auto tensor = viewTensor(path, tensorNameFor(path, kDotEndings), header->type, header->shape,
                             content, data);
    if (!tensor)
        return tensor.error();
    const std::size_t size = info(header->type).size;
    if (size > 1) {
        const auto swapped = swapByteOrder(data, size, context);
        if (!swapped)
            return swapped.error();
        tensor =
            viewTensor(path, tensor->name(), header->type, header->shape, *swapped, swapped->bytes);
        if (!tensor)
            return tensor.error();
    }
    return singleTensorFile(path, "idx", *std::move(tensor));
}

} // namespace qs
