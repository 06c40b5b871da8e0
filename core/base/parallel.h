// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace qs {

/// Elements per block of every parallel pass. Fixed: the shape of a reduction, and so its bits,
/// must not depend on the number of threads. Also how often a pass looks whether it should stop.
inline constexpr std::int64_t kBlockSize = 65536;

inline std::int64_t blockCount(std::int64_t count)
{
    return (count + kBlockSize - 1) / kBlockSize;
}

/// Calls body(block, begin, end) for each block of kBlockSize elements of [0, count), on all cores,
/// in no particular order. Returns false when it was stopped before all blocks were done.
bool forEachBlock(
    std::int64_t count, const JobContext& context,
    const std::function<void(std::int64_t block, std::int64_t begin, std::int64_t end)>& body);

/// Calls body(i) for each i in [0, count) on all cores, in no particular order.
/// Returns false when it was stopped before all were done.
bool forEachIndex(std::int64_t count, const JobContext& context,
                  const std::function<void(std::int64_t index)>& body);

/// The most threads that a parallel loop started here would use; at least 1.
int maxThreads();

/// Limits every parallel loop of this process to n threads while it lives (tests, benchmarks).
class ThreadLimit {
public:
    explicit ThreadLimit(int threads);
    ~ThreadLimit();
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;

private:
    void* m_control;
};

} // namespace qs
