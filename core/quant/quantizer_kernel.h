// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/quant/quant_params.h"

#include <memory>
#include <span>
#include <vector>

namespace qs {

/// What becomes of each element, for whoever needs more than y: arrays as long as x.
struct QuantizerSteps {
    float* y = nullptr;           ///< dequantized
    float* t = nullptr;           ///< x in units of the scale
    float* clip = nullptr;        ///< -1 below the codes in use after rounding, 1 above, 0 inside
    float* lsb = nullptr;         ///< the error in units of the distance of the levels around x
    std::int32_t* code = nullptr; ///< the code; that of 0 for NaN
};

/// The arithmetic of one family of dtypes. Immutable; all functions work on the elements
/// [begin, begin + x.size()) of the tensor and may be called from any thread.
class QuantizerKernel {
public:
    virtual ~QuantizerKernel() = default;
    virtual void evaluate(std::span<const float> x, std::int64_t begin,
                          const QuantizerSteps& steps) const = 0;
    /// mask: 1 where the element is not clipped, else 0; may be null.
    virtual void fakeQuantize(std::span<const float> x, std::int64_t begin, float* y,
                              float* mask) const = 0;
    virtual void quantize(std::span<const float> x, std::int64_t begin,
                          std::int32_t* codes) const = 0;
};

/// What a kernel is made of. layout == params.layout(shape).
struct KernelSetup {
    QuantParams params;
    ParamLayout layout;
    Rounding rounding = Rounding::HalfEven;
    std::uint64_t seed = 0;
};

std::unique_ptr<const QuantizerKernel> makeUniformKernel(const KernelSetup& setup);
/// tensorflow, openvino and ggml, of integers of at most 16 bits (core/quant/dialect_rules.h).
std::unique_ptr<const QuantizerKernel> makeDialectKernel(const KernelSetup& setup);
std::unique_ptr<const QuantizerKernel> makeFloatKernel(const KernelSetup& setup);
std::unique_ptr<const QuantizerKernel> makeExponentKernel(const KernelSetup& setup);
std::unique_ptr<const QuantizerKernel> makeCodebookKernel(const KernelSetup& setup);
std::unique_ptr<const QuantizerKernel> makeGgmlKernel(const KernelSetup& setup);

/// Parameters of a run of elements that share them.
struct UniformRun {
    float scale;  ///< what codes are multiplied with
    float factor; ///< what x is multiplied with, or divided by
    float zero;
    float scaleOf(std::int64_t) const { return scale; }
    float factorOf(std::int64_t) const { return factor; }
    float zeroOf(std::int64_t) const { return zero; }
};

/// Parameters of a run of elements that have their own each.
struct PerElementRun {
    const float* scale;
    const float* factor;
    const float* zero;
    float scaleOf(std::int64_t i) const { return scale[i]; }
    float factorOf(std::int64_t i) const { return factor[i]; }
    float zeroOf(std::int64_t i) const { return zero[i]; }
};

/// The parameters of all sets as floats, cut into runs that one vectorized loop can do.
class KernelRuns {
public:
    /// One scale, factor and zero for each of the layout's sets.
    KernelRuns(const ParamLayout& layout, std::vector<float> scale, std::vector<float> factor,
               std::vector<float> zero);

    /// Calls body(parameters, offset, n) for the elements [begin, begin + count).
    template <typename Body>
    void forEachRun(std::int64_t begin, std::int64_t count, Body body) const
    {
        if (m_row > 0) {
            for (std::int64_t done = 0; done < count;) {
                const std::int64_t at = (begin + done) % m_row;
                const std::int64_t n = std::min(m_row - at, count - done);
                body(perElement(at), done, n);
                done += n;
            }
        } else if (m_layout.stride() == 1) {
            m_layout.forEachRun(begin, count,
                                [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                                    body(perElement(set), at, n);
                                });
        } else {
            m_layout.forEachRun(begin, count,
                                [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                                    const auto i = static_cast<std::size_t>(set);
                                    body(UniformRun{m_scale[i], m_factor[i], m_zero[i]}, at, n);
                                });
        }
    }

private:
    PerElementRun perElement(std::int64_t at) const
    {
        return {m_scale.data() + at, m_factor.data() + at, m_zero.data() + at};
    }

    ParamLayout m_layout;
    std::vector<float> m_scale;
    std::vector<float> m_factor;
    std::vector<float> m_zero;
    /// Where an axis' runs are shorter than a vector, the arrays hold the parameters of each
    /// element of one row of channels * inner elements, so that a row is one vectorized loop.
    std::int64_t m_row = 0;
};

/// A whole number near t. `random` gives 24 random bits of [0, 1) and is asked only by stochastic
/// rounding. NaN stays NaN.
template <Rounding rounding, typename Random>
inline float roundTo(float t, Random random)
{
    if constexpr (rounding == Rounding::HalfEven)
        return __builtin_nearbyintf(t);
    else if constexpr (rounding == Rounding::Floor)
        return __builtin_floorf(t);
    else if constexpr (rounding == Rounding::HalfAway) {
        // t's fraction is exact, so comparing it with one half decides ties without rounding again.
        const float whole = __builtin_truncf(t);
        const float rest = t - whole;
        return rest >= 0.5F ? whole + 1 : rest <= -0.5F ? whole - 1 : whole;
    } else {
        const float whole = __builtin_floorf(t);
        return t - whole > random() ? whole + 1 : whole;
    }
}

/// The i-th random number of a seed for stochastic rounding: k / 2^24.
inline float uniform24(const CounterRng& rng, std::int64_t i)
{
    return static_cast<float>(rng.bits(static_cast<std::uint64_t>(i)) >> 40) * 0x1p-24F;
}

/// Calls body<rounding>() with the rounding as a compile-time constant.
template <typename Body>
void withRounding(Rounding rounding, Body body)
{
    switch (rounding) {
    case Rounding::HalfEven:
        return body.template operator()<Rounding::HalfEven>();
    case Rounding::HalfAway:
        return body.template operator()<Rounding::HalfAway>();
    case Rounding::Floor:
        return body.template operator()<Rounding::Floor>();
    case Rounding::Stochastic:
        return body.template operator()<Rounding::Stochastic>();
    }
}

} // namespace qs
