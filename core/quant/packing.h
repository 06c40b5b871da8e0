// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace qs {

/// In which order codes narrower than a byte share bytes. The value is the row in THE packing
/// table.
enum class PackingOrder : std::uint8_t {
    /// A bit stream from the least significant bit on, for every width: bit b of code i is bit
    /// (i * bits + b) of the stream. Of two 4-bit codes the first is in the low nibble, of four
    /// 2-bit
    /// codes the first in the two lowest bits, as ONNX stores int4, uint4, int2 and uint2; four
    /// 6-bit
    /// codes take three bytes. OCP's MX says nothing on memory; its 6-bit elements are packed so
    /// too.
    Onnx,
    /// 4 bits: of two codes the first is in the high nibble, (v0 << 4) | v1, as bitsandbytes stores
    /// NF4 and FP4.
    Bitsandbytes,
    /// 4 bits: of 32 codes the low nibbles of 16 bytes are codes 0 … 15, the high ones 16 … 31
    /// (q4_0).
    /// 2 bits: of 128 codes byte l holds l, l + 32, l + 64 and l + 96, the first lowest (q2_K).
    Ggml,
};

/// One row of THE packing table.
struct PackingOrderInfo {
    PackingOrder id;
    std::string_view name; ///< "onnx"
    /// Codes that are packed together: counts must be a multiple; 1: any count, and the last byte's
    /// free bits are 0. 0: the order has no such width. Widths are 1 … 8 bits.
    int (*group)(int bits);
};

std::span<const PackingOrderInfo> packingOrders();
const PackingOrderInfo& info(PackingOrder order);
std::optional<PackingOrder> packingOrderByName(std::string_view name);

/// Bytes that count codes take: ceil(count * bits / 8). An error (usage) where the order has no
/// such width or count is not a multiple of its group.
Result<std::size_t> packedBytes(std::size_t count, int bits, PackingOrder order);

/// Codes to bytes. A code is -2^(bits-1) … 2^bits-1; negative ones are stored in two's complement.
/// Errors (usage): those of packedBytes, and a code that is out of range.
Result<std::vector<std::byte>> packCodes(std::span<const std::int32_t> codes, int bits,
                                         PackingOrder order);

/// Bytes to count codes, 0 … 2^bits-1, or as two's complement -2^(bits-1) … 2^(bits-1)-1. The free
/// bits of the last byte are not looked at. Errors: those of packedBytes, and (data) bytes that are
/// not as many as count codes take.
Result<std::vector<std::int32_t>> unpackCodes(std::span<const std::byte> bytes, std::size_t count,
                                              int bits, PackingOrder order, bool isSigned);

} // namespace qs
