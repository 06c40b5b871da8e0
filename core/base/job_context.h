// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string_view>

namespace qs {

/// What a long computation needs from its caller: whether to stop, and where to tell how far it is.
/// Default-constructed it never stops and tells nobody. Callable from any thread.
class JobContext {
public:
    /// stage: what is being done, in a few words; fraction: 0 … 1.
    using Progress = std::function<void(std::string_view stage, double fraction)>;

    JobContext() = default;
    explicit JobContext(std::stop_token stop, Progress progress = {})
        : m_stop(std::move(stop)), m_progress(std::move(progress))
    {
    }

    bool stopRequested() const { return m_stop.stop_requested(); }
    const std::stop_token& stopToken() const { return m_stop; }

    /// Passes progress on, at most every 50 ms (and always at 1).
    void report(std::string_view stage, double fraction) const
    {
        if (!m_progress)
            return;
        const std::scoped_lock lock(m_mutex);
        const auto now = std::chrono::steady_clock::now();
        if (fraction < 1 && now - m_last < std::chrono::milliseconds(50))
            return;
        m_last = now;
        m_progress(stage, fraction);
    }

private:
    std::stop_token m_stop;
    Progress m_progress;
    mutable std::mutex m_mutex;
    mutable std::chrono::steady_clock::time_point m_last{};
};

} // namespace qs
