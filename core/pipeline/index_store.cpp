// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/index_store.h"

#include <algorithm>

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

std::tuple<bool, bool, std::uint64_t> IndexStore::rankOf(const Entry& entry) const
{
    const bool looked = entry.tensor == m_looked;
    return {looked, looked && entry.index->sets() == 1, entry.used};
}

bool IndexStore::makeRoom(const TensorKey& tensor, std::uint64_t peakBytes)
{
    const std::scoped_lock lock(m_mutex);
    std::uint64_t available = m_available();
    std::vector<std::size_t> others;
    std::uint64_t droppable = 0;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (m_entries[i].tensor == tensor && m_entries[i].index->sets() == 1)
            continue;
        others.push_back(i);
        droppable += m_entries[i].index->bytes();
    }
    if (available + droppable < peakBytes + kReserve)
        return false;
    std::sort(others.begin(), others.end(), [&](std::size_t a, std::size_t b) {
        return rankOf(m_entries[a]) < rankOf(m_entries[b]);
    });
    for (const std::size_t i : others) {
        if (available >= peakBytes + kReserve)
            break;
        // What the system gives back may take a moment: our own count is used.
        available += m_entries[i].index->bytes();
        m_entries[i].index.reset();
    }
    std::erase_if(m_entries, [](const Entry& e) { return e.index == nullptr; });
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
        const auto worst =
            std::min_element(m_entries.begin(), m_entries.end(),
                             [&](const Entry& a, const Entry& b) { return rankOf(a) < rankOf(b); });
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
