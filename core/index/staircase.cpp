// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/index/staircase.h"

#include "core/index/thresholds.h"

#include <cmath>
#include <limits>

namespace qs {
namespace {

/// Codes counted in the order of the levels they stand for: bit patterns of floats have a sign.
class CodeOrder {
public:
    explicit CodeOrder(const DTypeInfo& row)
        : m_sign(row.family == Family::Float && !row.isSigned
                     ? static_cast<std::int32_t>(row.format.signBit())
                     : 0)
    {
    }
    std::int64_t orderOf(std::int32_t code) const
    {
        return m_sign != 0 && code >= m_sign ? std::int64_t{m_sign} - 1 - code : code;
    }
    std::int32_t codeAt(std::int64_t order) const
    {
        return static_cast<std::int32_t>(m_sign != 0 && order < 0 ? m_sign - 1 - order : order);
    }

private:
    std::int32_t m_sign;
};

/// The key of a real number, rounded; for guesses.
std::int64_t guessOf(double x)
{
    constexpr auto kMost = static_cast<double>(std::numeric_limits<float>::max());
    return keyOf(static_cast<float>(std::isnan(x) ? 0.0 : std::clamp(x, -kMost, kMost)));
}

} // namespace

bool Staircase::exists(const QuantParams& params, Rounding rounding)
{
    return rounding != Rounding::Stochastic && info(params.dtype()).family != Family::Ggml &&
           (!info(params.qscheme()).perGroup() || params.channels() == 1);
}

std::optional<Staircase> Staircase::make(const QuantParams& params, std::size_t channel,
                                         Rounding rounding, std::span<const std::int32_t> keys)
{
    if (!exists(params, rounding))
        return std::nullopt;
    const auto shape = Shape::make({static_cast<std::int64_t>(KeyEvaluator::kMost)});
    auto quantizer = Quantizer::make(params.forChannel(channel), *shape, rounding);
    if (!quantizer || quantizer->layout().count() != 1)
        return std::nullopt;
    Staircase stairs(std::move(*quantizer));
    stairs.m_lastKey = keys.back();
    if (!stairs.isMonotone(keys.front()))
        return std::nullopt;
    // Each code's border takes about four tries.
    constexpr std::int64_t kTries = 4;
    if (static_cast<std::int64_t>(keys.size()) <=
        kTries * std::min(params.codeCount(), kMostSteps)) {
        stairs.readCodes(keys);
        return stairs;
    }
    stairs.findCodes(keys.front(), rounding);
    if (stairs.m_steps.empty())
        return std::nullopt;
    stairs.splitAtClips();
    return stairs;
}

/// PyTorch 1.13 makes quant_min of what is too large for int64.
bool Staircase::isMonotone(std::int32_t firstKey) const
{
    if (m_quantizer.params().dialect() != Dialect::Torch113)
        return true;
    KeyEvaluator at(m_quantizer);
    const std::int32_t ends[] = {firstKey, m_lastKey};
    bool inside = true;
    at.forEach(ends, [&](std::size_t, std::size_t) {
        inside = std::fabs(at.t[0]) < 0x1p62F && std::fabs(at.t[1]) < 0x1p62F;
    });
    return inside;
}

void Staircase::readCodes(std::span<const std::int32_t> keys)
{
    KeyEvaluator at(m_quantizer);
    constexpr float kMost = std::numeric_limits<float>::max();
    at.forEach(keys, [&](std::size_t offset, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const StairStep step{keys[offset + i], at.code[i], std::clamp(at.y[i], -kMost, kMost),
                                 at.clip[i]};
            if (m_steps.empty() || m_steps.back().code != step.code ||
                m_steps.back().clip != step.clip || m_steps.back().level != step.level)
                m_steps.push_back(step);
        }
    });
}

void Staircase::findCodes(std::int32_t firstKey, Rounding rounding)
{
    const auto& params = m_quantizer.params();
    const CodeOrder order(info(params.dtype()));
    KeyEvaluator at(m_quantizer);
    const std::int32_t ends[] = {firstKey, m_lastKey};
    std::int64_t first = 0;
    std::int64_t last = 0;
    at.forEach(ends, [&](std::size_t, std::size_t) {
        first = order.orderOf(at.code[0]);
        last = order.orderOf(at.code[1]);
    });
    if (last < first || last - first > kMostSteps)
        return;
    std::vector<Threshold> thresholds;
    thresholds.reserve(static_cast<std::size_t>(last - first));
    double below = static_cast<double>(params.level(order.codeAt(first)));
    for (std::int64_t o = first + 1; o <= last; ++o) {
        const auto level = static_cast<double>(params.level(order.codeAt(o)));
        const double border = rounding == Rounding::Floor ? level : (below + level) / 2;
        thresholds.push_back({firstKey, m_lastKey, o, guessOf(border)});
        below = level;
    }
    findThresholds(thresholds,
                   [&](std::span<const std::int32_t> keys, std::span<std::int64_t> values) {
                       at.forEach(keys, [&](std::size_t offset, std::size_t n) {
                           for (std::size_t i = 0; i < n; ++i)
                               values[offset + i] = order.orderOf(at.code[i]);
                       });
                   });
    std::vector<std::int32_t> firsts{firstKey};
    for (const auto& t : thresholds) {
        // Codes that no number has, such as NaN's, share their border with the next.
        if (t.high > firsts.back())
            firsts.push_back(t.high);
    }
    constexpr float kMost = std::numeric_limits<float>::max();
    at.forEach(firsts, [&](std::size_t offset, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i)
            m_steps.push_back(
                {firsts[offset + i], at.code[i], std::clamp(at.y[i], -kMost, kMost), at.clip[i]});
    });
}

/// Within a code the clip changes at most twice; a dialect may change the level there, too.
void Staircase::splitAtClips()
{
    KeyEvaluator at(m_quantizer);
    constexpr float kMost = std::numeric_limits<float>::max();
    const auto stepAt = [&](std::int32_t key) {
        StairStep step;
        at.forEach({&key, 1}, [&](std::size_t, std::size_t) {
            step = {key, at.code[0], std::clamp(at.y[0], -kMost, kMost), at.clip[0]};
        });
        return step;
    };
    const auto same = [](const StairStep& a, const StairStep& b) {
        const bool sameLevel = a.level == b.level || (std::isnan(a.level) && std::isnan(b.level));
        return a.clip == b.clip && sameLevel;
    };
    std::vector<std::int32_t> lasts;
    for (std::size_t i = 0; i < m_steps.size(); ++i)
        lasts.push_back(lastKeyOf(i));
    std::vector<StairStep> ends(m_steps.size());
    at.forEach(lasts, [&](std::size_t offset, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i)
            ends[offset + i] = {lasts[offset + i], at.code[i], std::clamp(at.y[i], -kMost, kMost),
                                at.clip[i]};
    });
    std::vector<StairStep> split;
    split.reserve(m_steps.size() + 2);
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        StairStep step = m_steps[i];
        while (!same(step, ends[i])) {
            std::int64_t low = step.firstKey;
            std::int64_t high = lasts[i];
            while (high - low > 1) {
                const auto middle = static_cast<std::int32_t>(low + (high - low) / 2);
                (same(stepAt(middle), step) ? low : high) = middle;
            }
            split.push_back(step);
            step = stepAt(static_cast<std::int32_t>(high));
        }
        split.push_back(step);
    }
    m_steps = std::move(split);
}

double Staircase::stepBelow(std::size_t i) const
{
    const auto level = static_cast<double>(m_steps[i].level);
    for (std::size_t k = i; k-- > 0;) {
        if (m_steps[k].level != m_steps[i].level)
            return level - static_cast<double>(m_steps[k].level);
    }
    for (std::size_t k = i + 1; k < m_steps.size(); ++k) {
        if (m_steps[k].level != m_steps[i].level)
            return static_cast<double>(m_steps[k].level) - level;
    }
    return static_cast<double>(m_quantizer.params().stepAt(0));
}

double Staircase::stepAbove(std::size_t i) const
{
    const auto level = static_cast<double>(m_steps[i].level);
    for (std::size_t k = i + 1; k < m_steps.size(); ++k) {
        if (m_steps[k].level != m_steps[i].level)
            return static_cast<double>(m_steps[k].level) - level;
    }
    return stepBelow(i);
}

} // namespace qs
