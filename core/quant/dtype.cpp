// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/dtype.h"

namespace qs {
namespace {

constexpr std::string_view kTorch = "PyTorch fake_quantize, exact";

constexpr DTypeInfo signedRow(DType id, std::string_view name, int bits)
{
    return {id,
            name,
            bits,
            true,
            -(1 << (bits - 1)),
            (1 << (bits - 1)) - 1,
            bits <= 8 ? ElementType::Int8 : ElementType::Int16,
            kTorch};
}

constexpr DTypeInfo unsignedRow(DType id, std::string_view name, int bits)
{
    return {id,
            name,
            bits,
            false,
            0,
            (1 << bits) - 1,
            bits <= 8 ? ElementType::Uint8 : ElementType::Uint16,
            kTorch};
}

using enum DType;
constexpr DTypeInfo kTable[] = {
    signedRow(Qint8, "qint8", 8),      unsignedRow(Quint8, "quint8", 8),
    signedRow(Int2, "int2", 2),        signedRow(Int3, "int3", 3),
    signedRow(Int4, "int4", 4),        signedRow(Int5, "int5", 5),
    signedRow(Int6, "int6", 6),        signedRow(Int7, "int7", 7),
    signedRow(Int8, "int8", 8),        signedRow(Int9, "int9", 9),
    signedRow(Int10, "int10", 10),     signedRow(Int11, "int11", 11),
    signedRow(Int12, "int12", 12),     signedRow(Int13, "int13", 13),
    signedRow(Int14, "int14", 14),     signedRow(Int15, "int15", 15),
    signedRow(Int16, "int16", 16),     unsignedRow(Uint2, "uint2", 2),
    unsignedRow(Uint3, "uint3", 3),    unsignedRow(Uint4, "uint4", 4),
    unsignedRow(Uint5, "uint5", 5),    unsignedRow(Uint6, "uint6", 6),
    unsignedRow(Uint7, "uint7", 7),    unsignedRow(Uint8, "uint8", 8),
    unsignedRow(Uint9, "uint9", 9),    unsignedRow(Uint10, "uint10", 10),
    unsignedRow(Uint11, "uint11", 11), unsignedRow(Uint12, "uint12", 12),
    unsignedRow(Uint13, "uint13", 13), unsignedRow(Uint14, "uint14", 14),
    unsignedRow(Uint15, "uint15", 15), unsignedRow(Uint16, "uint16", 16),
};

} // namespace

std::span<const DTypeInfo> dtypes()
{
    return kTable;
}

const DTypeInfo& info(DType dtype)
{
    return kTable[static_cast<std::size_t>(dtype)];
}

std::optional<DType> dtypeByName(std::string_view name)
{
    for (const auto& row : kTable) {
        if (row.name == name)
            return row.id;
    }
    return std::nullopt;
}

} // namespace qs
