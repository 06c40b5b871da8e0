// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>

#include <sys/resource.h>
#include <unistd.h>

namespace qs {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

/// The number text starts with, after blanks; none where there is none or it does not fit.
std::optional<std::uint64_t> numberAt(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc())
        return std::nullopt;
    return value;
}

/// Calls body(line) until it returns true.
template <typename Body>
void forEachLine(std::string_view text, Body body)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (body(text.substr(0, end)))
            return;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// What follows the key in the line that starts with it; none without such a line.
std::optional<std::string_view> afterKey(std::string_view text, std::string_view key,
                                         char separator)
{
    std::optional<std::string_view> found;
    forEachLine(text, [&](std::string_view line) {
        if (line.size() > key.size() && line.substr(0, key.size()) == key &&
            line[key.size()] == separator)
            found = line.substr(key.size() + 1);
        return found.has_value();
    });
    return found;
}

std::uint64_t difference(std::uint64_t a, std::uint64_t b)
{
    return a > b ? a - b : 0;
}

/// The files of one version's memory controller.
struct CgroupFiles {
    int version;
    const char* root;
    const char* limit;
    const char* usage;
    std::array<const char*, 2> cache; ///< keys in memory.stat
};

constexpr CgroupFiles kVersions[] = {
    {2, "/sys/fs/cgroup", "memory.max", "memory.current", {"inactive_file", "active_file"}},
    {1,
     "/sys/fs/cgroup/memory",
     "memory.limit_in_bytes",
     "memory.usage_in_bytes",
     {"total_inactive_file", "total_active_file"}},
};

std::optional<std::string> readSystemFile(const std::string& path)
{
    std::ifstream file(path);
    if (!file)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Where nothing is known of what is in use.
std::uint64_t fallback()
{
    const auto pages = ::sysconf(_SC_PHYS_PAGES);
    const auto size = ::sysconf(_SC_PAGESIZE);
    if (pages <= 0 || size <= 0)
        return std::uint64_t{1} << 30;
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) / 2;
}

} // namespace

std::optional<std::uint64_t> kilobytesOf(std::string_view text, std::string_view key)
{
    const auto rest = afterKey(text, key, ':');
    const auto kilobytes = rest ? numberAt(*rest) : std::nullopt;
    if (!kilobytes || *kilobytes > kMost / 1024)
        return std::nullopt;
    return *kilobytes * 1024;
}

std::optional<std::uint64_t> cgroupNumber(std::string_view text)
{
    return numberAt(text);
}

std::optional<std::uint64_t> cgroupStat(std::string_view text, std::string_view key)
{
    const auto rest = afterKey(text, key, ' ');
    return rest ? numberAt(*rest) : std::nullopt;
}

std::optional<std::string> cgroupPath(std::string_view text, int version)
{
    std::optional<std::string> path;
    // "<hierarchy>:<controllers, with commas>:<path>"; version 2 is hierarchy 0, without any.
    forEachLine(text, [&](std::string_view line) {
        const auto first = line.find(':');
        const auto second = first == line.npos ? line.npos : line.find(':', first + 1);
        if (second == line.npos)
            return false;
        std::string controllers(1, ',');
        controllers += line.substr(first + 1, second - first - 1);
        controllers += ',';
        const bool wanted = version == 2 ? line.substr(0, first) == "0" && controllers == ",,"
                                         : controllers.find(",memory,") != controllers.npos;
        if (wanted)
            path = std::string(line.substr(second + 1));
        return wanted;
    });
    return path;
}

std::optional<std::uint64_t> cgroupAvailable(const SystemText& read)
{
    const auto own = read("/proc/self/cgroup");
    std::optional<std::uint64_t> least;
    for (const auto& files : kVersions) {
        auto path = own ? cgroupPath(*own, files.version) : std::nullopt;
        if (!path)
            continue;
        // Inside a container the path may be the host's: what is not there has no limit, and the
        // root, which is always looked at, is the container's own.
        while (true) {
            while (!path->empty() && path->back() == '/')
                path->pop_back();
            const std::string folder = files.root + *path + '/';
            const auto number = [&](const char* name) {
                const auto text = read(folder + name);
                return text ? cgroupNumber(*text) : std::nullopt;
            };
            const auto limit = number(files.limit);
            const auto usage = number(files.usage);
            if (limit && usage) {
                std::uint64_t cache = 0;
                const auto stat = read(folder + "memory.stat");
                for (const auto* key : files.cache)
                    cache += std::min(stat ? cgroupStat(*stat, key).value_or(0) : 0,
                                      difference(*usage, cache));
                const auto left = difference(*limit, difference(*usage, cache));
                least = std::min(least.value_or(kMost), left);
            }
            if (path->empty())
                break;
            path->resize(std::min(path->rfind('/'), path->size() - 1));
        }
    }
    return least;
}

std::uint64_t leftOf(std::uint64_t limit, std::string_view status, std::string_view key)
{
    return difference(limit, kilobytesOf(status, key).value_or(0));
}

std::uint64_t availableMemory()
{
    const auto meminfo = readSystemFile("/proc/meminfo");
    const auto free = meminfo ? kilobytesOf(*meminfo, "MemAvailable") : std::nullopt;
    std::uint64_t available = free ? *free : fallback();
    available = std::min(available, cgroupAvailable(readSystemFile).value_or(kMost));
    const auto limitBy = [&](auto resource, std::string_view key) {
        rlimit limit{};
        if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
            return;
        const auto status = readSystemFile("/proc/self/status").value_or("");
        available = std::min(available, leftOf(limit.rlim_cur, status, key));
    };
    limitBy(RLIMIT_AS, "VmSize");
    limitBy(RLIMIT_DATA, "VmData");
    return available;
}

std::string binaryBytesText(std::uint64_t count)
{
    if (count < 1024)
        return std::to_string(count) + (count == 1 ? " byte" : " bytes");
    constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    auto value = static_cast<double>(count) / 1024;
    std::size_t unit = 0;
    // 1023.95 would be printed as 1024.0.
    while (value >= 1023.95 && unit + 1 < std::size(kUnits)) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, kUnits[unit]);
    return text.data();
}

Result<void> checkMemory(std::uint64_t needed, std::string_view what, std::string_view instead)
{
    // Little is never refused: asking costs more than taking it.
    constexpr std::uint64_t kLittle = std::uint64_t{1} << 24;
    if (needed <= kLittle)
        return {};
    const std::uint64_t available = availableMemory();
    if (needed <= available)
        return {};
    return Error::data("not enough memory: " + std::string(what) + " needs " +
                       binaryBytesText(needed) + ", " + binaryBytesText(available) +
                       " are available; " + std::string(instead));
}

} // namespace qs
