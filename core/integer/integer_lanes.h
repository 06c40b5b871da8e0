// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/integer: vectors of int32 accumulators of the machine's own width, and the one
// instruction everything rests on.

#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace qs::integer {

#if defined(__AVX512BW__)
inline constexpr int kLanes = 16;
#elif defined(__AVX2__)
inline constexpr int kLanes = 8;
#else
inline constexpr int kLanes = 4;
#endif

/// Unsigned, so that sums wrap around.
using Sums = std::uint32_t __attribute__((vector_size(kLanes * 4)));

inline Sums loadSums(const std::int32_t* from)
{
    Sums v;
    std::memcpy(&v, from, sizeof v);
    return v;
}
inline void storeSums(const Sums& v, std::int32_t* to)
{
    std::memcpy(to, &v, sizeof v);
}
inline Sums loadPairs(const std::int16_t* from)
{
    Sums v;
    std::memcpy(&v, from, sizeof v);
    return v;
}
/// The two int16 at `from` in every lane.
inline Sums broadcastPair(const std::int16_t* from)
{
    std::uint32_t pair;
    std::memcpy(&pair, from, sizeof pair);
    return Sums{} + pair;
}

/// sum + a.low * b.low + a.high * b.high in each lane of two int16: vpmaddwd with vpaddd, or VNNI's
/// vpdpwssd. Products of centred 8-bit codes are below 2^16, so that a pair's sum cannot overflow.
[[gnu::always_inline]] inline Sums addProducts(Sums sum, Sums a, Sums b)
{
#if defined(__AVX512BW__)
    const auto x = reinterpret_cast<__m512i>(a);
    const auto w = reinterpret_cast<__m512i>(b);
#if defined(__AVX512VNNI__)
    return reinterpret_cast<Sums>(_mm512_dpwssd_epi32(reinterpret_cast<__m512i>(sum), x, w));
#else
    return sum + reinterpret_cast<Sums>(_mm512_madd_epi16(x, w));
#endif
#elif defined(__AVX2__)
    const auto x = reinterpret_cast<__m256i>(a);
    const auto w = reinterpret_cast<__m256i>(b);
#if defined(__AVXVNNI__)
    return reinterpret_cast<Sums>(_mm256_dpwssd_avx_epi32(reinterpret_cast<__m256i>(sum), x, w));
#else
    return sum + reinterpret_cast<Sums>(_mm256_madd_epi16(x, w));
#endif
#elif defined(__SSE2__)
    return sum + reinterpret_cast<Sums>(
                     _mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
    using Signed = std::int32_t __attribute__((vector_size(kLanes * 4)));
    const auto high = [](Sums v) {
        return reinterpret_cast<Sums>(reinterpret_cast<Signed>(v) >> 16);
    };
    return sum + high(a << 16) * high(b << 16) + high(a) * high(b);
#endif
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

} // namespace qs::integer
