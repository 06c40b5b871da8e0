// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/sweep_plan.h"

#include <algorithm>
#include <fnmatch.h>

namespace qs {
namespace {

constexpr std::int64_t kRowCost = 4096;

class Fnv1a {
public:
    void add(std::string_view text)
    {
        // The length first: "ab" + "c" is not "a" + "bc".
        for (auto n = text.size(); n > 0; n /= 256)
            addByte(static_cast<unsigned char>(n % 256));
        addByte(0);
        for (const char c : text)
            addByte(static_cast<unsigned char>(c));
    }
    std::string hex() const
    {
        static constexpr std::string_view kDigits = "0123456789abcdef";
        std::string text;
        for (int shift = 60; shift >= 0; shift -= 4)
            text += kDigits[m_hash >> shift & 15U];
        return text;
    }

private:
    void addByte(unsigned char byte) { m_hash = (m_hash ^ byte) * 0x100000001b3ULL; }
    std::uint64_t m_hash = 0xcbf29ce484222325ULL;
};

} // namespace

bool fitsPattern(const std::string& pattern, const std::string& name)
{
    return name == pattern || ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

SweepSource sourceOf(const TensorFile& file, std::span<const std::string> patterns)
{
    SweepSource source{file.path, true, {}};
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        const auto& entry = file.tensors[i];
        const auto fits = [&](const std::string& pattern) {
            return fitsPattern(pattern, entry.name);
        };
        if (patterns.empty() || std::any_of(patterns.begin(), patterns.end(), fits))
            source.tensors.push_back({i, entry.name, entry.dtype, entry.shape});
    }
    return source;
}

std::vector<SweepTask> tasksOf(const SweepSource& source, std::size_t index,
                               std::int64_t configurations, std::int64_t firstRow)
{
    std::vector<SweepTask> tasks;
    for (std::size_t t = 0; t < source.tensors.size(); ++t, firstRow += configurations)
        tasks.push_back({index, t, 0, configurations, firstRow});
    return tasks;
}

std::vector<SweepTask> shardTasks(std::span<const SweepSource> sources, std::int64_t configurations,
                                  std::int64_t shard, std::int64_t shards)
{
    std::vector<SweepTask> all;
    std::vector<std::int64_t> costs;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const auto firstRow = 1 + static_cast<std::int64_t>(all.size()) * configurations;
        const auto some = tasksOf(sources[i], i, configurations, firstRow);
        all.insert(all.end(), some.begin(), some.end());
        for (const auto& tensor : sources[i].tensors)
            costs.push_back(tensor.shape.numel() + kRowCost);
    }
    std::vector<SweepTask> tasks;
    for (const auto& piece : shardPieces(costs, configurations, shard, shards)) {
        auto task = all[piece.tensor];
        task.first = piece.first;
        task.count = piece.count;
        task.firstRow += piece.first;
        tasks.push_back(task);
    }
    return tasks;
}

std::int64_t rowCount(std::span<const SweepSource> sources, std::int64_t configurations)
{
    std::int64_t tensors = 0;
    for (const auto& source : sources)
        tensors += static_cast<std::int64_t>(source.tensors.size());
    return tensors * configurations;
}

std::string sweepFingerprint(std::string_view asked, std::span<const SweepSource> sources)
{
    Fnv1a hash;
    hash.add(asked);
    for (const auto& source : sources) {
        hash.add(source.path);
        hash.add(source.readable ? std::to_string(source.tensors.size()) : "unreadable");
        for (const auto& tensor : source.tensors) {
            hash.add(tensor.name);
            hash.add(tensor.dtype);
            hash.add(tensor.shape.toString());
        }
    }
    return hash.hex();
}

} // namespace qs
