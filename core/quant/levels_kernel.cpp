// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantizer_kernel.h"

#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace qs {
namespace {

/// Levels are found by comparing with every threshold up to this many: one vectorized loop.
constexpr std::size_t kFew = 16;

/// What a value in the middle of two levels becomes.
enum class Ties : std::uint8_t {
    Lower,
    Upper,
    LowerOfFloat32, ///< the lower level up to the middle rounded to float32, as bitsandbytes' NF4
};

/// What the levels of a dtype are.
struct Levels {
    std::vector<float> values; ///< ascending
    Ties ties;
    float low; ///< outside low … high an element is clipped
    float high;
    float below; ///< distance from the first level to the one that would precede it
    float above; ///< from the last level to the one that would follow
    std::optional<std::int32_t> nanCode; ///< where the dtype has none, NaN has the code of 0
};

/// An ascending list of levels: t becomes the nearest one. Codes are places in the list.
class LevelsKernel : public QuantizerKernel {
public:
    LevelsKernel(const KernelSetup& setup, Levels levels, KernelRuns runs)
        : m_runs(std::move(runs)),
          m_levels(std::move(levels.values)),
          m_rounding(setup.rounding),
          m_divide(setup.params.dialect() == Dialect::Onnx),
          m_rng(setup.seed),
          m_low(levels.low),
          m_high(levels.high),
          m_below(levels.below),
          m_above(levels.above)
    {
        constexpr float kInf = std::numeric_limits<float>::infinity();
        for (std::size_t k = 0; k + 1 < m_levels.size(); ++k) {
            const float upper = m_levels[k + 1];
            if (m_rounding == Rounding::Floor || m_rounding == Rounding::Stochastic) {
                m_thresholds.push_back(std::nextafter(upper, -kInf));
                continue;
            }
            // The largest float32 that still belongs to the lower level: exact in double.
            const double middle =
                (static_cast<double>(m_levels[k]) + static_cast<double>(upper)) / 2;
            auto last = static_cast<float>(middle);
            const bool exact = levels.ties != Ties::LowerOfFloat32;
            if ((exact && static_cast<double>(last) > middle) ||
                (levels.ties == Ties::Upper && static_cast<double>(last) == middle))
                last = std::nextafter(last, -kInf);
            m_thresholds.push_back(last);
        }
        const std::size_t n = m_levels.size();
        m_nanCode = levels.nanCode ? *levels.nanCode : search(0);
        m_fewLevels.fill(m_levels.back());
        m_fewThresholds.fill(kInf);
        if (n <= kFew) {
            std::copy(m_levels.begin(), m_levels.end(), m_fewLevels.begin());
            std::copy(m_thresholds.begin(), m_thresholds.end(), m_fewThresholds.begin());
        }
    }

    void evaluate(std::span<const float> x, std::int64_t begin,
                  const QuantizerSteps& steps) const override
    {
        forEach(x, begin, [&](const auto& p, std::int64_t i, std::int64_t at, float t) {
            const std::int32_t code = codeOf(t, begin + at);
            const float level = t == t ? m_levels[static_cast<std::size_t>(code)] : t;
            const std::int32_t lower = level > t ? code - 1 : code;
            steps.t[at] = t;
            steps.y[at] = level * p.scaleOf(i);
            steps.clip[at] = (t > m_high ? 1.0F : 0.0F) - (t < m_low ? 1.0F : 0.0F);
            steps.lsb[at] = (level - t) / distanceAbove(lower);
            steps.code[at] = code;
        });
    }

    void fakeQuantize(std::span<const float> x, std::int64_t begin, float* y,
                      float* mask) const override
    {
        if (m_levels.size() <= kFew && m_rounding != Rounding::Stochastic)
            fakeFew(x, begin, y);
        else
            forEach(x, begin, [&](const auto& p, std::int64_t i, std::int64_t at, float t) {
                y[at] = t != t ? t
                               : m_levels[static_cast<std::size_t>(codeOf(t, begin + at))] *
                                     p.scaleOf(i);
            });
        if (mask != nullptr)
            forEach(x, begin, [&](const auto&, std::int64_t, std::int64_t at, float t) {
                mask[at] = t >= m_low && t <= m_high ? 1.0F : 0.0F;
            });
    }

    void quantize(std::span<const float> x, std::int64_t begin, std::int32_t* codes) const override
    {
        forEach(x, begin, [&](const auto&, std::int64_t, std::int64_t at, float t) {
            codes[at] = codeOf(t, begin + at);
        });
    }

private:
    /// How many thresholds lie below t.
    std::int32_t search(float t) const
    {
        if (m_levels.size() <= kFew) {
            std::int32_t code = 0;
            for (std::size_t k = 0; k + 1 < m_levels.size(); ++k)
                code += t > m_thresholds[k] ? 1 : 0;
            return code;
        }
        const auto at = std::lower_bound(m_thresholds.begin(), m_thresholds.end(), t);
        return static_cast<std::int32_t>(at - m_thresholds.begin());
    }

    /// From a level to the next; -1 and the last are outside.
    float distanceAbove(std::int32_t lower) const
    {
        if (lower < 0)
            return m_below;
        const auto k = static_cast<std::size_t>(lower);
        return k + 1 < m_levels.size() ? m_levels[k + 1] - m_levels[k] : m_above;
    }

    std::int32_t codeOf(float t, std::int64_t index) const
    {
        if (t != t)
            return m_nanCode;
        const std::int32_t code = search(t);
        if (m_rounding != Rounding::Stochastic ||
            code + 1 == static_cast<std::int32_t>(m_levels.size()))
            return code;
        const auto k = static_cast<std::size_t>(code);
        const float part = (t - m_levels[k]) / (m_levels[k + 1] - m_levels[k]);
        return part > uniform24(m_rng, index) ? code + 1 : code;
    }

    /// A blend for each threshold: no table is looked up, so that the loop is vectorized.
    void fakeFew(std::span<const float> x, std::int64_t begin, float* out) const
    {
        const auto levels = m_fewLevels;
        const auto thresholds = m_fewThresholds;
        const auto run = [&]<bool divide>() {
            m_runs.forEachRun(begin, static_cast<std::int64_t>(x.size()),
                              [&](const auto& p, std::int64_t at, std::int64_t n) {
                                  const float* in = x.data() + at;
                                  float* y = out + at;
                                  for (std::int64_t i = 0; i < n; ++i) {
                                      const float t =
                                          divide ? in[i] / p.factorOf(i) : in[i] * p.factorOf(i);
                                      float level = levels[0];
                                      for (std::size_t k = 0; k + 1 < kFew; ++k)
                                          level = t > thresholds[k] ? levels[k + 1] : level;
                                      y[i] = t != t ? t : level * p.scaleOf(i);
                                  }
                              });
        };
        m_divide ? run.template operator()<true>() : run.template operator()<false>();
    }

    template <typename Body>
    void forEach(std::span<const float> x, std::int64_t begin, Body body) const
    {
        m_runs.forEachRun(begin, static_cast<std::int64_t>(x.size()),
                          [&](const auto& p, std::int64_t at, std::int64_t n) {
                              for (std::int64_t i = 0; i < n; ++i) {
                                  const float v = x[static_cast<std::size_t>(at + i)];
                                  body(p, i, at + i,
                                       m_divide ? v / p.factorOf(i) : v * p.factorOf(i));
                              }
                          });
    }

    KernelRuns m_runs;
    std::vector<float> m_levels;
    std::vector<float> m_thresholds; ///< t > thresholds[k]: above level k
    std::array<float, kFew> m_fewLevels{};
    std::array<float, kFew> m_fewThresholds{};
    Rounding m_rounding;
    bool m_divide;
    CounterRng m_rng;
    float m_low; ///< what lies outside is clipped
    float m_high;
    float m_below;
    float m_above;
    std::int32_t m_nanCode = 0;
};

std::unique_ptr<const QuantizerKernel> makeLevels(const KernelSetup& setup, Levels levels)
{
    const auto& params = setup.params;
    std::vector<float> factor = params.scale();
    if (params.dialect() != Dialect::Onnx) {
        for (float& f : factor)
            f = 1.0F / f;
    }
    const std::size_t n = factor.size();
    return std::make_unique<LevelsKernel>(
        setup, std::move(levels),
        KernelRuns(setup.layout, params.scale(), std::move(factor), std::vector<float>(n, 0.0F)));
}

} // namespace

std::unique_ptr<const QuantizerKernel> makeExponentKernel(const KernelSetup& setup)
{
    constexpr std::uint8_t kNanCode = 255;
    std::vector<float> levels;
    for (std::uint8_t code = 0; code < kNanCode; ++code)
        levels.push_back(decodeE8m0(code));
    // Half way to 2^-128 and to 2^128, whose ties go up.
    const float high = std::nextafter(0x1.8p127F, 0.0F);
    return makeLevels(
        setup, {std::move(levels), Ties::Upper, 0x1.8p-128F, high, 0x1p-127F, 0x1p127F, kNanCode});
}

std::unique_ptr<const QuantizerKernel> makeCodebookKernel(const KernelSetup& setup)
{
    const auto values = setup.params.codebook();
    const bool nf4 = setup.params.dtype() == DType::Nf4;
    // Half a step outside the first and last level.
    const std::size_t n = values.size();
    const float below = values[1] - values[0];
    const float above = values[n - 1] - values[n - 2];
    return makeLevels(setup, {{values.begin(), values.end()},
                              nf4 ? Ties::LowerOfFloat32 : Ties::Lower,
                              values[0] - below / 2,
                              values[n - 1] + above / 2,
                              below,
                              above,
                              std::nullopt});
}

} // namespace qs
