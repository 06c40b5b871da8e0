// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/index_store.h"

#include <algorithm>
#include <tuple>

namespace qs {

void IndexStore::look(const TensorKey& tensor)
{
    const std::scoped_lock lock(m_mutex);
    m_looked = tensor;
}

std::shared_ptr<const ValueIndex> IndexStore::find(const TensorKey& tensor,
                                                   const ParamLayout& layout)
{
    const std::scoped_lock lock(m_mutex);
    for (auto& entry : m_entries) {
        if (entry.tensor == tensor && entry.index->fits(layout)) {
            entry.used = ++m_uses;
            return entry.index;
        }
    }
    return nullptr;
}

std::vector<IndexStore::Entry>::iterator IndexStore::firstToGo()
{
    return std::min_element(
        m_entries.begin(), m_entries.end(), [&](const Entry& a, const Entry& b) {
            const auto rank = [&](const Entry& e) {
                const bool looked = e.tensor == m_looked;
                return std::tuple(looked, looked && e.index->sets() == 1, e.used);
            };
            return rank(a) < rank(b);
        });
}

bool IndexStore::makeRoom(const TensorKey& tensor, std::uint64_t peakBytes)
{
    const std::scoped_lock lock(m_mutex);
    std::uint64_t available = m_available();
    std::uint64_t droppable = 0;
    for (const auto& entry : m_entries) {
        if (!(entry.tensor == tensor))
            droppable += entry.index->bytes();
    }
    if (available + droppable < peakBytes + kReserve)
        return false;
    while (available < peakBytes + kReserve) {
        // What the system gives back may take a moment: our own count is used.
        auto worst = m_entries.end();
        for (auto it = m_entries.begin(); it != m_entries.end(); ++it) {
            if (!(it->tensor == tensor) && (worst == m_entries.end() || it->used < worst->used))
                worst = it;
        }
        if (worst == m_entries.end())
            return false;
        available += worst->index->bytes();
        m_entries.erase(worst);
    }
    return true;
}

void IndexStore::put(const Tensor& tensor, std::shared_ptr<const ValueIndex> index)
{
    const auto key = TensorKey::of(tensor);
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_entries, [&](const Entry& e) {
        return e.tensor == key && e.index->fits(index->layout());
    });
    m_entries.push_back({key, tensor, std::move(index), ++m_uses});
}

void IndexStore::relieve()
{
    const std::scoped_lock lock(m_mutex);
    if (m_entries.empty())
        return;
    std::uint64_t available = m_available();
    while (available < kReserve && !m_entries.empty()) {
        const auto worst = firstToGo();
        available += worst->index->bytes();
        m_entries.erase(worst);
    }
}

std::uint64_t IndexStore::bytes() const
{
    const std::scoped_lock lock(m_mutex);
    std::uint64_t sum = 0;
    for (const auto& entry : m_entries)
        sum += entry.index->bytes();
    return sum;
}

std::size_t IndexStore::size() const
{
    const std::scoped_lock lock(m_mutex);
    return m_entries.size();
}

} // namespace qs
