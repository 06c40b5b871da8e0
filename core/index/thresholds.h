// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// Where a monotone function of a float's key reaches a target: the smallest key above `low` with
/// f(key) >= target. f(low) < target <= f(high). `guess` only costs or saves time.
struct Threshold {
    std::int32_t low = 0;
    std::int32_t high = 0; ///< in the end: the answer
    std::int64_t target = 0;
    std::int64_t guess = 0; ///< a key, which may lie outside
};

/// Finds all thresholds side by side. evaluate(keys, values) computes f for some keys at a time:
/// keys in, values out, as many. Each is bracketed from its guess outwards in growing steps, then
/// halved: about four rounds where guesses are right to a few keys, 40 where they say nothing.
template <typename Evaluate>
void findThresholds(std::span<Threshold> all, Evaluate evaluate)
{
    struct Search {
        std::size_t index;
        std::int64_t step; ///< from low upwards (> 0), from high downwards (< 0), 0: halving
    };
    std::vector<Search> open;
    std::vector<std::int32_t> keys;
    std::vector<std::int64_t> values(all.size());
    constexpr std::int64_t kNear = 2;
    constexpr std::int64_t kFirst = -(std::int64_t{1} << 62); // nothing is known yet
    for (std::size_t i = 0; i < all.size(); ++i)
        open.push_back({i, kFirst});
    while (true) {
        std::erase_if(open, [&](const Search& s) {
            return std::int64_t{all[s.index].high} - all[s.index].low <= 1;
        });
        if (open.empty())
            return;
        keys.clear();
        for (const auto& s : open) {
            const auto& t = all[s.index];
            const std::int64_t low = t.low;
            const std::int64_t high = t.high;
            const std::int64_t probe = s.step == kFirst ? t.guess - kNear
                                       : s.step > 0     ? low + s.step
                                       : s.step < 0     ? high + s.step
                                                        : low + (high - low) / 2;
            keys.push_back(static_cast<std::int32_t>(std::clamp(probe, low + 1, high - 1)));
        }
        evaluate(std::span<const std::int32_t>(keys),
                 std::span<std::int64_t>(values).first(keys.size()));
        for (std::size_t i = 0; i < open.size(); ++i) {
            auto& s = open[i];
            auto& t = all[s.index];
            const bool reached = values[i] >= t.target;
            (reached ? t.high : t.low) = keys[i];
            if (s.step == kFirst)
                s.step = reached ? -2 * kNear : 2 * kNear;
            else if ((s.step > 0) == reached)
                s.step = 0; // bracketed
            else
                s.step *= 8;
        }
    }
}

} // namespace qs
