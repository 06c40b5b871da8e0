// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace qs {

/// A fixed number of trivial elements, not initialized: each page is first touched by the core that
/// fills it. Large arrays ask the system for huge pages, without which every access to a random
/// place of hundreds of megabytes waits for the address translation, too. Throws std::bad_alloc.
template <typename T>
class LargeArray {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    LargeArray() = default;
    explicit LargeArray(std::size_t size) : m_size(size)
    {
        constexpr std::size_t kHugePage = std::size_t{1} << 21;
        const std::size_t bytes = size * sizeof(T);
        const std::size_t alignment = bytes >= kHugePage ? kHugePage : 64;
        const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
        if (size == 0)
            return;
        m_data.reset(static_cast<T*>(std::aligned_alloc(alignment, whole)));
        if (!m_data)
            throw std::bad_alloc();
#ifdef __linux__
        if (alignment == kHugePage)
            madvise(m_data.get(), whole, MADV_HUGEPAGE); // a wish: nothing depends on it
#endif
    }

    T* data()
    {
        return m_data.get();
    }
    const T* data() const
    {
        return m_data.get();
    }
    std::size_t size() const
    {
        return m_size;
    }
    T& operator[](std::size_t i)
    {
        return m_data.get()[i];
    }
    const T& operator[](std::size_t i) const
    {
        return m_data.get()[i];
    }
    std::span<const T> span() const
    {
        return {data(), m_size};
    }

private:
    struct Free {
        void operator()(T* p) const { std::free(p); }
    };
    std::unique_ptr<T, Free> m_data;
    std::size_t m_size = 0;
};

} // namespace qs
