// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/nn: vectors of the machine's own width, and arrays for them.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace qs {

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
#elif defined(__AVX__)
inline constexpr int kLanes = 8;
#else
inline constexpr int kLanes = 4;
#endif

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
using UnalignedVector =
    float __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));

inline void load(Vector& v, const float* from)
{
    v = *reinterpret_cast<const UnalignedVector*>(from);
}
inline void store(const Vector& v, float* to)
{
    *reinterpret_cast<UnalignedVector*>(to) = v;
}

/// body(0), … body(n - 1), with the index as a compile-time constant: arrays of vectors that are
/// indexed so are registers, those indexed in a loop are memory.
template <int n, typename Body>
[[gnu::always_inline]] inline void repeat(Body&& body)
{
    [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline))
    {
        (body(std::integral_constant<int, i>{}), ...);
    }
    (std::make_integer_sequence<int, n>{});
}

constexpr std::ptrdiff_t roundUpToLanes(std::ptrdiff_t n)
{
    return (n + kLanes - 1) / kLanes * kLanes;
}

/// Floats aligned for vectors, with room for one vector more behind the end: loops may read and
/// write whole vectors there. Initially zero.
class Floats {
public:
    Floats() = default;
    explicit Floats(std::ptrdiff_t n)
        : m_size(n), m_data(static_cast<float*>(::operator new (bytes(n), std::align_val_t{64})))
    {
        std::memset(m_data.get(), 0, bytes(n));
    }

    float* data() { return m_data.get(); }
    const float* data() const { return m_data.get(); }
    std::ptrdiff_t size() const { return m_size; }
    void zero()
    {
        if (m_data)
            std::memset(m_data.get(), 0, bytes(m_size));
    }

private:
    static std::size_t bytes(std::ptrdiff_t n)
    {
        return static_cast<std::size_t>(n + kLanes) * sizeof(float);
    }
    struct Free {
        void operator()(float* p) const { ::operator delete (p, std::align_val_t{64}); }
    };
    std::ptrdiff_t m_size = 0;
    std::unique_ptr<float, Free> m_data;
};

} // namespace qs
