// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/index/value_index.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace qs {

/// Which tensor: two with the same bytes and name are the same.
struct TensorKey {
    const void* data = nullptr;
    std::string name;
    std::int64_t numel = 0;
    static TensorKey of(const Tensor& tensor)
    {
        return {tensor.bytes().data(), tensor.name(), tensor.numel()};
    }
    bool operator==(const TensorKey&) const = default;
};

/// The indices that were built, as long as there is memory for them. Under pressure they go in this
/// order: those of tensors that are no longer looked at, the one that was used longest ago first;
/// then those per channel of the tensor that is looked at; last its whole one. Whoever still holds
/// one keeps it alive. Callable from any thread.
class IndexStore {
public:
    /// What is left for everything else when an index is built or kept.
    static constexpr std::uint64_t kReserve = std::uint64_t{256} << 20;

    /// `available`: bytes that can be taken without swapping (availableMemory()).
    explicit IndexStore(std::function<std::uint64_t()> available)
        : m_available(std::move(available))
    {
    }

    /// The tensor that is looked at from now on.
    void look(const TensorKey& tensor);
    /// Null where there is none. A use.
    std::shared_ptr<const ValueIndex> find(const TensorKey& tensor, const ParamLayout& layout);
    /// Drops as many others as building one of that peak needs: in the order above, but never the
    /// same tensor's whole one. False where it does not fit even then; nothing was dropped in that
    /// case.
    bool makeRoom(const TensorKey& tensor, std::uint64_t peakBytes);
    /// Keeps the tensor, too: while its index is here no other tensor can come to lie at its place
    /// in memory and be taken for it.
    void put(const Tensor& tensor, std::shared_ptr<const ValueIndex> index);
    /// Drops indices, in the order above, while less than kReserve is available.
    void relieve();
    std::uint64_t bytes() const;
    std::size_t size() const;

private:
    struct Entry {
        TensorKey tensor;
        Tensor kept;
        std::shared_ptr<const ValueIndex> index;
        std::uint64_t used = 0;
    };
    /// Before which other index one goes: less is earlier.
    std::tuple<bool, bool, std::uint64_t> rankOf(const Entry& entry) const;

    std::function<std::uint64_t()> m_available;
    mutable std::mutex m_mutex;
    TensorKey m_looked;
    std::vector<Entry> m_entries;
    std::uint64_t m_uses = 0;
};

} // namespace qs
