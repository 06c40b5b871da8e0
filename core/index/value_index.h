// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/double_double.h"
#include "core/base/job_context.h"
#include "core/base/large_array.h"
#include "core/index/float_key.h"
#include "core/tensor/param_layout.h"
#include "core/tensor/tensor.h"

#include <memory>
#include <span>
#include <vector>

namespace qs {

/// Of some elements: how many they are, Σx and Σx², to about 100 bits.
struct Moments {
    std::int64_t count = 0;
    DoubleDouble sum;
    DoubleDouble squares;

    /// Σ(x - y): exact to some 2^-100 Σ|x|, so that no digit is lost where all x are close to y.
    double errors(double y) const { return (sum - DoubleDouble::product(y, n())).value(); }
    /// Σ(x - y)²
    double squaredErrors(double y) const
    {
        const auto crossed = sum * (2 * y);
        const auto square = DoubleDouble::product(y, y) * n();
        return std::max((squares - crossed + square).value(), 0.0);
    }
    Moments operator-(const Moments& o) const
    {
        return {count - o.count, sum - o.sum, squares - o.squares};
    }

private:
    double n() const { return static_cast<double>(count); }
};

/// The finite elements of one set (a tensor, a channel), ascending, with the sums that make any
/// stretch of them cheap. A place is a position among the stored values, 0 … places(): elements in
/// order, or where the element type has at most 16 bits the different values with how often each
/// occurs.
class SortedValues {
public:
    std::int64_t count() const { return countBelow(places()); }
    std::int64_t places() const { return static_cast<std::int64_t>(m_keys.size()); }
    bool isTable() const { return !m_counts.empty(); }
    /// 0 <= place < places().
    std::int32_t keyAt(std::int64_t place) const { return m_keys[static_cast<std::size_t>(place)]; }
    float valueAt(std::int64_t place) const { return floatOf(keyAt(place)); }
    std::span<const std::int32_t> keys() const { return m_keys; }
    /// How many elements lie before a place.
    std::int64_t countBelow(std::int64_t place) const
    {
        return isTable() ? m_counts[static_cast<std::size_t>(place)] : place;
    }
    /// How many elements have the value of a place.
    std::int64_t countAt(std::int64_t place) const
    {
        return countBelow(place + 1) - countBelow(place);
    }

    /// The first place whose key is not below `key`. O(log n).
    std::int64_t placeOf(std::int32_t key) const;
    /// The same for ascending keys, all whose places lie in [first, last]; out as long as keys.
    /// Memory is asked for several at a time, so that this costs less than as many placeOf.
    void placesOf(std::span<const std::int32_t> keys, std::int64_t first, std::int64_t last,
                  std::int64_t* out) const;
    /// The moments of all elements before a place, but for a constant that is the same for all
    /// places: only differences mean something. Counted from the values nearest to 0 outwards, so
    /// that huge values cost the small ones no digit. O(1).
    Moments momentsAt(std::int64_t place) const;
    /// Of the elements from place `first` to before `last`.
    Moments moments(std::int64_t first, std::int64_t last) const
    {
        return momentsAt(last) - momentsAt(first);
    }
    /// The k-th smallest element, 0 <= k < count().
    float elementAt(std::int64_t k) const;
    /// numpy's and PyTorch's linear interpolation between the elements beside p * (count - 1);
    /// 0 <= p <= 1, count() > 0. Torch.quantile interpolates in the element type, this in double.
    double quantile(double p) const;

private:
    friend class ValueIndex;
    struct BlockSums {
        DoubleDouble sum;
        DoubleDouble squares;
    };

    Moments blockMoments(std::int64_t first, std::int64_t last) const;
    std::int64_t searchBlocks(std::int32_t key, std::int64_t first, std::int64_t last) const;
    std::int64_t searchIn(std::int64_t block, std::int32_t key) const;
    void sumBlocks();

    std::span<const std::int32_t> m_keys;
    std::span<const std::int64_t> m_counts; ///< of a table: elements before each place
    LargeArray<std::int32_t> m_firsts;      ///< of each block
    LargeArray<BlockSums> m_sums;           ///< before each block and after the last
    std::int64_t m_zeroBlock = 0;           ///< where the sums start,
    std::int64_t m_zeroPlace = 0;           ///< and at which place in it
};

/// The sorted values of a whole tensor, or of each of its channels: built once, it answers what any
/// quantizer does to all elements in a time that hardly depends on how many they are, because every
/// scalar quantizer is monotone: the elements of a code are one stretch of the sorted values.
/// Immutable, callable from any thread.
class ValueIndex {
public:
    /// Sorts every set of the layout (core/base/parallel's cores, sortKeys); counts instead where
    /// the elements have 8 or 16 bits. NaN, +Inf and -Inf are left out. layout.numel() ==
    /// tensor.numel(), exists(layout). While it works it takes peakBytes(), afterwards bytes(). The
    /// same for any number of threads. Errors: cancelled.
    static Result<std::shared_ptr<const ValueIndex>>
    build(const Tensor& tensor, const ParamLayout& layout, const JobContext& context = {});
    /// Of all finite elements of several tensors together, one set.
    static Result<std::shared_ptr<const ValueIndex>> build(std::span<const Tensor> tensors,
                                                           const JobContext& context = {});

    std::size_t sets() const { return m_sets.size(); }
    const SortedValues& set(std::size_t i) const { return m_sets[i]; }
    std::span<const SortedValues> all() const { return m_sets; }
    const ParamLayout& layout() const { return m_layout; }
    /// Whether its sets are those of this layout.
    bool fits(const ParamLayout& layout) const
    {
        return m_layout == layout ||
               (sets() == 1 && layout.count() == 1 && m_layout.numel() == layout.numel());
    }
    /// Whether an index can be built for such a layout: for a tensor or channels, not for groups.
    static bool exists(const ParamLayout& layout)
    {
        return layout.groupSize() == 0 || layout.count() == 1;
    }
    /// Memory that it takes: at most 1.3 times the tensor's size as float32 where sets are not
    /// tiny.
    std::uint64_t bytes() const;
    /// What building it takes at most at a time: 2.3 times the tensor's size as float32.
    static std::uint64_t peakBytes(const Tensor& tensor, const ParamLayout& layout);

private:
    ValueIndex() = default;

    ParamLayout m_layout = ParamLayout::perTensor(0);
    LargeArray<std::int32_t> m_keys;
    std::vector<std::int32_t> m_tableKeys;
    std::vector<std::int64_t> m_tableCounts;
    std::vector<SortedValues> m_sets;

    bool sortSets(std::span<const Tensor> tensors, std::int64_t setSize, const JobContext& context);
    bool countSets(const Tensor& tensor, const JobContext& context);
};

} // namespace qs
