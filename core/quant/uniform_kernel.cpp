// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantizer_kernel.h"

namespace qs {
namespace {

/// How x and a zero_point become a whole number.
enum class Rule : std::uint8_t {
    Multiply,      ///< round(x * factor) + zero_point
    MultiplyInt64, ///< the same; what int64 cannot hold becomes quant_min (PyTorch 1.13)
    Divide,        ///< round(x / factor) + zero_point
    AddFirst,      ///< round(x * factor + zero_point): float zero_points
};

template <Rule rule>
float inSteps(float x, float factor)
{
    return rule == Rule::Divide ? x / factor : x * factor;
}

/// The rounded code before clamping, as a float.
template <Rule rule, Rounding rounding, typename Random>
float rawCode(float t, float zero, Random random)
{
    if constexpr (rule == Rule::AddFirst)
        return roundTo<rounding>(t + zero, random) + 0.0F; // a code has no -0
    else
        return roundTo<rounding>(t, random) + zero;
}

/// NaN passes through both comparisons, except where a cast to int64 swallows it.
template <Rule rule>
float clampCode(float raw, float lo, float hi)
{
    if constexpr (rule == Rule::MultiplyInt64) {
        const float kept = raw < 0x1p63F ? raw : lo;
        const float above = kept > lo ? kept : lo;
        return above > hi ? hi : above;
    } else {
        const float above = raw < lo ? lo : raw;
        return above > hi ? hi : above;
    }
}

/// Integer codes of at most 16 bits, which floats hold exactly.
class UniformKernel : public QuantizerKernel {
public:
    UniformKernel(const KernelSetup& setup, Rule rule, KernelRuns runs)
        : m_runs(std::move(runs)),
          m_rule(rule),
          m_rounding(setup.rounding),
          m_rng(setup.seed),
          m_lo(static_cast<float>(setup.params.range().quantMin)),
          m_hi(static_cast<float>(setup.params.range().quantMax))
    {
    }

    void evaluate(std::span<const float> x, std::int64_t begin,
                  const QuantizerSteps& steps) const override
    {
        dispatch(begin, static_cast<std::int64_t>(x.size()),
                 [&]<Rule rule, Rounding rounding>(const auto& p, std::int64_t at, std::int64_t n) {
                     evaluateRun<rule, rounding>(p, x.data() + at, begin + at, n, steps.y + at,
                                                 steps.t + at, steps.clip + at, steps.lsb + at,
                                                 steps.code + at);
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
                 [&]<Rule rule, Rounding rounding>(const auto& p, std::int64_t at, std::int64_t n) {
                     const float lo = m_lo;
                     const float hi = m_hi;
                     const float* in = x.data() + at;
                     std::int32_t* out = codes + at;
                     for (std::int64_t i = 0; i < n; ++i) {
                         const float t = inSteps<rule>(in[i], p.factorOf(i));
                         const float raw = rawCode<rule, rounding>(
                             t, p.zeroOf(i), [&] { return uniform24(m_rng, begin + at + i); });
                         const float code = clampCode<rule>(raw, lo, hi);
                         out[i] = static_cast<std::int32_t>(
                             code == code ? code : clampCode<rule>(p.zeroOf(i), lo, hi));
                     }
                 });
    }

private:
    /// n elements from `first` on that share a run. A function, because only of parameters does the
    /// compiler believe __restrict; with less it does not vectorize a loop that writes five arrays.
    template <Rule rule, Rounding rounding, typename Run>
    void evaluateRun(const Run& p, const float* __restrict in, std::int64_t first, std::int64_t n,
                     float* __restrict y, float* __restrict t, float* __restrict clip,
                     float* __restrict lsb, std::int32_t* __restrict code) const
    {
        const float lo = m_lo;
        const float hi = m_hi;
        for (std::int64_t i = 0; i < n; ++i) {
            const float inScale = inSteps<rule>(in[i], p.factorOf(i));
            const float raw = rawCode<rule, rounding>(inScale, p.zeroOf(i),
                                                      [&] { return uniform24(m_rng, first + i); });
            const float clamped = clampCode<rule>(raw, lo, hi);
            const float level = clamped - p.zeroOf(i);
            t[i] = inScale;
            y[i] = level * p.scaleOf(i);
            lsb[i] = level - inScale;
            clip[i] = (raw > hi ? 1.0F : 0.0F) - (raw < lo ? 1.0F : 0.0F);
            const float ofZero = clampCode<rule>(p.zeroOf(i), lo, hi);
            code[i] = static_cast<std::int32_t>(clamped == clamped ? clamped : ofZero);
        }
    }

    template <bool withMask>
    void fake(std::span<const float> x, std::int64_t begin, float* out, float* mask) const
    {
        dispatch(begin, static_cast<std::int64_t>(x.size()),
                 [&]<Rule rule, Rounding rounding>(const auto& p, std::int64_t at, std::int64_t n) {
                     const float lo = m_lo;
                     const float hi = m_hi;
                     const float* in = x.data() + at;
                     float* y = out + at;
                     float* pass = withMask ? mask + at : nullptr;
                     for (std::int64_t i = 0; i < n; ++i) {
                         const float t = inSteps<rule>(in[i], p.factorOf(i));
                         const float raw = rawCode<rule, rounding>(
                             t, p.zeroOf(i), [&] { return uniform24(m_rng, begin + at + i); });
                         const float code = clampCode<rule>(raw, lo, hi);
                         y[i] = (code - p.zeroOf(i)) * p.scaleOf(i);
                         if constexpr (withMask)
                             pass[i] = code == raw ? 1.0F : 0.0F;
                     }
                 });
    }

    template <typename Body>
    void dispatch(std::int64_t begin, std::int64_t count, Body body) const
    {
        const auto withRule = [&]<Rule rule>() {
            withRounding(m_rounding, [&]<Rounding rounding>() {
                m_runs.forEachRun(begin, count,
                                  [&](const auto& p, std::int64_t at, std::int64_t n) {
                                      body.template operator()<rule, rounding>(p, at, n);
                                  });
            });
        };
        switch (m_rule) {
        case Rule::Multiply:
            return withRule.template operator()<Rule::Multiply>();
        case Rule::MultiplyInt64:
            return withRule.template operator()<Rule::MultiplyInt64>();
        case Rule::Divide:
            return withRule.template operator()<Rule::Divide>();
        case Rule::AddFirst:
            return withRule.template operator()<Rule::AddFirst>();
        }
    }

    KernelRuns m_runs;
    Rule m_rule;
    Rounding m_rounding;
    CounterRng m_rng;
    float m_lo;
    float m_hi;
};

/// qint32, whose codes floats do not hold: rounded and clamped as PyTorch's fake_quantize does it,
/// the sum of the rounded code and zero_point in float32, the clamp on integers.
class WideKernel : public QuantizerKernel {
public:
    WideKernel(const KernelSetup& setup, Rule rule)
        : m_setup(setup), m_rule(rule), m_rng(setup.seed)
    {
    }

    void evaluate(std::span<const float> x, std::int64_t begin,
                  const QuantizerSteps& steps) const override
    {
        forEach(x, begin, [&](std::size_t i, const Element& e) {
            steps.y[i] = e.y;
            steps.t[i] = e.t;
            steps.clip[i] = e.clip;
            steps.lsb[i] = e.level - e.t;
            steps.code[i] = e.code;
        });
    }
    void fakeQuantize(std::span<const float> x, std::int64_t begin, float* y,
                      float* mask) const override
    {
        forEach(x, begin, [&](std::size_t i, const Element& e) {
            y[i] = e.y;
            if (mask != nullptr)
                mask[i] = e.clip == 0 && e.t == e.t ? 1.0F : 0.0F;
        });
    }
    void quantize(std::span<const float> x, std::int64_t begin, std::int32_t* codes) const override
    {
        forEach(x, begin, [&](std::size_t i, const Element& e) { codes[i] = e.code; });
    }

private:
    struct Element {
        float t;
        float level;
        float y;
        float clip;
        std::int32_t code;
    };

    /// The parameters of a run, in registers.
    struct Set {
        float scale;
        float factor;
        std::int64_t zero;
        std::int64_t lo;
        std::int64_t hi;
    };

    template <Rule rule, Rounding rounding, typename Random>
    static Element element(float x, const Set& set, Random random)
    {
        Element e;
        e.t = inSteps<rule>(x, set.factor);
        const float raw = roundTo<rounding>(e.t, random) + static_cast<float>(set.zero);
        // What int64 holds of it; beyond, the sign decides.
        const float inside = raw > 0x1p62F ? 0x1p62F : raw < -0x1p62F ? -0x1p62F : raw;
        const auto whole = static_cast<std::int64_t>(inside == inside ? inside : 0.0F);
        e.clip = (whole > set.hi ? 1.0F : 0.0F) - (whole < set.lo ? 1.0F : 0.0F);
        std::int64_t code = std::clamp(whole, set.lo, set.hi);
        if constexpr (rule == Rule::MultiplyInt64)
            code = raw < 0x1p63F ? code : set.lo;
        else
            code = raw == raw ? code : set.zero;
        e.level = static_cast<float>(code - set.zero);
        e.y = rule == Rule::MultiplyInt64 || raw == raw ? e.level * set.scale : x;
        e.code = static_cast<std::int32_t>(code);
        return e;
    }

    template <typename Body>
    void forEach(std::span<const float> x, std::int64_t begin, Body body) const
    {
        const auto& layout = m_setup.layout;
        withRounding(m_setup.rounding, [&]<Rounding rounding>() {
            const auto withRule = [&]<Rule rule>() {
                layout.forEachRun(
                    begin, static_cast<std::int64_t>(x.size()),
                    [&](std::int64_t first, std::int64_t at, std::int64_t n) {
                        const std::int64_t piece = layout.stride() == 0 ? n : 1;
                        for (std::int64_t from = 0; from < n; from += piece) {
                            const Set set = setOf<rule>(static_cast<std::size_t>(first + from));
                            for (std::int64_t i = at + from; i < at + from + piece; ++i)
                                body(static_cast<std::size_t>(i),
                                     element<rule, rounding>(
                                         x[static_cast<std::size_t>(i)], set,
                                         [&] { return uniform24(m_rng, begin + i); }));
                        }
                    });
            };
            switch (m_rule) {
            case Rule::Divide:
                return withRule.template operator()<Rule::Divide>();
            case Rule::MultiplyInt64:
                return withRule.template operator()<Rule::MultiplyInt64>();
            case Rule::Multiply:
            case Rule::AddFirst:
                return withRule.template operator()<Rule::Multiply>();
            }
        });
    }

    template <Rule rule>
    Set setOf(std::size_t set) const
    {
        const auto& params = m_setup.params;
        const float scale = params.scaleAt(set);
        return {scale, rule == Rule::Divide ? scale : 1.0F / scale, params.zeroPointAt(set),
                params.range().quantMin, params.range().quantMax};
    }

    KernelSetup m_setup;
    Rule m_rule;
    CounterRng m_rng;
};

Rule ruleOf(const QuantParams& params)
{
    if (info(params.qscheme()).floatZeroPoint)
        return Rule::AddFirst;
    switch (params.dialect()) {
    case Dialect::Torch113:
        return Rule::MultiplyInt64;
    case Dialect::Onnx:
    case Dialect::Aimet:
        return Rule::Divide;
    default:
        return Rule::Multiply;
    }
}

} // namespace

std::unique_ptr<const QuantizerKernel> makeUniformKernel(const KernelSetup& setup)
{
    const auto& params = setup.params;
    const Rule rule = ruleOf(params);
    constexpr int kFloatDigits = 24;
    if (info(params.dtype()).bits > kFloatDigits && rule != Rule::AddFirst)
        return std::make_unique<WideKernel>(setup, rule);
    std::vector<float> factor;
    std::vector<float> zero;
    for (std::size_t c = 0; c < params.channels(); ++c) {
        factor.push_back(rule == Rule::Divide ? params.scaleAt(c) : 1.0F / params.scaleAt(c));
        zero.push_back(rule == Rule::AddFirst ? params.parts().floatZeroPoint[c]
                                              : static_cast<float>(params.zeroPointAt(c)));
    }
    return std::make_unique<UniformKernel>(
        setup, rule, KernelRuns(setup.layout, params.scale(), std::move(factor), std::move(zero)));
}

} // namespace qs
