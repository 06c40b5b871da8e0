// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"

#include <cstdint>
#include <optional>
#include <ostream>

namespace qs {

// NumPy's .npy, versions 1 to 3: "\x93NUMPY", two version bytes, the length of the header (2 bytes
// in version 1, else 4, little-endian), the header, which is a Python dict literal with the keys
// 'descr', 'fortran_order' and 'shape', then the elements.

/// See FormatInfo for the contracts of these.
bool npyMatches(std::span<const std::byte> start);
Result<std::optional<std::uint64_t>> npyAnnouncedSize(const std::string& path,
                                                      std::span<const std::byte> start);

/// The one tensor, named after the file, row-major and little-endian: a view where it is stored so,
/// else a copy (of Fortran order or big-endian elements).
/// Errors: a damaged header, data of another size than the header says, element types without a
/// number as float32 would have it: complex, object, string, time, structured and raw ('V2', which
/// is how numpy saves bfloat16).
Result<TensorFile> readNpy(const std::string& path, const Content& content,
                           const JobContext& context);

/// Version 1, C order, little-endian, data aligned to 64 bytes.
/// Errors: Usage for other than one tensor, or bfloat16, for which numpy has no type; cancelled.
Result<void> writeNpy(const std::string& path, std::span<const Tensor> tensors, std::ostream& out,
                      const JobContext& context);

} // namespace qs
