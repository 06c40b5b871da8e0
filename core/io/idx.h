// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"

#include <cstdint>
#include <optional>

namespace qs {

// IDX, the format of MNIST and Fashion-MNIST: two zero bytes, a type, the number of dimensions,
// each size as an unsigned big-endian 32-bit number, then the elements, big-endian, the last
// dimension varying fastest. Types: 0x08 uint8, 0x09 int8, 0x0B int16, 0x0C int32, 0x0D float32,
// 0x0E float64.

/// See FormatInfo for the contracts of these.
bool idxMatches(std::span<const std::byte> start);
Result<std::optional<std::uint64_t>> idxAnnouncedSize(const std::string& path,
                                                      std::span<const std::byte> start);

/// The one tensor, named after the file. A view where the elements are single bytes.
/// Errors: no IDX header; data of another size than the header says.
Result<TensorFile> readIdx(const std::string& path, const Content& content,
                           const JobContext& context);

} // namespace qs
