// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/wide_codes.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

namespace qs {
namespace {

constexpr std::size_t kPiece = 1024;
constexpr std::size_t kLows = std::size_t{1} << kLowBits;
constexpr std::uint64_t kTableBytes = kLows * sizeof(std::int64_t);
constexpr std::uint64_t kLeastBytes = std::uint64_t{1} << 20;

/// Codes with the same upper bits: their lower bits one by one where they are few, else how often
/// each occurs.
bool isTable(std::int64_t count)
{
    return static_cast<std::uint64_t>(count) > kTableBytes / sizeof(std::uint16_t);
}

std::uint64_t bytesFor(std::int64_t count)
{
    return isTable(count) ? kTableBytes : static_cast<std::uint64_t>(count) * sizeof(std::uint16_t);
}

/// Codes whose upper bits lie in one range, gathered by many threads.
class Range {
public:
    Range(std::span<const std::int64_t> tops, std::size_t first, std::size_t last)
        : m_first(first), m_buckets(last - first)
    {
        std::size_t lows = 0;
        std::size_t counts = 0;
        for (std::size_t i = 0; i < m_buckets.size(); ++i) {
            auto& bucket = m_buckets[i];
            bucket.table = isTable(tops[first + i]);
            auto& used = bucket.table ? counts : lows;
            bucket.begin = used;
            used += bucket.table ? kLows : static_cast<std::size_t>(tops[first + i]);
            bucket.end = used;
            bucket.next = bucket.begin;
        }
        m_lows.resize(lows);
        m_counts.resize(counts);
    }

    /// `code` counts from the first one; callable from any thread.
    void add(std::uint32_t code, std::int64_t times)
    {
        const std::size_t top = code >> kLowBits;
        if (top < m_first || top - m_first >= m_buckets.size())
            return;
        const auto low = static_cast<std::uint16_t>(code & (kLows - 1));
        auto& bucket = m_buckets[top - m_first];
        if (bucket.table) {
            std::atomic_ref(m_counts[bucket.begin + low])
                .fetch_add(times, std::memory_order_relaxed);
            return;
        }
        const std::size_t at =
            std::atomic_ref(bucket.next)
                .fetch_add(static_cast<std::size_t>(times), std::memory_order_relaxed);
        // A mapped file that another program changes may give other codes than in the first pass.
        for (std::size_t i = at; i < std::min(at + static_cast<std::size_t>(times), bucket.end);
             ++i)
            m_lows[i] = low;
    }

    std::size_t size() const { return m_buckets.size(); }

    /// What bucket i adds to the whole, of n elements. Uses its part of the memory up.
    CodeUse use(std::size_t i, double n)
    {
        const auto& bucket = m_buckets[i];
        CodeUse use;
        const auto found = [&](std::int64_t count) {
            const double p = static_cast<double>(count) / n;
            ++use.levelsUsed;
            use.entropyBits -= p * std::log2(p);
        };
        if (bucket.table) {
            for (std::size_t at = bucket.begin; at < bucket.end; ++at) {
                if (m_counts[at] > 0)
                    found(m_counts[at]);
            }
            return use;
        }
        const auto begin = m_lows.begin() + static_cast<std::ptrdiff_t>(bucket.begin);
        const auto end =
            m_lows.begin() + static_cast<std::ptrdiff_t>(std::min(bucket.next, bucket.end));
        std::sort(begin, end);
        for (auto at = begin; at != end;) {
            const auto next = std::upper_bound(at, end, *at);
            found(next - at);
            at = next;
        }
        return use;
    }

private:
    struct Bucket {
        bool table = false;
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t next = 0; ///< of a list: where the next element goes
    };

    std::size_t m_first;
    std::vector<Bucket> m_buckets;
    std::vector<std::uint16_t> m_lows;
    std::vector<std::int64_t> m_counts;
};

/// Gathers the tensor's codes that lie in the range. Returns false when it was stopped.
bool gather(const Tensor& tensor, const Quantizer& quantizer, Range& range,
            const JobContext& context)
{
    const auto first = static_cast<std::uint32_t>(quantizer.params().firstCode());
    return forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            std::int32_t codes[kPiece];
            const auto x = tensor.read(begin, end, buffer);
            for (std::size_t at = 0; at < x.size(); at += kPiece) {
                const auto some = x.subspan(at, std::min(kPiece, x.size() - at));
                quantizer.quantize(some, begin + static_cast<std::int64_t>(at), codes);
                // Equal neighbours are added together: threads would wait for each other.
                std::uint32_t last = 0;
                std::int64_t times = 0;
                for (std::size_t i = 0; i < some.size(); ++i) {
                    if (!std::isfinite(some[i]))
                        continue;
                    const std::uint32_t code = static_cast<std::uint32_t>(codes[i]) - first;
                    if (times > 0 && code != last) {
                        range.add(last, times);
                        times = 0;
                    }
                    last = code;
                    ++times;
                }
                if (times > 0)
                    range.add(last, times);
            }
        });
}

} // namespace

Result<CodeUse> countWideCodes(const Tensor& tensor, const Quantizer& quantizer,
                               std::span<const std::int64_t> tops, std::uint64_t bytes,
                               const JobContext& context)
{
    const auto n = static_cast<double>(std::accumulate(tops.begin(), tops.end(), std::int64_t{0}));
    const std::uint64_t budget = std::max(bytes, kLeastBytes);
    CodeUse all;
    for (std::size_t first = 0; first < tops.size();) {
        context.report("counting codes",
                       static_cast<double>(first) / static_cast<double>(tops.size()));
        std::size_t last = first;
        std::uint64_t taken = 0;
        while (last < tops.size() && taken + bytesFor(tops[last]) <= budget)
            taken += bytesFor(tops[last++]);
        if (taken == 0)
            break; // nothing but empty ranges is left
        Range range(tops, first, last);
        if (!gather(tensor, quantizer, range, context))
            return Error::cancelled();
        std::vector<CodeUse> parts(range.size());
        const bool done =
            forEachIndex(static_cast<std::int64_t>(range.size()), context, [&](std::int64_t i) {
                const auto at = static_cast<std::size_t>(i);
                parts[at] = range.use(at, n);
            });
        if (!done)
            return Error::cancelled();
        for (const auto& part : parts) {
            all.levelsUsed += part.levelsUsed;
            all.entropyBits += part.entropyBits;
        }
        first = last;
    }
    return all;
}

} // namespace qs
