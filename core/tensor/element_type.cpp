// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/element_type.h"

#include "core/tensor/float16.h"

#include <bit>
#include <cstring>

namespace qs {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are stored little-endian");

template <typename T>
void convert(const std::byte* from, float* to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        T value;
        std::memcpy(&value, from + static_cast<std::size_t>(i) * sizeof(T), sizeof(T));
        to[i] = static_cast<float>(value);
    }
}

void convertBool(const std::byte* from, float* to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        to[i] = from[i] != std::byte{0} ? 1.0F : 0.0F;
}

void convertBfloat16(const std::byte* from, float* to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        std::uint16_t bits;
        std::memcpy(&bits, from + 2 * i, 2);
        to[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
    }
}

void convertFloat16(const std::byte* from, float* to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        std::uint16_t bits;
        std::memcpy(&bits, from + 2 * i, 2);
        to[i] = float16ToFloat32(bits);
    }
}

void convertFloat32(const std::byte* from, float* to, std::int64_t count)
{
    if (count > 0)
        std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

using enum ElementType;
constexpr ElementTypeInfo kTable[] = {
    {Bool, "bool", 1, true, "b1", "BOOL", convertBool},
    {Uint8, "uint8", 1, true, "u1", "U8", convert<std::uint8_t>},
    {Int8, "int8", 1, true, "i1", "I8", convert<std::int8_t>},
    {Uint16, "uint16", 2, true, "u2", "U16", convert<std::uint16_t>},
    {Int16, "int16", 2, true, "i2", "I16", convert<std::int16_t>},
    {Uint32, "uint32", 4, false, "u4", "U32", convert<std::uint32_t>},
    {Int32, "int32", 4, false, "i4", "I32", convert<std::int32_t>},
    {Uint64, "uint64", 8, false, "u8", "U64", convert<std::uint64_t>},
    {Int64, "int64", 8, false, "i8", "I64", convert<std::int64_t>},
    {Float16, "float16", 2, true, "f2", "F16", convertFloat16},
    {Bfloat16, "bfloat16", 2, true, "", "BF16", convertBfloat16},
    {Float32, "float32", 4, true, "f4", "F32", convertFloat32},
    {Float64, "float64", 8, false, "f8", "F64", convert<double>},
};

} // namespace

std::span<const ElementTypeInfo> elementTypes()
{
    return kTable;
}

const ElementTypeInfo& info(ElementType type)
{
    return kTable[static_cast<std::size_t>(type)];
}

std::optional<ElementType> elementTypeByName(std::string_view name)
{
    for (const auto& row : kTable) {
        if (row.name == name)
            return row.type;
    }
    return std::nullopt;
}

} // namespace qs
