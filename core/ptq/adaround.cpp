// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/adaround.h"

#include "core/base/parallel.h"
#include "core/ptq/ptq_checks.h"
#include "core/ptq/rounding_block.h"
#include "core/ptq/rounding_choice.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <string>

namespace qs {
namespace {

/// Outputs that one thread optimizes together: enough for a product, few enough for all threads.
constexpr std::int64_t kOutputsPerBlock = 32;

Result<void> check(const AdaRoundOptions& o)
{
    const auto expect = [](bool ok, const char* name, const char* what, double found) {
        return ok && std::isfinite(found)
                   ? Result<void>()
                   : Result<void>(Error::usage(std::string(name) + ": expected " + what +
                                               ", found " + std::to_string(found)));
    };
    for (const auto& result :
         {expect(o.iterations >= 1, "iterations", "1 or more", o.iterations),
          expect(o.learningRate > 0, "lr", "above 0", o.learningRate),
          expect(o.lambda >= 0, "lambda", "0 or more", o.lambda),
          expect(o.betaEnd >= 1, "beta_end", "1 or more", o.betaEnd),
          expect(o.betaStart >= o.betaEnd, "beta_start", "beta_end or more", o.betaStart),
          expect(o.warmStart >= 0 && o.warmStart <= 1, "warm_start", "0 to 1", o.warmStart)}) {
        if (!result)
            return result;
    }
    return {};
}

/// Codes, levels, errors and counts of a choice; up: whether each weight is at its high level.
Result<RoundedWeights> resultOf(std::span<const float> weight, std::int64_t outputs,
                                const GramData& data, const RoundingChoices& choices,
                                std::span<const std::uint8_t> up)
{
    RoundedWeights result;
    std::vector<float> nearest(weight.size());
    result.weight.resize(weight.size());
    result.codes.resize(weight.size());
    for (std::size_t i = 0; i < weight.size(); ++i) {
        nearest[i] = choices.nearestLevel(i);
        const bool high = choices.free(i) && up[i] != 0;
        result.weight[i] = high ? choices.highLevel[i] : choices.lowLevel[i];
        result.codes[i] = choices.low[i] + (high ? 1 : 0);
    }
    const auto before = squaredErrors(data, weight, nearest);
    const auto after = squaredErrors(data, weight, result.weight);
    if (!before || !after)
        return before ? after.error() : before.error();
    result.errorNearest = *before;
    result.error = *after;
    const auto columns = static_cast<std::size_t>(data.columns);
    for (std::size_t o = 0; o < static_cast<std::size_t>(outputs); ++o) {
        if (result.error[o] < result.errorNearest[o])
            continue;
        ++result.keptNearest;
        result.error[o] = result.errorNearest[o];
        for (std::size_t i = o * columns; i < (o + 1) * columns; ++i) {
            result.weight[i] = nearest[i];
            result.codes[i] = choices.nearest[i];
        }
    }
    for (std::size_t i = 0; i < weight.size(); ++i)
        result.changed += result.codes[i] != choices.nearest[i] ? 1 : 0;
    return result;
}

/// What all blocks of outputs share, and their slices.
struct Problem {
    std::vector<float> place, step, offset, push, linear, gram;
};

Problem problemOf(std::span<const float> weight, std::int64_t outputs, const GramData& data,
                  const RoundingChoices& choices)
{
    Problem p;
    const std::size_t count = weight.size();
    p.place.resize(count);
    p.step.resize(count);
    p.offset.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double step = static_cast<double>(choices.highLevel[i]) - choices.lowLevel[i];
        const double offset = static_cast<double>(weight[i]) - choices.lowLevel[i];
        p.step[i] = static_cast<float>(step);
        p.offset[i] = static_cast<float>(offset);
        p.place[i] = step > 0 ? static_cast<float>(std::clamp(offset / step, 0.0, 1.0)) : 0.5F;
    }
    // Means instead of sums, for float32.
    const double unit = 1 / static_cast<double>(std::max<std::int64_t>(data.rows, 1));
    p.gram.resize(data.gram.size());
    std::transform(data.gram.begin(), data.gram.end(), p.gram.begin(),
                   [&](double g) { return static_cast<float>(unit * g); });
    const auto k = static_cast<std::size_t>(data.columns);
    p.push.resize(count);
    for (std::size_t row = 0; row < count; row += k) {
        double expected = 0;
        double free = 0;
        for (std::size_t a = 0; a < k; ++a) {
            const auto step = static_cast<double>(p.step[row + a]);
            expected += unit * data.gram[a * k + a] * step * step / 12;
            free += step > 0 ? 1 : 0;
        }
        for (std::size_t a = 0; a < k && expected > 0; ++a)
            p.push[row + a] =
                static_cast<float>(free / expected * static_cast<double>(p.step[row + a]));
    }
    if (data.cross.empty())
        return p;
    p.linear.resize(count);
    forEachIndex(outputs, {}, [&](std::int64_t output) {
        const std::size_t row = static_cast<std::size_t>(output) * k;
        for (std::size_t a = 0; a < k; ++a) {
            double sum = 0;
            for (std::size_t b = 0; b < k; ++b)
                sum += data.cross[a * k + b] * static_cast<double>(weight[row + b]);
            p.linear[row + a] = static_cast<float>(unit * sum);
        }
    });
    return p;
}

} // namespace

double RoundedWeights::totalNearest() const
{
    return std::accumulate(errorNearest.begin(), errorNearest.end(), 0.0);
}

double RoundedWeights::total() const
{
    return std::accumulate(error.begin(), error.end(), 0.0);
}

Result<RoundedWeights> adaRound(std::span<const float> weight, std::int64_t outputs,
                                const QuantParams& params, const GramData& data,
                                const AdaRoundOptions& options, const JobContext& context)
{
    if (auto ok = check(options); !ok)
        return ok.error();
    const auto choices = roundingChoices(weight, outputs, data.columns, params);
    if (!choices)
        return choices.error();
    // Also checks the tables.
    if (const auto errors = squaredErrors(data, weight, weight); !errors)
        return errors.error();
    std::vector<std::uint8_t> up(weight.size());
    const Problem p = problemOf(weight, outputs, data, *choices);
    const std::int64_t blocks = (outputs + kOutputsPerBlock - 1) / kOutputsPerBlock;
    std::atomic<std::int64_t> iterations = 0;
    const auto all = static_cast<double>(blocks) * options.iterations;
    const auto next = [&] {
        context.report("AdaRound", static_cast<double>(iterations++) / all);
        return !context.stopRequested();
    };
    std::atomic<bool> stopped = false;
    const bool done = forEachIndex(blocks, context, [&](std::int64_t b) {
        const std::int64_t first = b * kOutputsPerBlock;
        const std::int64_t rows = std::min(kOutputsPerBlock, outputs - first);
        const auto at = static_cast<std::size_t>(first * data.columns);
        const RoundingBlock block{rows,
                                  data.columns,
                                  p.place.data() + at,
                                  p.step.data() + at,
                                  p.offset.data() + at,
                                  p.push.data() + at,
                                  p.linear.empty() ? nullptr : p.linear.data() + at,
                                  p.gram.data()};
        const auto size = static_cast<std::size_t>(rows * data.columns);
        if (!optimizeRounding(block, options, std::span(up).subspan(at, size), next))
            stopped = true;
    });
    if (!done || stopped)
        return Error::cancelled();
    context.report("AdaRound", 1);
    auto rounded = resultOf(weight, outputs, data, *choices, up);
    if (!rounded || !options.descent)
        return rounded;
    return descendRounding(weight, outputs, params, data, rounded->codes, context);
}

Result<RoundedWeights> descendRounding(std::span<const float> weight, std::int64_t outputs,
                                       const QuantParams& params, const GramData& data,
                                       std::span<const std::int32_t> start,
                                       const JobContext& context)
{
    const auto choices = roundingChoices(weight, outputs, data.columns, params);
    if (!choices)
        return choices.error();
    const auto codes = start.empty() ? std::span<const std::int32_t>(choices->nearest) : start;
    if (auto ok = checkSizes("codes", codes.size(), outputs, data.columns, 1); !ok)
        return ok.error();
    // Also checks the tables.
    if (const auto errors = squaredErrors(data, weight, weight); !errors)
        return errors.error();
    std::vector<std::uint8_t> up(weight.size());
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const std::int64_t above = std::int64_t{codes[i]} - choices->low[i];
        if (above < 0 || above > (choices->free(i) ? 1 : 0))
            return Error::usage("code " + std::to_string(i) + ": expected " +
                                std::to_string(choices->low[i]) + " or the next, found " +
                                std::to_string(codes[i]));
        up[i] = static_cast<std::uint8_t>(above);
    }
    const auto k = static_cast<std::size_t>(data.columns);
    const bool done = forEachIndex(outputs, context, [&](std::int64_t output) {
        const std::size_t row = static_cast<std::size_t>(output) * k;
        const auto levelOf = [&](std::size_t i, bool high) {
            return static_cast<double>(high ? choices->highLevel[i] : choices->lowLevel[i]);
        };
        // slope = d error / d e = 2 (e G + w Cᵀ), kept up to date.
        std::vector<double> slope(k);
        for (std::size_t b = 0; b < k; ++b) {
            const auto w = static_cast<double>(weight[row + b]);
            const double e = w - levelOf(row + b, up[row + b] != 0);
            for (std::size_t a = 0; a < k; ++a)
                slope[a] += 2 * (e * data.gram[b * k + a] +
                                 (data.cross.empty() ? 0.0 : w * data.cross[a * k + b]));
        }
        while (!context.stopRequested()) {
            std::size_t best = k;
            double gain = 0;
            for (std::size_t a = 0; a < k; ++a) {
                const std::size_t i = row + a;
                const double d = levelOf(i, up[i] != 0) - levelOf(i, up[i] == 0);
                // Less than rounding makes of it is no gain: it could be taken back for ever.
                const double square = d * d * data.gram[a * k + a];
                const double change = d * slope[a] + square;
                if (d != 0 && change < gain && change < -1e-9 * square) {
                    best = a;
                    gain = change;
                }
            }
            if (best == k)
                break;
            const std::size_t i = row + best;
            const double d = levelOf(i, up[i] != 0) - levelOf(i, up[i] == 0);
            up[i] ^= 1;
            for (std::size_t a = 0; a < k; ++a)
                slope[a] += 2 * d * data.gram[best * k + a];
        }
    });
    if (!done || context.stopRequested())
        return Error::cancelled();
    return resultOf(weight, outputs, data, *choices, up);
}

} // namespace qs
