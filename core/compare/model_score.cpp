// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/model_score.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace qs {
namespace {

using Row = std::span<const float>;

std::size_t largestOf(Row row)
{
    return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

double crossEntropy(Row row, int label)
{
    const double most = static_cast<double>(row[largestOf(row)]);
    double sum = 0;
    for (const float v : row)
        sum += std::exp(static_cast<double>(v) - most);
    return most + std::log(sum) - static_cast<double>(row[static_cast<std::size_t>(label)]);
}

double squaredError(Row row, std::span<const float> target)
{
    double sum = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const double d = static_cast<double>(row[i]) - static_cast<double>(target[i]);
        sum += d * d;
    }
    return sum / static_cast<double>(target.size());
}

} // namespace

OutputFunction outputsOf(Network& network, const JobContext& context)
{
    return [&network, &context](const NetworkSamples& samples, std::int64_t begin,
                                std::int64_t count) {
        return network.outputsOf(samples.writer(begin), count, context);
    };
}

Result<ModelScore> scoreOf(const OutputFunction& network, const NetworkSamples& samples,
                           std::int64_t batch, const JobContext& context)
{
    ModelScore score;
    std::int64_t correct = 0;
    const bool targets = samples.set.hasTargets();
    const auto done =
        forEachBatch(samples, batch, context, [&](std::int64_t begin, std::int64_t count) {
            const auto outputs = network(samples, begin, count);
            if (!outputs)
                return Result<void>(outputs.error());
            const std::size_t each = outputs->size() / static_cast<std::size_t>(count);
            for (std::int64_t i = 0; i < count; ++i) {
                const auto row = Row(*outputs).subspan(static_cast<std::size_t>(i) * each, each);
                if (!std::all_of(row.begin(), row.end(), [](float v) { return std::isfinite(v); }))
                    return Result<void>(Error::data("the network's output for test sample " +
                                                    std::to_string(begin + i) + " is not finite"));
                if (targets) {
                    score.loss += squaredError(row, samples.set.targets(begin + i));
                    continue;
                }
                const int label = samples.set.label(begin + i);
                score.loss += crossEntropy(row, label);
                correct += largestOf(row) == static_cast<std::size_t>(label) ? 1 : 0;
            }
            score.outputs.insert(score.outputs.end(), outputs->begin(), outputs->end());
            return Result<void>{};
        });
    if (!done)
        return done.error();
    score.samples = samples.count();
    score.loss /= static_cast<double>(score.samples);
    if (!targets)
        score.accuracy = static_cast<double>(correct) / static_cast<double>(score.samples);
    return score;
}

Mismatches mismatchesOf(const ModelScore& a, const ModelScore& b)
{
    Mismatches found;
    found.samples = a.samples;
    found.numbers = static_cast<std::int64_t>(a.outputs.size());
    const std::size_t each = a.outputs.size() / static_cast<std::size_t>(a.samples);
    for (std::size_t begin = 0; begin < a.outputs.size(); begin += each) {
        const auto rowA = Row(a.outputs).subspan(begin, each);
        const auto rowB = Row(b.outputs).subspan(begin, each);
        found.predictions += largestOf(rowA) != largestOf(rowB) ? 1 : 0;
        for (std::size_t i = 0; i < each; ++i) {
            found.outputs += rowA[i] != rowB[i] ? 1 : 0;
            found.largest = std::max(found.largest, std::abs(static_cast<double>(rowA[i]) -
                                                             static_cast<double>(rowB[i])));
        }
    }
    return found;
}

Result<std::vector<Timing>> timeInTurns(const std::vector<OutputFunction>& networks,
                                        const NetworkSamples& samples, std::int64_t batch,
                                        int rounds, const JobContext& context)
{
    using Clock = std::chrono::steady_clock;
    constexpr std::int64_t most = 1000;
    constexpr double shortest = 2; // ms
    const auto some = samples.first(most);
    // The milliseconds of so many passes over the samples.
    const auto run = [&](const OutputFunction& network, std::int64_t passes) -> Result<double> {
        const auto start = Clock::now();
        for (std::int64_t i = 0; i < passes; ++i) {
            const auto done =
                forEachBatch(some, batch, context, [&](std::int64_t begin, std::int64_t count) {
                    const auto outputs = network(some, begin, count);
                    return outputs ? Result<void>{} : Result<void>(outputs.error());
                });
            if (!done)
                return done.error();
        }
        return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    };
    std::vector<std::int64_t> passes(networks.size(), 1);
    std::vector<std::vector<double>> times(networks.size());
    for (int round = -2; round < rounds; ++round)
        for (std::size_t n = 0; n < networks.size(); ++n) {
            const auto ms = run(networks[n], passes[n]);
            if (!ms)
                return ms.error();
            if (round >= 0)
                times[n].push_back(*ms);
            else if (round == -1) // the first of all makes room and plans
                passes[n] = std::max<std::int64_t>(
                    1, std::llround(std::ceil(shortest / std::max(*ms, 1e-3))));
        }
    std::vector<Timing> timings;
    for (std::size_t n = 0; n < networks.size(); ++n) {
        auto& own = times[n];
        std::nth_element(own.begin(), own.begin() + rounds / 2, own.end());
        const std::int64_t count = some.count() * passes[n];
        timings.push_back(
            {own[static_cast<std::size_t>(rounds / 2)] * 1000 / static_cast<double>(count), rounds,
             count, maxThreads()});
    }
    return timings;
}

} // namespace qs
