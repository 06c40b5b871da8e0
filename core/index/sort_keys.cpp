// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/index/sort_keys.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>
#include <vector>

namespace qs {
namespace {

using Key = std::int32_t;

/// Digits of the pass that spreads keys over memory: as many places as the second-level TLB and
/// cache can keep open.
constexpr int kSpreadBits = 11;
/// Parts of at most this many keys stay in the second-level cache: digits from the lowest up.
constexpr std::size_t kCachedKeys = 1 << 16;
/// Parts of more keys are spread by all cores together.
constexpr std::size_t kSharedKeys = 1 << 21;
/// One core counts keys in 32 bits.
constexpr std::size_t kMostAlone = std::size_t{1} << 31;
/// Keys that a core spreads at a time.
constexpr std::int64_t kChunk = 1 << 18;
constexpr std::size_t kInsertionKeys = 48;

/// A run of keys and the memory beside it; the sorted keys are wanted in `there`.
struct Part {
    Key* here;
    Key* there;
    std::size_t n;
    Part at(std::size_t begin, std::size_t count) const
    {
        return {here + begin, there + begin, count};
    }
    Part swapped() const { return {there, here, n}; }
};

/// Keys counted from the smallest one: digits are then those of an unsigned number.
std::uint32_t offsetOf(Key key, Key smallest)
{
    return static_cast<std::uint32_t>(key) - static_cast<std::uint32_t>(smallest);
}

/// The smallest key with this highest digit.
Key advanced(Key smallest, std::size_t digit, int shift)
{
    return static_cast<Key>(static_cast<std::uint32_t>(smallest) +
                            (static_cast<std::uint32_t>(digit) << shift));
}

void insertionSort(Key* first, std::size_t n)
{
    for (std::size_t i = 1; i < n; ++i) {
        const Key key = first[i];
        std::size_t at = i;
        for (; at > 0 && first[at - 1] > key; --at)
            first[at] = first[at - 1];
        first[at] = key;
    }
}

/// From the lowest digit up, in `passes` passes of equal digits; each pass changes sides.
void sortByLowDigits(Part part, Key smallest, int bits, int passes)
{
    constexpr int kMostBits = 11;
    const int digitBits = (bits + passes - 1) / passes;
    const std::uint32_t mask = (1U << digitBits) - 1;
    std::uint32_t counts[3][std::size_t{1} << kMostBits];
    for (int p = 0; p < passes; ++p)
        std::fill_n(counts[p], std::size_t{1} << digitBits, 0U);
    for (std::size_t i = 0; i < part.n; ++i) {
        const std::uint32_t key = offsetOf(part.here[i], smallest);
        for (int p = 0; p < passes; ++p)
            ++counts[p][(key >> (p * digitBits)) & mask];
    }
    Key* from = part.here;
    Key* to = part.there;
    for (int p = 0; p < passes; ++p) {
        std::uint32_t at = 0;
        for (std::uint32_t d = 0; d <= mask; ++d) {
            const std::uint32_t n = counts[p][d];
            counts[p][d] = at;
            at += n;
        }
        const int shift = p * digitBits;
        for (std::size_t i = 0; i < part.n; ++i)
            to[counts[p][(offsetOf(from[i], smallest) >> shift) & mask]++] = from[i];
        std::swap(from, to);
    }
}

/// Sorts keys that differ from `smallest` in the lowest `bits` bits only, into there (or in place).
void sortPart(Part part, Key smallest, int bits, bool inPlace)
{
    const auto finish = [&] {
        if (!inPlace)
            std::copy_n(part.here, part.n, part.there);
    };
    if (bits == 0 || part.n <= kInsertionKeys) {
        insertionSort(part.here, bits == 0 ? 0 : part.n);
        return finish();
    }
    if (part.n <= kCachedKeys) {
        // An odd number of passes ends on the other side.
        const int passes = inPlace ? 2 : bits <= 11 ? 1 : 3;
        if (bits <= 11 * passes) {
            if (part.n < (std::size_t{1} << ((bits + passes - 1) / passes)) / 4) {
                // Counting would cost more than comparing.
                std::sort(part.here, part.here + part.n);
                return finish();
            }
            return sortByLowDigits(part, smallest, bits, passes);
        }
    }
    // Spread by the highest digit, then each on its own, from the other side.
    const int spread = std::min(bits, kSpreadBits);
    const int shift = bits - spread;
    std::vector<std::uint32_t> begins((std::size_t{1} << spread) + 1);
    for (std::size_t i = 0; i < part.n; ++i)
        ++begins[(offsetOf(part.here[i], smallest) >> shift) + 1];
    for (std::size_t d = 1; d < begins.size(); ++d)
        begins[d] += begins[d - 1];
    auto next = begins;
    for (std::size_t i = 0; i < part.n; ++i)
        part.there[next[offsetOf(part.here[i], smallest) >> shift]++] = part.here[i];
    for (std::size_t d = 0; d + 1 < begins.size(); ++d) {
        const std::size_t n = begins[d + 1] - begins[d];
        if (n > 0)
            sortPart(part.at(begins[d], n).swapped(), advanced(smallest, d, shift), shift,
                     !inPlace);
    }
}

class ParallelSort {
public:
    ParallelSort(std::size_t all, const JobContext& context)
        : m_all(static_cast<double>(all)), m_context(context)
    {
    }

    bool sort(Part part, bool inPlace)
    {
        const auto chunks = (static_cast<std::int64_t>(part.n) + kChunk - 1) / kChunk;
        const auto inChunk = [&](std::int64_t c) {
            const auto begin = static_cast<std::size_t>(c * kChunk);
            return part.at(begin, std::min<std::size_t>(kChunk, part.n - begin));
        };
        std::vector<std::pair<Key, Key>> ends(static_cast<std::size_t>(chunks));
        if (!forEachIndex(chunks, m_context, [&](std::int64_t c) {
                const auto some = inChunk(c);
                Key lo = some.here[0];
                Key hi = some.here[0];
                for (std::size_t i = 1; i < some.n; ++i) {
                    lo = std::min(lo, some.here[i]);
                    hi = std::max(hi, some.here[i]);
                }
                ends[static_cast<std::size_t>(c)] = {lo, hi};
            }))
            return false;
        Key smallest = part.here[0];
        Key largest = part.here[0];
        for (const auto& [lo, hi] : ends) {
            smallest = std::min(smallest, lo);
            largest = std::max(largest, hi);
        }
        const int bits = std::bit_width(offsetOf(largest, smallest));
        if (part.n < kCachedKeys || bits == 0) {
            sortPart(part, smallest, bits, inPlace);
            done(part.n);
            return true;
        }
        const int spread = std::min(bits, kSpreadBits);
        const int shift = bits - spread;
        const std::size_t digits = std::size_t{1} << spread;
        std::vector<std::size_t> places(static_cast<std::size_t>(chunks) * digits);
        if (!forEachIndex(chunks, m_context, [&](std::int64_t c) {
                const auto some = inChunk(c);
                std::size_t* counts = places.data() + static_cast<std::size_t>(c) * digits;
                for (std::size_t i = 0; i < some.n; ++i)
                    ++counts[offsetOf(some.here[i], smallest) >> shift];
            }))
            return false;
        // Where each digit begins, and where each chunk's keys of that digit go, from there.
        std::vector<std::size_t> begins(digits + 1);
        for (std::size_t d = 0; d < digits; ++d) {
            std::size_t n = 0;
            for (std::int64_t c = 0; c < chunks; ++c) {
                auto& place = places[static_cast<std::size_t>(c) * digits + d];
                n += std::exchange(place, n);
            }
            begins[d + 1] = begins[d] + n;
        }
        if (!forEachIndex(chunks, m_context, [&](std::int64_t c) {
                const auto some = inChunk(c);
                const std::size_t* first = places.data() + static_cast<std::size_t>(c) * digits;
                Key* next[std::size_t{1} << kSpreadBits];
                for (std::size_t d = 0; d < digits; ++d)
                    next[d] = part.there + begins[d] + first[d];
                for (std::size_t i = 0; i < some.n; ++i)
                    *next[offsetOf(some.here[i], smallest) >> shift]++ = some.here[i];
            }))
            return false;
        // Large parts first: the small ones then fill the cores evenly.
        std::vector<std::size_t> order;
        for (std::size_t d = 0; d < digits; ++d) {
            const std::size_t n = begins[d + 1] - begins[d];
            const auto sub = part.at(begins[d], n).swapped();
            if (n > kSharedKeys && (n > part.n / 8 || n > kMostAlone) && shift > 0) {
                if (!sort(sub, !inPlace))
                    return false;
            } else if (n > 0) {
                order.push_back(d);
            }
        }
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return begins[a + 1] - begins[a] > begins[b + 1] - begins[b];
        });
        std::atomic<std::size_t> next{0};
        return forEachIndex(static_cast<std::int64_t>(order.size()), m_context, [&](std::int64_t) {
            const std::size_t d = order[next.fetch_add(1)];
            const std::size_t n = begins[d + 1] - begins[d];
            sortPart(part.at(begins[d], n).swapped(), advanced(smallest, d, shift), shift,
                     !inPlace);
            done(n);
        });
    }

private:
    void done(std::size_t n)
    {
        m_context.report("sorting", static_cast<double>(m_done.fetch_add(n) + n) / m_all);
    }

    double m_all;
    const JobContext& m_context;
    std::atomic<std::size_t> m_done{0};
};

} // namespace

bool sortKeys(std::span<std::int32_t> keys, std::span<std::int32_t> scratch,
              const JobContext& context)
{
    if (context.stopRequested())
        return false;
    if (keys.size() < 2)
        return true;
    return ParallelSort(keys.size(), context)
        .sort({keys.data(), scratch.data(), keys.size()}, true);
}

} // namespace qs
