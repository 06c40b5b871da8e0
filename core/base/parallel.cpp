// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

namespace qs {

bool forEachIndex(std::int64_t count, const JobContext& context,
                  const std::function<void(std::int64_t index)>& body)
{
    if (count <= 0)
        return !context.stopRequested();
    if (count == 1) {
        if (context.stopRequested())
            return false;
        body(0);
        return true;
    }
    tbb::parallel_for(
        tbb::blocked_range<std::int64_t>(0, count, 1),
        [&](const tbb::blocked_range<std::int64_t>& range) {
            for (std::int64_t i = range.begin(); i != range.end(); ++i) {
                if (context.stopRequested())
                    return;
                body(i);
            }
        },
        tbb::simple_partitioner());
    return !context.stopRequested();
}

bool forEachBlock(
    std::int64_t count, const JobContext& context,
    const std::function<void(std::int64_t block, std::int64_t begin, std::int64_t end)>& body)
{
    return forEachIndex(blockCount(count), context, [&](std::int64_t block) {
        const std::int64_t begin = block * kBlockSize;
        body(block, begin, std::min(begin + kBlockSize, count));
    });
}

int maxThreads()
{
    return std::max(tbb::this_task_arena::max_concurrency(), 1);
}

ThreadLimit::ThreadLimit(int threads)
    : m_control(new tbb::global_control(tbb::global_control::max_allowed_parallelism,
                                        static_cast<std::size_t>(std::max(threads, 1))))
{
}

ThreadLimit::~ThreadLimit()
{
    delete static_cast<tbb::global_control*>(m_control);
}

} // namespace qs
