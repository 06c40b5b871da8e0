// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/file.h"

#include <cstdint>
#include <functional>
#include <optional>

namespace qs {

/// Whether the bytes start as gzip data (RFC 1952) does.
bool isGzip(std::span<const std::byte> bytes);

/// The first `count` decompressed bytes, fewer where there are no more or the data are damaged.
std::vector<std::byte> inflatePrefix(std::span<const std::byte> compressed, std::size_t count);

/// What the decompressed bytes so far say about how many there will be in all; nullopt while they
/// do not say, an error where they are damaged whatever follows.
using AnnouncedSize =
    std::function<Result<std::optional<std::uint64_t>>(std::span<const std::byte>)>;

/// All decompressed bytes of one or several gzip members. No more memory is asked for than about
/// twice what was really decompressed, whatever the data announce.
/// Errors (naming path): damaged or truncated data; those of `announced`; fewer or more bytes than
/// `announced` says; more than kMaxContentBytes; cancelled.
Result<Content> inflateGzip(const std::string& path, std::span<const std::byte> compressed,
                            const AnnouncedSize& announced, const JobContext& context = {});

} // namespace qs
