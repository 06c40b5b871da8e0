// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/lsq.h"

#include "core/base/text.h"
#include "core/gradient/estimator_support.h"

#include <cmath>

namespace qs {
namespace {

/// LSQ is LSQ+ whose offset is 0: x - 0 is x, and code * scale + 0 is code * scale but for the sign
/// of zero, which withBeta keeps.
struct Rule {
    float scale;
    float beta;
    float lo;
    float hi;
    bool withBeta;

    float inSteps(float x) const { return (withBeta ? x - beta : x) / scale; }
    /// The same in double: t far from 0 has lost digits of its distance to the code.
    double exactSteps(float x) const
    {
        const double shifted = static_cast<double>(x) - static_cast<double>(beta);
        return shifted / static_cast<double>(scale);
    }
    float decode(float code) const { return withBeta ? code * scale + beta : code * scale; }
};

Result<void> check(const LsqPlus& q, std::span<const float> x, const char* name, std::size_t other)
{
    if (auto ok = checkElements(x, name, other); !ok)
        return ok;
    if (auto ok = checkPositive("scale", q.scale); !ok)
        return ok;
    if (auto ok = checkFinite("beta", q.beta); !ok)
        return ok;
    if (auto ok = checkFinite("grad_scale", static_cast<float>(q.gradScale)); !ok)
        return ok;
    return checkQuantRange(q.quantMin, q.quantMax);
}

Rule ruleOf(const LsqPlus& q, bool withBeta)
{
    return {q.scale, q.beta, static_cast<float>(q.quantMin), static_cast<float>(q.quantMax),
            withBeta};
}

Result<void> run(const LsqPlus& q, bool withBeta, std::span<const float> x, std::span<float> y)
{
    if (auto ok = check(q, x, "y", y.size()); !ok)
        return ok;
    const Rule rule = ruleOf(q, withBeta);
    for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = rule.decode(
            __builtin_nearbyintf(clampKeepingNan(rule.inSteps(x[i]), rule.lo, rule.hi)));
    return {};
}

Result<LsqPlusGradients> runBack(const LsqPlus& q, bool withBeta, std::span<const float> x,
                                 std::span<const float> dy, std::span<float> dx)
{
    if (auto ok = check(q, x, "dy", dy.size()); !ok)
        return ok.error();
    if (auto ok = checkElements(x, "dx", dx.size()); !ok)
        return ok.error();
    const Rule rule = ruleOf(q, withBeta);
    const auto count = static_cast<std::int64_t>(x.size());
    LsqPlusGradients sums;
    // Both before dx is written, which may be x or dy.
    sums.scale = q.gradScale * sumInBlocks(count, [&](std::size_t i) {
                     const float t = rule.inSteps(x[i]);
                     const auto gradient = static_cast<double>(dy[i]);
                     if (t <= rule.lo)
                         return gradient * static_cast<double>(rule.lo);
                     if (t >= rule.hi)
                         return gradient * static_cast<double>(rule.hi);
                     if (t != t)
                         return 0.0;
                     return gradient *
                            (static_cast<double>(__builtin_nearbyintf(t)) - rule.exactSteps(x[i]));
                 });
    if (withBeta)
        sums.beta = q.gradScale * sumInBlocks(count, [&](std::size_t i) {
                        const float t = rule.inSteps(x[i]);
                        return t <= rule.lo || t >= rule.hi ? static_cast<double>(dy[i]) : 0.0;
                    });
    for (std::size_t i = 0; i < x.size(); ++i) {
        const float t = rule.inSteps(x[i]);
        dx[i] = rule.lo < t && t < rule.hi ? dy[i] : 0.0F;
    }
    return sums;
}

LsqPlus withoutBeta(const Lsq& q)
{
    return {q.scale, 0.0F, q.quantMin, q.quantMax, q.gradScale};
}

} // namespace

Result<void> forward(const Lsq& q, std::span<const float> x, std::span<float> y)
{
    return run(withoutBeta(q), false, x, y);
}

Result<LsqGradients> backward(const Lsq& q, std::span<const float> x, std::span<const float> dy,
                              std::span<float> dx)
{
    const auto sums = runBack(withoutBeta(q), false, x, dy, dx);
    if (!sums)
        return sums.error();
    return LsqGradients{sums->scale};
}

Result<void> forward(const LsqPlus& q, std::span<const float> x, std::span<float> y)
{
    return run(q, true, x, y);
}

Result<LsqPlusGradients> backward(const LsqPlus& q, std::span<const float> x,
                                  std::span<const float> dy, std::span<float> dx)
{
    return runBack(q, true, x, dy, dx);
}

Result<double> lsqGradScale(std::int64_t count, int quantMax)
{
    if (count < 1)
        return Error::usage("count: expected 1 or more, found " + std::to_string(count));
    if (quantMax < 1)
        return Error::usage("quant_max: expected 1 or more, found " + std::to_string(quantMax));
    return 1 / std::sqrt(static_cast<double>(count) * quantMax);
}

Result<float> lsqInitialScale(std::span<const float> x, int quantMax)
{
    if (auto ok = checkElements(x, "x", x.size()); !ok)
        return ok.error();
    if (quantMax < 1)
        return Error::usage("quant_max: expected 1 or more, found " + std::to_string(quantMax));
    const auto count = static_cast<std::int64_t>(x.size());
    const double sum =
        sumInBlocks(count, [&](std::size_t i) { return std::fabs(static_cast<double>(x[i])); });
    const auto scale =
        static_cast<float>(2 * (sum / static_cast<double>(count)) / std::sqrt(quantMax));
    if (auto ok = checkPositive("scale", scale); !ok)
        return ok.error();
    return scale;
}

Result<float> lsqPlusInitialWeightScale(std::span<const float> x, int bits)
{
    if (auto ok = checkElements(x, "x", x.size()); !ok)
        return ok.error();
    if (auto ok = checkBits(bits); !ok)
        return ok.error();
    const auto count = static_cast<std::int64_t>(x.size());
    const auto n = static_cast<double>(count);
    const double mean =
        sumInBlocks(count, [&](std::size_t i) { return static_cast<double>(x[i]); }) / n;
    const double squares = sumInBlocks(count, [&](std::size_t i) {
        const double d = static_cast<double>(x[i]) - mean;
        return d * d;
    });
    const double sigma = count > 1 ? std::sqrt(squares / (n - 1)) : 0.0;
    const double reach = std::max(std::fabs(mean - 3 * sigma), std::fabs(mean + 3 * sigma));
    const auto scale = static_cast<float>(std::ldexp(reach, 1 - bits));
    if (auto ok = checkPositive("scale", scale); !ok)
        return ok.error();
    return scale;
}

Result<LsqPlusInit> lsqPlusInitialActivation(std::span<const float> x, int quantMin, int quantMax)
{
    if (auto ok = checkElements(x, "x", x.size()); !ok)
        return ok.error();
    if (auto ok = checkQuantRange(quantMin, quantMax); !ok)
        return ok.error();
    float min = x[0];
    float max = x[0];
    for (const float value : x) {
        if (auto ok = checkFinite("x", value); !ok)
            return ok.error();
        min = std::min(min, value);
        max = std::max(max, value);
    }
    LsqPlusInit init;
    init.scale = static_cast<float>((static_cast<double>(max) - static_cast<double>(min)) /
                                    (quantMax - quantMin));
    if (auto ok = checkPositive("scale", init.scale); !ok)
        return ok.error();
    init.beta =
        static_cast<float>(static_cast<double>(min) - quantMin * static_cast<double>(init.scale));
    return init;
}

} // namespace qs
