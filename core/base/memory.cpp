// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>
#include <unistd.h>

#ifdef __linux__
#include <sys/resource.h>
#endif

namespace qs {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

/// A file of /proc or /sys, at most so many bytes of it; empty where it cannot be read.
std::string textOf(const std::string& path)
{
    constexpr std::size_t kMost = 1 << 16;
    std::ifstream file(path);
    std::string text(kMost, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return text;
}

/// The number that a text starts with, after blanks.
std::optional<std::uint64_t> numberIn(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data() + first, text.data() + text.size(), value);
    if (error != std::errc())
        return std::nullopt;
    return value;
}

/// The lines of a text, one after the other.
template <typename Body>
void forEachLine(std::string_view text, Body body)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        body(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// What the control group leaves; its parents' limits hold, too.
std::uint64_t cgroupRest()
{
    const std::string self = textOf("/proc/self/cgroup");
    const auto group = cgroupPathIn(self);
    if (!group)
        return kUnlimited;
    const std::string root = group->version2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    const char* limitFile = group->version2 ? "/memory.max" : "/memory.limit_in_bytes";
    const char* usageFile = group->version2 ? "/memory.current" : "/memory.usage_in_bytes";
    std::uint64_t rest = kUnlimited;
    std::string path(group->path);
    while (true) {
        while (!path.empty() && path.back() == '/')
            path.pop_back();
        const auto limit = cgroupBytes(textOf(root + path + limitFile));
        const auto usage = cgroupBytes(textOf(root + path + usageFile));
        if (limit && usage)
            rest = std::min(rest, *limit - std::min(*limit, *usage));
        if (path.empty())
            return rest;
        path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
}

/// What RLIMIT_DATA leaves of private memory.
std::uint64_t limitRest()
{
#ifdef __linux__
    rlimit limit{};
    if (getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return kUnlimited;
    std::uint64_t used = 0;
    const std::string status = textOf("/proc/self/status");
    forEachLine(status, [&](std::string_view line) {
        if (line.starts_with("VmData:"))
            used = numberIn(line.substr(7)).value_or(0) * 1024;
    });
    const std::uint64_t most = limit.rlim_cur;
    return most - std::min(most, used);
#else
    return kUnlimited;
#endif
}

std::string gibibytes(std::uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
    return text;
}

} // namespace

std::optional<std::uint64_t> memAvailableIn(std::string_view meminfo)
{
    std::optional<std::uint64_t> found;
    forEachLine(meminfo, [&](std::string_view line) {
        constexpr std::string_view kName = "MemAvailable:";
        if (!found && line.starts_with(kName)) {
            const auto kilobytes = numberIn(line.substr(kName.size()));
            if (kilobytes && *kilobytes <= kUnlimited / 1024)
                found = *kilobytes * 1024;
        }
    });
    return found;
}

std::optional<std::uint64_t> cgroupBytes(std::string_view text)
{
    return numberIn(text);
}

std::optional<CgroupPath> cgroupPathIn(std::string_view selfCgroup)
{
    std::optional<CgroupPath> found;
    forEachLine(selfCgroup, [&](std::string_view line) {
        const auto first = line.find(':');
        const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos)
            return;
        const auto controllers = line.substr(first + 1, second - first - 1);
        const auto path = line.substr(second + 1);
        const std::string commas = "," + std::string(controllers) + ",";
        if (controllers.empty() && line.starts_with("0:") && !found)
            found = CgroupPath{true, path};
        else if (commas.find(",memory,") != std::string::npos)
            found = CgroupPath{false, path};
    });
    return found;
}

std::uint64_t availableMemory()
{
    std::uint64_t available = kUnlimited;
    if (const auto system = memAvailableIn(textOf("/proc/meminfo"))) {
        available = *system;
    } else {
        const long pages = sysconf(_SC_PHYS_PAGES);
        const long size = sysconf(_SC_PAGESIZE);
        if (pages > 0 && size > 0)
            available = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) / 2;
    }
    return std::min({available, cgroupRest(), limitRest()});
}

Result<void> checkMemory(std::uint64_t bytes, std::string_view what)
{
    const std::uint64_t available = availableMemory();
    if (bytes <= available)
        return {};
    return Error::data(std::string(what) + " needs " + gibibytes(bytes) + " of memory, " +
                       gibibytes(available) + " are available");
}

} // namespace qs
