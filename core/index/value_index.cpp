// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/index/value_index.h"

#include "core/base/parallel.h"
#include "core/index/sort_keys.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <oneapi/tbb/enumerable_thread_specific.h>

namespace qs {
namespace {

/// Values that share one entry of sums: four cache lines.
constexpr std::int64_t kBlock = 64;
/// Keys further apart than this differ by more than an eighth of their size.
constexpr std::int64_t kFarApart = 1 << 20;
/// Searches that are under way together, so that they wait for memory at the same time.
constexpr std::size_t kTogether = 32;
/// What stands for NaN and infinities until they are left out: behind every finite key.
constexpr std::int32_t kNonfinite = std::numeric_limits<std::int32_t>::max();
/// Sets of at most this many values are sorted and summed by one core each.
constexpr std::int64_t kOwnCore = 1 << 20;

std::int32_t finiteKey(float v)
{
    return std::fabs(v) <= std::numeric_limits<float>::max() ? keyOf(v) : kNonfinite;
}

/// Whether elements are counted instead of sorted. A table takes 12 bytes for each different value
/// and some sums: of small sets it would be larger than the sets.
bool isCounted(const Tensor& tensor, const ParamLayout& layout)
{
    const auto size = info(tensor.type()).size;
    constexpr std::int64_t kTimes = 4;
    return size <= 2 &&
           (layout.count() == 1 ||
            tensor.numel() / std::max<std::int64_t>(layout.count(), 1) >= kTimes << (8 * size));
}

std::int64_t blocksOf(std::int64_t places)
{
    return (places + kBlock - 1) / kBlock;
}

} // namespace

std::int64_t SortedValues::searchBlocks(std::int32_t key, std::int64_t first,
                                        std::int64_t last) const
{
    // The last block in [first, last) whose first key is below the key; first where none is.
    const std::int32_t* at = m_firsts.data() + first;
    std::int64_t n = last - first;
    while (n > 1) {
        const std::int64_t half = n / 2;
        at = at[half] < key ? at + half : at;
        n -= half;
    }
    return at - m_firsts.data();
}

std::int64_t SortedValues::searchIn(std::int64_t block, std::int32_t key) const
{
    const std::int64_t begin = block * kBlock;
    const std::int64_t n = std::min(kBlock, places() - begin);
    const std::int32_t* at = m_keys.data() + begin;
    std::int32_t below = 0;
    if (n == kBlock) {
        for (std::int64_t i = 0; i < kBlock; ++i)
            below += at[i] < key ? 1 : 0;
    } else {
        for (std::int64_t i = 0; i < n; ++i)
            below += at[i] < key ? 1 : 0;
    }
    return begin + below;
}

std::int64_t SortedValues::placeOf(std::int32_t key) const
{
    if (m_firsts.size() == 0)
        return 0;
    return searchIn(searchBlocks(key, 0, static_cast<std::int64_t>(m_firsts.size())), key);
}

void SortedValues::placesOf(std::span<const std::int32_t> keys, std::int64_t first,
                            std::int64_t last, std::int64_t* out) const
{
    if (m_firsts.size() == 0) {
        std::fill_n(out, keys.size(), 0);
        return;
    }
    const auto lastBlock =
        std::min<std::int64_t>(last / kBlock + 1, static_cast<std::int64_t>(m_firsts.size()));
    std::int64_t from = std::min(first / kBlock, lastBlock - 1);
    for (std::size_t at = 0; at < keys.size(); at += kTogether) {
        const std::size_t n = std::min(kTogether, keys.size() - at);
        std::int64_t blocks[kTogether];
        for (std::size_t i = 0; i < n; ++i) {
            // Ascending: from where the one before was found, in growing steps.
            const std::int32_t key = keys[at + i];
            std::int64_t step = 1;
            while (from + step < lastBlock && m_firsts[static_cast<std::size_t>(from + step)] < key)
                step *= 2;
            from = searchBlocks(key, from + step / 2, std::min(from + step, lastBlock));
            blocks[i] = from;
            const std::int32_t* values = m_keys.data() + from * kBlock;
            __builtin_prefetch(values);
            __builtin_prefetch(values + 16);
            __builtin_prefetch(values + 32);
            __builtin_prefetch(values + 48);
        }
        for (std::size_t i = 0; i < n; ++i)
            out[at + i] = searchIn(blocks[i], keys[at + i]);
    }
}

Moments SortedValues::blockMoments(std::int64_t first, std::int64_t last) const
{
    if (first == last)
        return {};
    // Values that are far from each other, at the ends and around 0: every digit is kept.
    if (std::int64_t{keyAt(last - 1)} - keyAt(first) > kFarApart) {
        Moments m;
        m.count = countBelow(last) - countBelow(first);
        for (std::int64_t i = first; i < last; ++i) {
            const auto x = static_cast<double>(valueAt(i));
            const double w = isTable() ? static_cast<double>(countAt(i)) : 1.0;
            m.sum = m.sum + DoubleDouble::product(x, w);
            m.squares = m.squares + DoubleDouble(x * x) * w; // 48 bits: exact
        }
        return m;
    }
    // About a value of the block: differences of neighbours are exact and small.
    const auto origin = static_cast<double>(valueAt(first));
    double sum[4] = {};
    double squares[4] = {};
    for (std::int64_t i = first; i < last; ++i) {
        const double d = static_cast<double>(valueAt(i)) - origin;
        const double w = isTable() ? static_cast<double>(countAt(i)) : 1.0;
        sum[i % 4] += w * d;
        squares[i % 4] += w * (d * d);
    }
    const double d1 = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    const double d2 = (squares[0] + squares[1]) + (squares[2] + squares[3]);
    Moments m;
    m.count = countBelow(last) - countBelow(first);
    const auto n = static_cast<double>(m.count);
    m.sum = DoubleDouble::product(origin, n) + DoubleDouble(d1);
    m.squares = DoubleDouble::product(origin, origin) * n + DoubleDouble::product(2 * origin, d1) +
                DoubleDouble(d2);
    return m;
}

Moments SortedValues::momentsAt(std::int64_t place) const
{
    const std::int64_t block = place / kBlock;
    const std::int64_t begin = block * kBlock;
    Moments m;
    m.count = countBelow(place);
    if (block == m_zeroBlock && block * kBlock < places()) {
        const auto part = blockMoments(std::min(place, m_zeroPlace), std::max(place, m_zeroPlace));
        m.sum = place < m_zeroPlace ? -part.sum : part.sum;
        m.squares = place < m_zeroPlace ? -part.squares : part.squares;
        return m;
    }
    if (place == begin || block > m_zeroBlock) {
        const auto& sums = m_sums[static_cast<std::size_t>(block)];
        const auto part = blockMoments(begin, place);
        m.sum = sums.sum + part.sum;
        m.squares = sums.squares + part.squares;
        return m;
    }
    const auto& sums = m_sums[static_cast<std::size_t>(block + 1)];
    const auto part = blockMoments(place, std::min(begin + kBlock, places()));
    m.sum = sums.sum - part.sum;
    m.squares = sums.squares - part.squares;
    return m;
}

float SortedValues::elementAt(std::int64_t k) const
{
    if (!isTable())
        return valueAt(k);
    const auto after = std::upper_bound(m_counts.begin(), m_counts.end(), k);
    return valueAt(after - m_counts.begin() - 1);
}

double SortedValues::quantile(double p) const
{
    const double at = p * static_cast<double>(count() - 1);
    const auto below = static_cast<std::int64_t>(std::floor(at));
    const double part = at - static_cast<double>(below);
    const auto a = static_cast<double>(elementAt(below));
    const auto b = static_cast<double>(elementAt(std::min(below + 1, count() - 1)));
    return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

void SortedValues::sumBlocks()
{
    const std::int64_t blocks = blocksOf(places());
    m_firsts = LargeArray<std::int32_t>(static_cast<std::size_t>(blocks));
    m_sums = LargeArray<BlockSums>(static_cast<std::size_t>(blocks) + 1);
    m_sums[static_cast<std::size_t>(blocks)] = {};
    constexpr std::int64_t kAtOnce = 1024;
    const auto sumSome = [&](std::int64_t part) {
        for (std::int64_t b = part * kAtOnce; b < std::min((part + 1) * kAtOnce, blocks); ++b) {
            const auto m = blockMoments(b * kBlock, std::min((b + 1) * kBlock, places()));
            m_firsts[static_cast<std::size_t>(b)] = keyAt(b * kBlock);
            m_sums[static_cast<std::size_t>(b)] = {m.sum, m.squares};
        }
    };
    const std::int64_t parts = (blocks + kAtOnce - 1) / kAtOnce;
    if (places() > kOwnCore) {
        forEachIndex(parts, {}, sumSome);
    } else {
        for (std::int64_t part = 0; part < parts; ++part)
            sumSome(part);
    }
    m_zeroBlock = 0;
    if (blocks > 0 && m_firsts[0] < 0)
        m_zeroBlock = searchBlocks(0, 0, blocks);
    // Each block's own sums become those from 0 to before it: outwards on both sides, from within
    // the block that has 0 inside.
    BlockSums run;
    if (blocks > 0) {
        const std::int64_t begin = m_zeroBlock * kBlock;
        const std::int64_t end = std::min(begin + kBlock, places());
        m_zeroPlace = std::clamp(placeOf(0), begin, end);
        const auto below = blockMoments(begin, m_zeroPlace);
        const auto above = blockMoments(m_zeroPlace, end);
        m_sums[static_cast<std::size_t>(m_zeroBlock)] = {-below.sum, -below.squares};
        run = {above.sum, above.squares};
    }
    for (std::int64_t b = m_zeroBlock + 1; b <= blocks; ++b) {
        auto& sums = m_sums[static_cast<std::size_t>(b)];
        const BlockSums own = sums;
        sums = run;
        run = {run.sum + own.sum, run.squares + own.squares};
    }
    run = m_sums[static_cast<std::size_t>(m_zeroBlock)];
    for (std::int64_t b = m_zeroBlock - 1; b >= 0; --b) {
        auto& sums = m_sums[static_cast<std::size_t>(b)];
        run = {run.sum - sums.sum, run.squares - sums.squares};
        sums = run;
    }
}

bool ValueIndex::sortSets(std::span<const Tensor> tensors, std::int64_t setSize,
                          const JobContext& context)
{
    std::size_t count = 0;
    for (const auto& tensor : tensors)
        count += static_cast<std::size_t>(tensor.numel());
    m_keys = LargeArray<std::int32_t>(count);
    std::int64_t offset = 0;
    for (const auto& tensor : tensors) {
        const bool whole = m_layout.count() == 1;
        if (!forEachBlock(
                tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                    thread_local std::vector<float> buffer;
                    const auto x = tensor.read(begin, end, buffer);
                    if (whole) {
                        std::int32_t* to = m_keys.data() + offset + begin;
                        for (std::size_t i = 0; i < x.size(); ++i)
                            to[i] = finiteKey(x[i]);
                        return;
                    }
                    const std::int64_t slab = m_layout.channels() * m_layout.inner();
                    m_layout.forEachRun(
                        begin, end - begin, [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                            const std::int64_t i = begin + at;
                            std::int32_t* to = m_keys.data() + set * setSize +
                                               i / slab * m_layout.inner() + i % m_layout.inner();
                            for (std::int64_t k = 0; k < n; ++k)
                                to[k] = finiteKey(x[static_cast<std::size_t>(at + k)]);
                        });
                }))
            return false;
        offset += tensor.numel();
    }
    LargeArray<std::int32_t> scratch(count);
    const auto sortSet = [&](std::int64_t set) {
        const auto begin = static_cast<std::size_t>(set * setSize);
        const std::span keys(m_keys.data() + begin, static_cast<std::size_t>(setSize));
        return sortKeys(keys, {scratch.data() + begin, keys.size()}, context);
    };
    const auto sets = static_cast<std::int64_t>(m_sets.size());
    if (setSize > kOwnCore) {
        for (std::int64_t set = 0; set < sets; ++set) {
            if (!sortSet(set))
                return false;
        }
    } else if (!forEachIndex(sets, context, [&](std::int64_t set) { sortSet(set); })) {
        return false;
    }
    for (std::int64_t set = 0; set < sets; ++set) {
        const std::int32_t* first = m_keys.data() + set * setSize;
        const auto finite = std::lower_bound(first, first + setSize, kNonfinite) - first;
        m_sets[static_cast<std::size_t>(set)].m_keys = {first, static_cast<std::size_t>(finite)};
    }
    return true;
}

bool ValueIndex::countSets(const Tensor& tensor, const JobContext& context)
{
    const auto& type = info(tensor.type());
    const std::size_t patterns = std::size_t{1} << (8 * type.size);
    std::vector<float> values(patterns);
    {
        std::vector<std::byte> codes(patterns * type.size);
        for (std::size_t p = 0; p < patterns; ++p) {
            codes[p * type.size] = static_cast<std::byte>(p & 0xff);
            if (type.size == 2)
                codes[p * 2 + 1] = static_cast<std::byte>(p >> 8);
        }
        type.toFloat32(codes.data(), values.data(), static_cast<std::int64_t>(patterns));
    }
    std::vector<std::pair<std::int32_t, std::uint32_t>> order; // key, pattern
    for (std::size_t p = 0; p < patterns; ++p) {
        if (const auto key = finiteKey(values[p]); key != kNonfinite)
            order.emplace_back(key, static_cast<std::uint32_t>(p));
    }
    std::sort(order.begin(), order.end());

    const auto* bytes = reinterpret_cast<const unsigned char*>(tensor.bytes().data());
    const auto patternAt = [&](std::int64_t i) -> std::size_t {
        return type.size == 1
                   ? bytes[i]
                   : static_cast<std::size_t>(bytes[2 * i] | (unsigned{bytes[2 * i + 1]} << 8));
    };
    using Counts = std::vector<std::int64_t>;
    const auto addSet = [&](const Counts& counts, std::vector<std::int32_t>& keys,
                            std::vector<std::int64_t>& sums) {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < order.size();) {
            const std::int32_t key = order[i].first;
            std::int64_t n = 0;
            for (; i < order.size() && order[i].first == key; ++i)
                n += counts[order[i].second]; // bool: every pattern but 0 is 1
            if (n == 0)
                continue;
            keys.push_back(key);
            sums.push_back(sum);
            sum += n;
        }
        sums.push_back(sum);
    };
    struct Ends {
        std::size_t keys;
        std::size_t counts;
    };
    std::vector<Ends> ends;
    if (m_sets.size() == 1) {
        tbb::enumerable_thread_specific<Counts> perThread([&] { return Counts(patterns); });
        if (!forEachBlock(tensor.numel(), context,
                          [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                              auto& counts = perThread.local();
                              for (std::int64_t i = begin; i < end; ++i)
                                  ++counts[patternAt(i)];
                          }))
            return false;
        Counts all(patterns);
        for (const auto& counts : perThread)
            std::transform(all.begin(), all.end(), counts.begin(), all.begin(), std::plus<>());
        addSet(all, m_tableKeys, m_tableCounts);
        ends.push_back({m_tableKeys.size(), m_tableCounts.size()});
    } else {
        struct Table {
            std::vector<std::int32_t> keys;
            std::vector<std::int64_t> counts;
        };
        std::vector<Table> tables(m_sets.size());
        tbb::enumerable_thread_specific<Counts> perThread([&] { return Counts(patterns); });
        const auto countSet = [&](std::int64_t set) {
            auto& counts = perThread.local();
            std::fill(counts.begin(), counts.end(), 0);
            m_layout.forEachRunOf(set, [&](std::int64_t begin, std::int64_t n) {
                for (std::int64_t i = begin; i < begin + n; ++i)
                    ++counts[patternAt(i)];
                return !context.stopRequested();
            });
            auto& table = tables[static_cast<std::size_t>(set)];
            addSet(counts, table.keys, table.counts);
        };
        if (!forEachIndex(static_cast<std::int64_t>(tables.size()), context, countSet))
            return false;
        for (auto& table : tables) {
            m_tableKeys.insert(m_tableKeys.end(), table.keys.begin(), table.keys.end());
            m_tableCounts.insert(m_tableCounts.end(), table.counts.begin(), table.counts.end());
            ends.push_back({m_tableKeys.size(), m_tableCounts.size()});
            table = {};
        }
        m_tableKeys.shrink_to_fit();
        m_tableCounts.shrink_to_fit();
    }
    Ends begin{0, 0};
    for (std::size_t set = 0; set < m_sets.size(); ++set) {
        const Ends end = ends[set];
        m_sets[set].m_keys = std::span(m_tableKeys).subspan(begin.keys, end.keys - begin.keys);
        m_sets[set].m_counts =
            std::span(m_tableCounts).subspan(begin.counts, end.counts - begin.counts);
        begin = end;
    }
    return true;
}

Result<std::shared_ptr<const ValueIndex>>
ValueIndex::build(const Tensor& tensor, const ParamLayout& layout, const JobContext& context)
{
    std::shared_ptr<ValueIndex> index(new ValueIndex);
    index->m_layout = layout;
    index->m_sets.resize(static_cast<std::size_t>(layout.count()));
    const std::int64_t setSize = layout.count() > 0 ? tensor.numel() / layout.count() : 0;
    const bool table = isCounted(tensor, layout);
    context.report("sorting", 0);
    if (table ? !index->countSets(tensor, context)
              : !index->sortSets({&tensor, 1}, setSize, context))
        return Error::cancelled();
    if (setSize > kOwnCore) {
        for (auto& set : index->m_sets)
            set.sumBlocks();
    } else if (!forEachIndex(layout.count(), context, [&](std::int64_t set) {
                   index->m_sets[static_cast<std::size_t>(set)].sumBlocks();
               })) {
        return Error::cancelled();
    }
    context.report("sorting", 1);
    return std::shared_ptr<const ValueIndex>(std::move(index));
}

Result<std::shared_ptr<const ValueIndex>> ValueIndex::build(std::span<const Tensor> tensors,
                                                            const JobContext& context)
{
    std::int64_t count = 0;
    for (const auto& tensor : tensors)
        count += tensor.numel();
    if (tensors.size() == 1)
        return build(tensors[0], ParamLayout::perTensor(count), context);
    std::shared_ptr<ValueIndex> index(new ValueIndex);
    index->m_layout = ParamLayout::perTensor(count);
    index->m_sets.resize(1);
    if (!index->sortSets(tensors, count, context))
        return Error::cancelled();
    index->m_sets[0].sumBlocks();
    return std::shared_ptr<const ValueIndex>(std::move(index));
}

std::uint64_t ValueIndex::bytes() const
{
    std::uint64_t all = m_keys.size() * sizeof(std::int32_t) +
                        m_tableKeys.capacity() * sizeof(std::int32_t) +
                        m_tableCounts.capacity() * sizeof(std::int64_t) + sizeof(*this);
    for (const auto& set : m_sets)
        all += sizeof set + set.m_firsts.size() * sizeof(std::int32_t) +
               set.m_sums.size() * sizeof(SortedValues::BlockSums);
    return all;
}

std::uint64_t ValueIndex::peakBytes(const Tensor& tensor, const ParamLayout& layout)
{
    const auto n = static_cast<std::uint64_t>(tensor.numel());
    const auto sets = static_cast<std::uint64_t>(layout.count());
    if (isCounted(tensor, layout)) {
        // Each table twice while they are put together, and the counters of each thread.
        const std::uint64_t patterns = std::uint64_t{1} << (8 * info(tensor.type()).size);
        return sets * std::min(patterns, n / std::max<std::uint64_t>(sets, 1)) * 32 +
               (std::uint64_t{1} << 23);
    }
    const std::uint64_t keys = n * sizeof(std::int32_t);
    const std::uint64_t sums =
        (n / kBlock + 2 * sets) * (sizeof(std::int32_t) + sizeof(SortedValues::BlockSums));
    // Keys and as much beside them while they are sorted, 1/20 of it for the places of digits.
    return keys + std::max(keys + keys / 20, sums + sets * sizeof(SortedValues)) + (1U << 20);
}

} // namespace qs
