// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"

#include <cstdint>
#include <optional>
#include <ostream>

namespace qs {

// NumPy's .npz: a zip archive of .npy files, "NAME.npy" each, stored or deflated, with zip64 where
// it is large. Read and written with libzip.

/// See FormatInfo for the contracts of these.
bool npzMatches(std::span<const std::byte> start);
/// A zip archive does not tell its size at its beginning: always nullopt.
Result<std::optional<std::uint64_t>> npzAnnouncedSize(const std::string& path,
                                                      std::span<const std::byte> start);

/// Every .npy member, named without the ending; others are listed with the reason why they are not
/// read. A member whose header announces another size than the archive says is listed as damaged.
/// Errors: a damaged archive; members of more than 16 GiB together; cancelled.
Result<TensorFile> readNpz(const std::string& path, const Content& content,
                           const JobContext& context);

/// One stored (not deflated) member for each tensor, as numpy.savez does; a tensor without a name
/// is arr_0, arr_1, …, a '/' in a name stays.
/// Errors: Usage for bfloat16, for which numpy has no type, two tensors of one name; cancelled.
Result<void> writeNpz(const std::string& path, std::span<const Tensor> tensors, std::ostream& out,
                      const JobContext& context);

} // namespace qs
