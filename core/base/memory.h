// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace qs {

/// Bytes that can be taken now without swapping: MemAvailable of /proc/meminfo, but no more than
/// what this process' control group (version 2 or 1) or its RLIMIT_DATA leaves it. Where a system
/// tells none of these: half of its physical memory. A snapshot: others may take it meanwhile.
std::uint64_t availableMemory();

/// Whether so much can be taken, before work that would fail half way. Errors (Data): "WHAT needs
/// 12.0 GiB of memory, 3.1 GiB are available".
Result<void> checkMemory(std::uint64_t bytes, std::string_view what);

/// MemAvailable in bytes; none where the text has no such line.
std::optional<std::uint64_t> memAvailableIn(std::string_view meminfo);
/// A limit as control groups write it: a number of bytes; none for "max" and for anything else.
std::optional<std::uint64_t> cgroupBytes(std::string_view text);
/// Where /proc/self/cgroup says the memory of this process is accounted: the path of version 2
/// ("0::/path"), else that of version 1's memory controller; none where there is neither.
struct CgroupPath {
    bool version2 = true;
    std::string_view path;
};
std::optional<CgroupPath> cgroupPathIn(std::string_view selfCgroup);

} // namespace qs
