// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/element_type.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace qs {

/// A quantized type: which codes there are. The value is the row in THE dtype table.
enum class DType : std::uint8_t {
    Qint8,
    Quint8,
    Int2,
    Int3,
    Int4,
    Int5,
    Int6,
    Int7,
    Int8,
    Int9,
    Int10,
    Int11,
    Int12,
    Int13,
    Int14,
    Int15,
    Int16,
    Uint2,
    Uint3,
    Uint4,
    Uint5,
    Uint6,
    Uint7,
    Uint8,
    Uint9,
    Uint10,
    Uint11,
    Uint12,
    Uint13,
    Uint14,
    Uint15,
    Uint16,
};

/// One row of THE dtype table. Combo boxes, the command line, the session file, the property tests,
/// the golden tests and the benchmarks iterate it.
struct DTypeInfo {
    DType id;
    std::string_view name;  ///< PyTorch's and ONNX's: "qint8", "uint4"
    int bits;               ///< width of a code, 2 … 16
    bool isSigned;          ///< two's complement
    std::int32_t quantMin;  ///< -2^(bits-1), or 0
    std::int32_t quantMax;  ///< 2^(bits-1)-1, or 2^bits-1
    ElementType storage;    ///< the smallest element type that holds a code
    std::string_view claim; ///< against what the results are tested, and how closely
};

std::span<const DTypeInfo> dtypes();
const DTypeInfo& info(DType dtype);
std::optional<DType> dtypeByName(std::string_view name);

/// The codes in use: a dtype's own or fewer of them. quantMin < quantMax, both within the dtype's.
struct QuantRange {
    std::int32_t quantMin = -128;
    std::int32_t quantMax = 127;
    bool operator==(const QuantRange&) const = default;
    std::int32_t levels() const { return quantMax - quantMin + 1; }
};

} // namespace qs
