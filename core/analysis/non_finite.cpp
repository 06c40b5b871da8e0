// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/non_finite.h"

#include "core/base/parallel.h"

#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>

namespace qs {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

NonFiniteKind kindOf(float value)
{
    return std::isnan(value) ? NonFiniteKind::NaN
                             : (value > 0 ? NonFiniteKind::PosInf : NonFiniteKind::NegInf);
}

/// Those of one block: all are counted, at most `most` listed.
NonFiniteElements lookAt(std::span<const float> x, std::int64_t begin, std::int64_t most)
{
    NonFiniteElements found;
    std::int64_t finite = 0;
    for (const float v : x)
        finite += std::fabs(v) < kInf ? 1 : 0;
    if (finite == static_cast<std::int64_t>(x.size()))
        return found;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::fabs(x[i]) < kInf)
            continue;
        const auto kind = kindOf(x[i]);
        found.nanCount += kind == NonFiniteKind::NaN ? 1 : 0;
        found.posInfCount += kind == NonFiniteKind::PosInf ? 1 : 0;
        found.negInfCount += kind == NonFiniteKind::NegInf ? 1 : 0;
        if (static_cast<std::int64_t>(found.first.size()) < most)
            found.first.push_back({begin + static_cast<std::int64_t>(i), kind});
    }
    return found;
}

/// Joins the blocks' answers as they come, in any order.
class Joined {
public:
    explicit Joined(std::int64_t most) : m_most(most) {}

    void add(std::int64_t block, NonFiniteElements&& found)
    {
        const std::lock_guard lock(m_mutex);
        m_all.nanCount += found.nanCount;
        m_all.posInfCount += found.posInfCount;
        m_all.negInfCount += found.negInfCount;
        m_listed += static_cast<std::int64_t>(found.first.size());
        m_lists.emplace(block, std::move(found.first));
        // The last block is not among the first ones once those before it have enough.
        while (!m_lists.empty()) {
            const auto last = std::prev(m_lists.end());
            const auto size = static_cast<std::int64_t>(last->second.size());
            if (m_listed - size < m_most)
                break;
            m_listed -= size;
            m_lists.erase(last);
        }
    }

    NonFiniteElements take()
    {
        for (const auto& [block, list] : m_lists)
            m_all.first.insert(m_all.first.end(), list.begin(), list.end());
        if (static_cast<std::int64_t>(m_all.first.size()) > m_most)
            m_all.first.resize(static_cast<std::size_t>(m_most));
        return std::move(m_all);
    }

private:
    std::int64_t m_most;
    std::mutex m_mutex;
    NonFiniteElements m_all;
    std::map<std::int64_t, std::vector<NonFiniteElement>> m_lists;
    std::int64_t m_listed = 0; ///< elements in m_lists
};

} // namespace

std::string_view name(NonFiniteKind kind)
{
    switch (kind) {
    case NonFiniteKind::NaN:
        return "NaN";
    case NonFiniteKind::PosInf:
        return "+Inf";
    case NonFiniteKind::NegInf:
        break;
    }
    return "-Inf";
}

Result<NonFiniteElements> findNonFinite(const Tensor& tensor, std::int64_t most,
                                        const JobContext& context)
{
    Joined joined(most);
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            auto found = lookAt(tensor.read(begin, end, buffer), begin, most);
            if (found.total() > 0)
                joined.add(block, std::move(found));
        });
    if (!done)
        return Error::cancelled();
    return joined.take();
}

} // namespace qs
