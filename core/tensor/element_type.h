// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace qs {

/// What a stored element is. Names are PyTorch's.
enum class ElementType : std::uint8_t {
    Bool,
    Uint8,
    Int8,
    Uint16,
    Int16,
    Uint32,
    Int32,
    Uint64,
    Int64,
    Float16,
    Bfloat16,
    Float32,
    Float64,
};

/// One row of THE element type table.
struct ElementTypeInfo {
    ElementType type;
    std::string_view name;            ///< "float32"
    std::size_t size;                 ///< bytes
    bool exactInFloat32;              ///< every value of the type is a float32
    std::string_view npyCode;         ///< numpy's kind and size, "f4"; empty where numpy has none
    std::string_view safetensorsCode; ///< "F32"; empty where it has none
    /// Little-endian elements to float32, each rounded to nearest even.
    void (*toFloat32)(const std::byte* from, float* to, std::int64_t count);
};

std::span<const ElementTypeInfo> elementTypes();
const ElementTypeInfo& info(ElementType type);
std::optional<ElementType> elementTypeByName(std::string_view name);

} // namespace qs
