// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/requantize_rows.h"

#include "core/integer/packed_weights.h"

#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace qs::integer {
namespace {

#if defined(__AVX2__)

using Run = __m256i; // kRun sums

inline Run loadRun(const std::int32_t* from)
{
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
inline Run larger(Run a, Run b)
{
    return _mm256_max_epi32(a, b);
}
/// The low byte of every lane.
inline void storeBytes(Run codes, std::uint8_t* to)
{
    const __m256i lowBytes = _mm256_set1_epi32(0x0c080400);
    const __m256i quads = _mm256_shuffle_epi8(codes, lowBytes);
    const __m256i joined =
        _mm256_permutevar8x32_epi32(quads, _mm256_setr_epi32(0, 4, 0, 4, 0, 4, 0, 4));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(joined));
}

class FloatStep {
public:
    FloatStep(const CodeClamp& clamp, const float* real, const std::int32_t*, const std::int32_t*)
        : m_real(_mm256_loadu_ps(real)),
          m_low(_mm256_set1_ps(static_cast<float>(clamp.low))),
          m_high(_mm256_set1_ps(static_cast<float>(clamp.high))),
          m_zeroPoint(_mm256_set1_epi32(clamp.zeroPoint))
    {
    }
    Run operator()(Run sums) const
    {
        // Clamped to whole numbers before it is rounded: the same, and int32 cannot overflow.
        const __m256 level = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), m_real);
        const __m256 clamped = _mm256_min_ps(_mm256_max_ps(level, m_low), m_high);
        return _mm256_add_epi32(_mm256_cvtps_epi32(clamped), m_zeroPoint);
    }

private:
    __m256 m_real;
    __m256 m_low;
    __m256 m_high;
    __m256i m_zeroPoint;
};

/// multiplyByFixed without shifts to the left.
class FixedStep {
public:
    FixedStep(const CodeClamp& clamp, const float*, const std::int32_t* m0,
              const std::int32_t* shift)
        : m_even(loadRun(m0)),
          m_odd(_mm256_srli_epi64(m_even, 32)),
          m_exponent(_mm256_sub_epi32(_mm256_setzero_si256(), loadRun(shift))),
          m_mask(_mm256_sub_epi32(_mm256_sllv_epi32(_mm256_set1_epi32(1), m_exponent),
                                  _mm256_set1_epi32(1))),
          m_threshold(_mm256_srli_epi32(m_mask, 1)),
          m_low(_mm256_set1_epi32(clamp.low)),
          m_high(_mm256_set1_epi32(clamp.high)),
          m_zeroPoint(_mm256_set1_epi32(clamp.zeroPoint))
    {
    }
    Run operator()(Run sums) const
    {
        // The high half of 2 * (product + 2^30) is (product + 2^30) >> 31.
        const auto doubled = [](__m256i a, __m256i b) {
            const __m256i product = _mm256_mul_epi32(a, b);
            return _mm256_add_epi64(_mm256_add_epi64(product, product),
                                    _mm256_set1_epi64x(std::int64_t{1} << 31));
        };
        const __m256i even = doubled(sums, m_even);
        const __m256i odd = doubled(_mm256_srli_epi64(sums, 32), m_odd);
        const __m256i high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
        const __m256i remainder = _mm256_and_si256(high, m_mask);
        // A negative number's sign is -1: the threshold is one more.
        const __m256i threshold = _mm256_sub_epi32(m_threshold, _mm256_srai_epi32(high, 31));
        const __m256i up = _mm256_cmpgt_epi32(remainder, threshold); // -1
        const __m256i level = _mm256_sub_epi32(_mm256_srav_epi32(high, m_exponent), up);
        const __m256i clamped = _mm256_min_epi32(_mm256_max_epi32(level, m_low), m_high);
        return _mm256_add_epi32(clamped, m_zeroPoint);
    }

private:
    __m256i m_even;
    __m256i m_odd;
    __m256i m_exponent;
    __m256i m_mask;
    __m256i m_threshold;
    __m256i m_low;
    __m256i m_high;
    __m256i m_zeroPoint;
};

#else

struct Run {
    std::int32_t lane[kRun];
};

inline Run loadRun(const std::int32_t* from)
{
    Run run;
    std::memcpy(run.lane, from, sizeof run.lane);
    return run;
}
inline Run larger(Run a, const Run& b)
{
    for (int i = 0; i < kRun; ++i)
        a.lane[i] = std::max(a.lane[i], b.lane[i]);
    return a;
}
inline void storeBytes(const Run& codes, std::uint8_t* to)
{
    for (int i = 0; i < kRun; ++i)
        to[i] = static_cast<std::uint8_t>(codes.lane[i]);
}

#endif

/// The formulas themselves, for shifts to the left and for machines without AVX2.
template <RequantizeMode mode>
class PlainStep {
public:
    PlainStep(const CodeClamp& clamp, const float* real, const std::int32_t* m0,
              const std::int32_t* shift)
        : m_clamp(&clamp), m_real(real), m_m0(m0), m_shift(shift)
    {
    }
    Run operator()(Run sums) const
    {
        std::int32_t lane[kRun];
        std::memcpy(lane, &sums, sizeof lane);
        for (int i = 0; i < kRun; ++i)
            lane[i] =
                m_clamp->byte(requantizedLevel(mode, {m_real[i], {m_m0[i], m_shift[i]}}, lane[i]));
        std::memcpy(&sums, lane, sizeof lane);
        return sums;
    }

private:
    const CodeClamp* m_clamp;
    const float* m_real;
    const std::int32_t* m_m0;
    const std::int32_t* m_shift;
};

#if !defined(__AVX2__)
using FloatStep = PlainStep<RequantizeMode::Float>;
using FixedStep = PlainStep<RequantizeMode::FixedPoint>;
#endif

} // namespace

RowRequantizer::RowRequantizer(RequantizeMode mode, const std::vector<Multiplier>& multipliers,
                               const CodeClamp& clamp, std::ptrdiff_t rowLength)
    : m_mode(mode),
      m_clamp(clamp),
      m_channels(static_cast<std::ptrdiff_t>(multipliers.size())),
      m_rowLength(rowLength),
      m_real(static_cast<std::size_t>(rowLength)),
      m_m0(static_cast<std::size_t>(rowLength)),
      m_shift(static_cast<std::size_t>(rowLength))
{
    for (std::size_t c = 0; c < multipliers.size(); ++c) {
        m_real[c] = multipliers[c].real;
        m_m0[c] = multipliers[c].fixed.m0;
        m_shift[c] = multipliers[c].fixed.shift;
        m_leftShift = m_leftShift || m_shift[c] > 0;
    }
}

/// Whole runs are written. The last one, which may reach into the next row, goes first: what it
/// writes there is overwritten.
template <typename Step, typename Load>
void RowRequantizer::forEachRun(std::ptrdiff_t rows, std::uint8_t* to, Load load) const
{
    for (std::ptrdiff_t c = (m_channels - 1) / kRun * kRun; c >= 0; c -= kRun) {
        const Step step(m_clamp, m_real.data() + c, m_m0.data() + c, m_shift.data() + c);
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            storeBytes(step(load(r, c)), to + r * m_channels + c);
    }
}

template <typename Load>
void RowRequantizer::dispatch(std::ptrdiff_t rows, std::uint8_t* to, Load load) const
{
    if (m_mode == RequantizeMode::Float)
        forEachRun<FloatStep>(rows, to, load);
    else if (m_leftShift)
        forEachRun<PlainStep<RequantizeMode::FixedPoint>>(rows, to, load);
    else
        forEachRun<FixedStep>(rows, to, load);
}

void RowRequantizer::requantize(const std::int32_t* sums, std::ptrdiff_t rows,
                                std::uint8_t* to) const
{
    dispatch(rows, to, [&](std::ptrdiff_t r, std::ptrdiff_t c) {
        return loadRun(sums + r * m_rowLength + c);
    });
}

void RowRequantizer::requantizeLargest(const std::int32_t* sums, std::ptrdiff_t width, int pool,
                                       std::ptrdiff_t columns, std::uint8_t* to) const
{
    if (pool == 2) {
        dispatch(columns, to, [&](std::ptrdiff_t i, std::ptrdiff_t c) {
            const std::int32_t* at = sums + 2 * i * m_rowLength + c;
            const std::int32_t* below = at + width * m_rowLength;
            return larger(larger(loadRun(at), loadRun(at + m_rowLength)),
                          larger(loadRun(below), loadRun(below + m_rowLength)));
        });
        return;
    }
    dispatch(columns, to, [&](std::ptrdiff_t i, std::ptrdiff_t c) {
        const std::int32_t* at = sums + pool * i * m_rowLength + c;
        Run largest = loadRun(at);
        for (int y = 0; y < pool; ++y)
            for (int x = 0; x < pool; ++x)
                largest = larger(largest, loadRun(at + (y * width + x) * m_rowLength));
        return largest;
    });
}

void RowRequantizer::count(const std::int32_t* sums, std::ptrdiff_t rows,
                           Saturation& saturation) const
{
    for (std::ptrdiff_t r = 0; r < rows; ++r)
        for (std::ptrdiff_t c = 0; c < m_channels; ++c) {
            const auto at = static_cast<std::size_t>(c);
            m_clamp.count(requantizedLevel(m_mode, {m_real[at], {m_m0[at], m_shift[at]}},
                                           sums[r * m_rowLength + c]),
                          saturation);
        }
}

} // namespace qs::integer
