// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// The largest content that is read into memory or decompressed: 16 GiB. Mapped files may be
/// larger.
inline constexpr std::uint64_t kMaxContentBytes = std::uint64_t{16} << 30;

/// Bytes and what keeps them alive. The first byte is aligned for every element type.
struct Content {
    std::shared_ptr<const void> owner;
    std::span<const std::byte> bytes;
};

/// Takes over the bytes.
Content contentOf(std::vector<std::byte> bytes);

/// Everything in the file at path. Files of 2 GiB or more are mapped, not read: the content costs
/// no memory of its own, but must not be overwritten in place while it is used (writeAtomically
/// never does). Pipes are read to their end, up to kMaxContentBytes. Errors: Io with the system's
/// reason (missing, not permitted, a directory, a device); cancelled.
Result<Content> readFile(const std::string& path, const JobContext& context = {});

/// Whether writeAtomically(path) can be expected to work: its folder is there and may be written
/// to. For asking before long work. Errors: Io with the system's reason.
Result<void> checkWritable(const std::string& path);

/// Writes a file all or nothing: `writer` fills a temporary file in the same folder, which replaces
/// path only once everything is on it. Whatever fails, the former file is untouched and the
/// temporary one removed. Permissions of a file that is replaced are kept, a symbolic link is
/// followed; a path that is a pipe or a device is written to directly.
/// Errors: what writer returns; Io with the system's reason.
Result<void> writeAtomically(const std::string& path,
                             const std::function<Result<void>(std::ostream&)>& writer);

} // namespace qs
