// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/shape.h"

#include <algorithm>

namespace qs {

/// Which of a quantizer's parameters each element of a row-major tensor uses: one set for the whole
/// tensor, one per channel along an axis, or one per group of consecutive channels along an axis
/// (ONNX's blocked quantization: the parameters have the tensor's shape with the axis' size
/// replaced by ceil(size / group_size); the last group may be shorter).
class ParamLayout {
public:
    /// One set of parameters for `numel` elements.
    static ParamLayout perTensor(std::int64_t numel);
    /// 0 <= axis < rank.
    static ParamLayout perChannel(const Shape& shape, int axis);
    /// 0 <= axis < rank, groupSize >= 1.
    static ParamLayout perGroup(const Shape& shape, int axis, std::int64_t groupSize);

    /// How many sets of parameters there are; 1 for a whole tensor, 0 where an axis is empty.
    std::int64_t count() const { return m_count; }
    std::int64_t numel() const { return m_outer * m_channels * m_inner; }
    /// The set that element i uses.
    std::int64_t indexOf(std::int64_t i) const
    {
        const std::int64_t row = i / m_inner;
        const std::int64_t channel = row % m_channels;
        if (m_groupSize == 0)
            return channel;
        return (row / m_channels * m_groups + channel / m_groupSize) * m_inner + i % m_inner;
    }

    /// Cuts the elements [begin, begin + count) into runs: calls body(index, offset, n) where the
    /// elements begin + offset + [0, n) use set `index` (stride() == 0), or the sets index + [0, n)
    /// one after the other (stride() == 1: groups along an axis that is not the last).
    template <typename Body>
    void forEachRun(std::int64_t begin, std::int64_t count, Body body) const
    {
        if (m_channels == 1 && m_groupSize == 0) {
            if (count > 0)
                body(std::int64_t{0}, std::int64_t{0}, count);
            return;
        }
        // The length over which parameters do not change their rule: a channel's inner run, or,
        // where channels are adjacent elements, the rest of the group.
        const bool adjacent = m_groupSize > 0 && m_inner == 1;
        for (std::int64_t done = 0; done < count;) {
            const std::int64_t i = begin + done;
            std::int64_t n = 0;
            if (adjacent) {
                const std::int64_t channel = i % m_channels;
                n = std::min(m_groupSize - channel % m_groupSize, m_channels - channel);
            } else {
                n = m_inner - i % m_inner;
            }
            n = std::min(n, count - done);
            body(indexOf(i), done, n);
            done += n;
        }
    }
    int stride() const { return m_groupSize > 0 && m_inner > 1 ? 1 : 0; }

    /// Calls body(begin, n) for the runs of consecutive elements that belong to set `index`, in
    /// memory order; body returns false to stop.
    template <typename Body>
    void forEachRunOf(std::int64_t index, Body body) const
    {
        if (m_groupSize == 0) {
            for (std::int64_t o = 0; o < m_outer; ++o) {
                if (!body((o * m_channels + index) * m_inner, m_inner))
                    return;
            }
            return;
        }
        const std::int64_t in = index % m_inner;
        const std::int64_t group = index / m_inner % m_groups;
        const std::int64_t outer = index / m_inner / m_groups;
        const std::int64_t first = group * m_groupSize;
        const std::int64_t last = std::min(first + m_groupSize, m_channels);
        if (m_inner == 1) {
            body(outer * m_channels + first, last - first);
            return;
        }
        for (std::int64_t c = first; c < last; ++c) {
            if (!body((outer * m_channels + c) * m_inner + in, std::int64_t{1}))
                return;
        }
    }

    std::int64_t channels() const { return m_channels; }
    std::int64_t inner() const { return m_inner; }
    std::int64_t groupSize() const { return m_groupSize; } ///< 0: not grouped

    bool operator==(const ParamLayout&) const = default;

private:
    std::int64_t m_outer = 1;
    std::int64_t m_channels = 1;
    std::int64_t m_inner = 1;
    std::int64_t m_groupSize = 0;
    std::int64_t m_groups = 1; ///< along the axis
    std::int64_t m_count = 1;
};

} // namespace qs
