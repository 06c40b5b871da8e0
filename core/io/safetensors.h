// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"

#include <cstdint>
#include <optional>
#include <ostream>

namespace qs {

// safetensors: the length of the header (8 bytes, little-endian), the header, a JSON object
// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …} with an optional
// "__metadata__" of texts, then the data, which the tensors cover without a hole or an overlap.

/// See FormatInfo for the contracts of these.
bool safetensorsMatches(std::span<const std::byte> start);
Result<std::optional<std::uint64_t>> safetensorsAnnouncedSize(const std::string& path,
                                                              std::span<const std::byte> start);

/// All tensors in the header's order, as views into the content. A tensor of a type that is not in
/// the element type table (F8_E4M3, …) is listed with the reason.
/// Errors: a header longer than the file or 100,000,000 bytes (the reference implementation's
/// limit), other JSON than described, a name or a field twice, offsets that do not fit shape and
/// type, holes, overlaps, missing and excess data.
Result<TensorFile> readSafetensors(const std::string& path, const Content& content,
                                   const JobContext& context);

/// Tensors with larger elements come first, so that all are aligned; else in the order given.
/// Errors: Usage for a name twice, or one the format reserves; cancelled.
Result<void> writeSafetensors(const std::string& path, std::span<const Tensor> tensors,
                              std::ostream& out, const JobContext& context);

} // namespace qs
