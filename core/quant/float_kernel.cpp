// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantizer_kernel.h"

#include <bit>
#include <cmath>

namespace qs {
namespace {

constexpr std::uint32_t kExponentMask = 0x7f800000U;
constexpr int kMantissa32 = 23;

std::int32_t asInt(float v)
{
    return std::bit_cast<std::int32_t>(v);
}

float asFloat(std::int32_t bits)
{
    return std::bit_cast<float>(bits);
}

/// What a format means for float32 arithmetic.
struct Grid {
    explicit Grid(const DTypeInfo& row)
        : mantissaBits(row.format.mantissaBits),
          shift(kMantissa32 - row.format.mantissaBits),
          max(row.format.max()),
          minNormal(row.format.minNormal()),
          perSubnormal(1.0F / row.format.minSubnormal()),
          maxExponent(asInt(max) & static_cast<std::int32_t>(kExponentMask)),
          rebias((127 - row.format.bias) * (1 << mantissaBits)),
          nanCode(static_cast<std::int32_t>(row.format.nanCode())),
          signCode(static_cast<std::int32_t>(row.format.signBit())),
          hasMinusZero(row.format.specials != Specials::Fnuz && !row.isSigned),
          signedCodes(row.isSigned)
    {
    }
    int mantissaBits;
    int shift;
    float max;
    float minNormal;
    float perSubnormal;       ///< 1 / smallest subnormal; unused where exponents are float32's
    std::int32_t maxExponent; ///< exponent bits of max
    std::int32_t rebias;
    std::int32_t nanCode;
    std::int32_t signCode;
    bool hasMinusZero;
    bool signedCodes; ///< two's complement (mxint8)
};

/// An element on the grid: its value, not limited to the largest one, and the distance of the
/// grid's values around it, as float32 exponent bits.
struct OnGrid {
    float value;
    std::int32_t exponent;
};

/// Formats of fewer than 8 exponent bits: every distance of levels is a normal float32, so t counts
/// them exactly.
struct Narrow {
    template <Rounding rounding, typename Random>
    static OnGrid round(float t, const Grid& grid, Random random)
    {
        const float limit = 2 * grid.max;
        const float low = t < -limit ? -limit : t;
        const float kept = low > limit ? limit : low;
        const std::int32_t exponent =
            std::max(asInt(kept) & static_cast<std::int32_t>(kExponentMask), asInt(grid.minNormal));
        const std::int32_t step = exponent - (grid.mantissaBits << kMantissa32);
        const float perStep = asFloat((254 << kMantissa32) - step);
        return {roundTo<rounding>(kept * perStep, random) * asFloat(step), exponent};
    }
    static std::int32_t magnitude(float value, const Grid& grid)
    {
        const float a = std::fabs(value);
        const auto subnormal =
            static_cast<std::int32_t>((a < grid.minNormal ? a : 0.0F) * grid.perSubnormal);
        const std::int32_t normal = (asInt(a) >> grid.shift) - grid.rebias;
        return a < grid.minNormal ? subnormal : normal;
    }
};

/// Formats with float32's own exponents (bfloat16): their codes are float32's upper bits.
struct Wide {
    template <Rounding rounding, typename Random>
    static OnGrid round(float t, const Grid& grid, Random random)
    {
        const auto bits = std::bit_cast<std::uint32_t>(t);
        const std::uint32_t a = bits & 0x7fffffffU;
        const std::uint32_t one = 1U << grid.shift;
        const std::uint32_t rest = a & (one - 1);
        std::uint32_t up = 0;
        if constexpr (rounding == Rounding::HalfEven)
            // The last bit that is kept; of one-digit significands, which have none, every value
            // but 0 counts as odd, as in round().
            up = one / 2 - 1 +
                 (grid.mantissaBits > 0 ? (a >> grid.shift) & 1U
                                        : static_cast<std::uint32_t>(a >= one));
        else if constexpr (rounding == Rounding::HalfAway)
            up = one / 2;
        else if constexpr (rounding == Rounding::Floor)
            up = (bits >> 31) != 0 ? one - 1 : 0U;
        else
            up = static_cast<float>(rest) > random() * static_cast<float>(one) ? one : 0U;
        const std::uint32_t rounded = std::min((a + up) & ~(one - 1), kExponentMask);
        const float value = std::bit_cast<float>(rounded | (bits & 0x80000000U));
        const auto exponent = static_cast<std::int32_t>(a & kExponentMask);
        return {t != t ? t : value, std::max(exponent, 1 << kMantissa32)};
    }
    static std::int32_t magnitude(float value, const Grid& grid)
    {
        return asInt(std::fabs(value)) >> grid.shift;
    }
};

class FloatKernel : public QuantizerKernel {
public:
    FloatKernel(const KernelSetup& setup, bool divide, KernelRuns runs)
        : m_runs(std::move(runs)),
          m_grid(info(setup.params.dtype())),
          m_rounding(setup.rounding),
          m_divide(divide),
          m_rng(setup.seed),
          m_wide(info(setup.params.dtype()).format.exponentBits == 8)
    {
    }

    void evaluate(std::span<const float> x, std::int64_t begin,
                  const QuantizerSteps& steps) const override
    {
        dispatch(begin, static_cast<std::int64_t>(x.size()),
                 [&]<typename Exponents, Rounding rounding, bool divide>(
                     const auto& p, std::int64_t at, std::int64_t n) {
                     evaluateRun<Exponents, rounding, divide>(
                         p, x.data() + at, begin + at, n, steps.y + at, steps.t + at,
                         steps.clip + at, steps.lsb + at, steps.code + at);
                 });
    }

    void fakeQuantize(std::span<const float> x, std::int64_t begin, float* out,
                      float* mask) const override
    {
        if (mask != nullptr)
            fake<true>(x, begin, out, mask);
        else
            fake<false>(x, begin, out, nullptr);
    }

    void quantize(std::span<const float> x, std::int64_t begin, std::int32_t* codes) const override
    {
        dispatch(begin, static_cast<std::int64_t>(x.size()),
                 [&]<typename Exponents, Rounding rounding, bool divide>(
                     const auto& p, std::int64_t at, std::int64_t n) {
                     const Grid grid = m_grid;
                     const float* in = x.data() + at;
                     std::int32_t* out = codes + at;
                     for (std::int64_t i = 0; i < n; ++i) {
                         const float t = divide ? in[i] / p.factorOf(i) : in[i] * p.factorOf(i);
                         const OnGrid r = Exponents::template round<rounding>(
                             t, grid, [&] { return uniform24(m_rng, begin + at + i); });
                         out[i] = codeOf<Exponents>(limit(r.value, grid), grid);
                     }
                 });
    }

private:
    /// n elements from `first` on that share a run. A function, because only of parameters does the
    /// compiler believe __restrict; with less it does not vectorize a loop that writes five arrays.
    template <typename Exponents, Rounding rounding, bool divide, typename Run>
    void evaluateRun(const Run& p, const float* __restrict in, std::int64_t first, std::int64_t n,
                     float* __restrict y, float* __restrict t, float* __restrict clip,
                     float* __restrict lsb, std::int32_t* __restrict code) const
    {
        const Grid grid = m_grid;
        for (std::int64_t i = 0; i < n; ++i) {
            const float inScale = divide ? in[i] / p.factorOf(i) : in[i] * p.factorOf(i);
            const OnGrid r = Exponents::template round<rounding>(
                inScale, grid, [&] { return uniform24(m_rng, first + i); });
            const float level = limit(r.value, grid);
            t[i] = inScale;
            clip[i] = (r.value > grid.max ? 1.0F : 0.0F) - (r.value < -grid.max ? 1.0F : 0.0F);
            y[i] = level;
            lsb[i] = inLevels(level - inScale, r.exponent, grid);
        }
        // A loop of its own: in the one above it keeps the compiler from vectorizing both.
        for (std::int64_t i = 0; i < n; ++i) {
            code[i] = codeOf<Exponents>(y[i], grid);
            y[i] *= p.scaleOf(i);
        }
    }

    /// Values beyond the largest become it; -0 becomes 0 where the format has no -0.
    static float limit(float value, const Grid& grid)
    {
        const float above = value < -grid.max ? -grid.max : value;
        const float kept = above > grid.max ? grid.max : above;
        return grid.hasMinusZero ? kept : kept + 0.0F;
    }

    template <typename Exponents>
    static std::int32_t codeOf(float level, const Grid& grid)
    {
        const float finite = level == level ? level : 0.0F;
        const std::int32_t magnitude = Exponents::magnitude(finite, grid);
        const bool negative = asInt(finite) < 0;
        const std::int32_t patterns = magnitude | (negative ? grid.signCode : 0);
        const std::int32_t number = negative ? -magnitude : magnitude;
        const std::int32_t code = grid.signedCodes ? number : patterns;
        return level == level ? code : grid.nanCode;
    }

    /// An error divided by the distance of the levels in the binade of these exponent bits.
    static float inLevels(float error, std::int32_t exponent, const Grid& grid)
    {
        const std::int32_t kept = std::min(exponent, grid.maxExponent);
        // 2^-exponent; 2^-127 is a subnormal.
        const std::int32_t field = std::max((254 << kMantissa32) - kept, 1 << (kMantissa32 - 1));
        // One after the other: together they may lie beyond float32.
        return error * static_cast<float>(1 << grid.mantissaBits) * asFloat(field);
    }

    template <bool withMask>
    void fake(std::span<const float> x, std::int64_t begin, float* out, float* mask) const
    {
        dispatch(begin, static_cast<std::int64_t>(x.size()),
                 [&]<typename Exponents, Rounding rounding, bool divide>(
                     const auto& p, std::int64_t at, std::int64_t n) {
                     const Grid grid = m_grid;
                     const float* in = x.data() + at;
                     float* y = out + at;
                     float* pass = withMask ? mask + at : nullptr;
                     for (std::int64_t i = 0; i < n; ++i) {
                         const float t = divide ? in[i] / p.factorOf(i) : in[i] * p.factorOf(i);
                         const OnGrid r = Exponents::template round<rounding>(
                             t, grid, [&] { return uniform24(m_rng, begin + at + i); });
                         y[i] = limit(r.value, grid) * p.scaleOf(i);
                         if constexpr (withMask)
                             pass[i] = std::fabs(r.value) <= grid.max ? 1.0F : 0.0F;
                     }
                 });
    }

    template <typename Body>
    void dispatch(std::int64_t begin, std::int64_t count, Body body) const
    {
        const auto withAll = [&]<typename Exponents, bool divide>() {
            withRounding(m_rounding, [&]<Rounding rounding>() {
                m_runs.forEachRun(
                    begin, count, [&](const auto& p, std::int64_t at, std::int64_t n) {
                        body.template operator()<Exponents, rounding, divide>(p, at, n);
                    });
            });
        };
        if (m_wide)
            return m_divide ? withAll.template operator()<Wide, true>()
                            : withAll.template operator()<Wide, false>();
        m_divide ? withAll.template operator()<Narrow, true>()
                 : withAll.template operator()<Narrow, false>();
    }

    KernelRuns m_runs;
    Grid m_grid;
    Rounding m_rounding;
    bool m_divide;
    CounterRng m_rng;
    bool m_wide;
};

/// Two levels are undone one after the other: (1 / global) / block, as torchao does.
float reciprocalOf(const QuantParams& params, std::size_t channel)
{
    return 1.0F / params.parts().globalScale / params.scaleAt(channel);
}

} // namespace

std::unique_ptr<const QuantizerKernel> makeFloatKernel(const KernelSetup& setup)
{
    const auto& params = setup.params;
    // The reciprocal of nvfp4's smallest steps, both levels together, is beyond float32.
    bool tiny = false;
    for (std::size_t c = 0; c < params.channels(); ++c)
        tiny = tiny || std::isinf(reciprocalOf(params, c));
    const bool divide = params.dialect() == Dialect::Onnx || tiny;
    std::vector<float> scale;
    std::vector<float> factor;
    for (std::size_t c = 0; c < params.channels(); ++c) {
        scale.push_back(params.stepAt(c));
        factor.push_back(divide ? params.stepAt(c) : reciprocalOf(params, c));
    }
    const std::size_t n = scale.size();
    return std::make_unique<FloatKernel>(
        setup, divide,
        KernelRuns(setup.layout, std::move(scale), std::move(factor), std::vector<float>(n, 0.0F)));
}

} // namespace qs
