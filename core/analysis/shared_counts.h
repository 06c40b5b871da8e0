// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/count_table.h"

#include <cstdint>
#include <mutex>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <vector>

namespace qs {

/// Tables of counts that many threads fill, each one its own copy. Counts are whole numbers, so the
/// totals do not depend on which thread counted what.
class SharedCounts {
public:
    /// Tables of these sizes.
    explicit SharedCounts(std::vector<std::size_t> sizes)
        : m_sizes(std::move(sizes)), m_threads([this] { return Local(m_sizes); })
    {
        for (const auto size : m_sizes)
            m_totals.emplace_back(size);
    }

    /// The calling thread's tables, for counting `elements` < 2^31 more in each of them.
    std::vector<CountTable>& local(std::size_t elements)
    {
        Local& local = m_threads.local();
        if (local.elements + elements > kMostBetween) {
            const std::scoped_lock lock(m_mutex);
            move(local);
        }
        local.elements += elements;
        return local.tables;
    }

    /// Everything counted, a vector for each table; no other thread may be counting.
    const std::vector<std::vector<std::int64_t>>& totals()
    {
        for (auto& local : m_threads)
            move(local);
        return m_totals;
    }

private:
    struct Local {
        explicit Local(const std::vector<std::size_t>& sizes) : tables(sizes.begin(), sizes.end())
        {
        }
        std::vector<CountTable> tables;
        std::size_t elements = 0;
    };

    /// Elements a thread counts until its 32-bit counters are emptied: rare enough to cost nothing,
    /// often enough to happen in tests.
    static constexpr std::size_t kMostBetween = std::size_t{1} << 22;

    void move(Local& local)
    {
        for (std::size_t i = 0; i < local.tables.size(); ++i)
            local.tables[i].moveTo(m_totals[i]);
        local.elements = 0;
    }

    std::vector<std::size_t> m_sizes;
    std::vector<std::vector<std::int64_t>> m_totals;
    std::mutex m_mutex;
    oneapi::tbb::enumerable_thread_specific<Local> m_threads;
};

} // namespace qs
