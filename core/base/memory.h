// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace qs {

/// Bytes that this process can take now without swapping. Linux: MemAvailable of /proc/meminfo, at
/// most what the limits of its cgroup and of each one above leave (versions 2 and 1; files in the
/// page cache count as free, the kernel gives them back), at most what `ulimit -v` and `ulimit -d`
/// leave. Elsewhere: half of the physical memory, or 1 GiB where that is unknown. Costs about
/// 0.1 ms.
std::uint64_t availableMemory();

/// Success where `needed` bytes are available, else the error (Data) "not enough memory: <what>
/// needs 12.0 GiB, 3.2 GiB are available; <instead>". For asking before what would end the program.
Result<void> checkMemory(std::uint64_t needed, std::string_view what, std::string_view instead);

/// "512 bytes", "1.5 KiB", "12.0 GiB".
std::string binaryBytesText(std::uint64_t count);

// What availableMemory() is made of, for tests. No text makes any of these fail: what they cannot
// read, they leave out.

/// The content of a file of the system; none where it cannot be read.
using SystemText = std::function<std::optional<std::string>(const std::string& path)>;

/// The bytes of a line "<key>: <n> kB", as in /proc/meminfo and /proc/self/status; none where there
/// is no such line or number.
std::optional<std::uint64_t> kilobytesOf(std::string_view text, std::string_view key);
/// The number in a cgroup's file; none for "max", and for what is no number.
std::optional<std::uint64_t> cgroupNumber(std::string_view text);
/// The number of a line "<key> <n>", as in a cgroup's memory.stat.
std::optional<std::uint64_t> cgroupStat(std::string_view text, std::string_view key);
/// The process' own cgroup, "/a/b", in /proc/self/cgroup: of version 2, or of version 1's memory
/// controller.
std::optional<std::string> cgroupPath(std::string_view text, int version);

/// What the cgroups leave: the least over the process' own and all above it. None without a limit.
std::optional<std::uint64_t> cgroupAvailable(const SystemText& read);
/// A limit of the process (RLIMIT_AS, RLIMIT_DATA) less what /proc/self/status says is in use.
std::uint64_t leftOf(std::uint64_t limit, std::string_view status, std::string_view key);

} // namespace qs
