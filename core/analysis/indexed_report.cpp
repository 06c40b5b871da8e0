// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/indexed_report.h"

#include "core/analysis/error_counter.h"
#include "core/base/parallel.h"

#include <array>
#include <cmath>
#include <oneapi/tbb/enumerable_thread_specific.h>

namespace qs {
namespace {

/// Steps that are worked on together.
constexpr std::size_t kStepsAtOnce = 4;

/// Of unclipped elements, then of clipped ones.
using ErrorCounts = std::array<std::int64_t, 2 * kErrorCounters>;

struct StepSums {
    std::int64_t count = 0;
    double e2 = 0;
    double e = 0;
    double absE = 0;
    double maxE = 0;
    double x = 0;
    double x2 = 0;
};

/// One set through its quantizer.
struct SetWork {
    SetStairs stairs;
    std::vector<StepSums> sums;
};

StepSums sumStep(const SortedValues& values, const StairStep& step, std::int64_t first,
                 std::int64_t last)
{
    StepSums s;
    if (first == last)
        return s;
    const auto y = static_cast<double>(step.level);
    const auto all = values.moments(first, last);
    s.count = all.count;
    s.e2 = all.squaredErrors(y);
    s.x = all.sum.value();
    s.x2 = all.squares.value();
    // Errors are positive below the level and negative above: the extremes are at the ends.
    const double atFirst = y - static_cast<double>(values.valueAt(first));
    const double atLast = y - static_cast<double>(values.valueAt(last - 1));
    s.maxE = std::max(std::fabs(atFirst), std::fabs(atLast));
    const double sum = -all.errors(y);
    s.e = sum;
    if (atLast >= 0 || atFirst <= 0) {
        s.absE = std::fabs(sum);
        return s;
    }
    const std::int32_t key = keyOf(step.level);
    std::int64_t middle = first;
    values.placesOf({&key, 1}, first, last, &middle);
    const double below = -values.moments(first, middle).errors(y);
    s.absE = below + (below - sum);
    return s;
}

/// Everything about codes, from the steps in order.
void countCodes(const std::vector<SetWork>& sets, const QuantParams& params, Report& report)
{
    constexpr std::int64_t kMostCounted = 65536;
    if (params.codeCount() <= kMostCounted) {
        report.codeCounts.assign(static_cast<std::size_t>(params.codeCount()), 0);
        for (const auto& set : sets) {
            for (std::size_t s = 0; s < set.sums.size(); ++s)
                report.codeCounts[static_cast<std::size_t>(
                    set.stairs.steps()[s].code - params.firstCode())] += set.sums[s].count;
        }
        report.countCodes();
        return;
    }
    std::vector<std::pair<std::int32_t, std::int64_t>> codes;
    for (const auto& set : sets) {
        for (std::size_t s = 0; s < set.sums.size(); ++s) {
            if (set.sums[s].count > 0)
                codes.emplace_back(set.stairs.steps()[s].code, set.sums[s].count);
        }
    }
    std::sort(codes.begin(), codes.end());
    const auto n = static_cast<double>(report.n());
    for (std::size_t i = 0; i < codes.size();) {
        std::int64_t count = 0;
        const std::int32_t code = codes[i].first;
        for (; i < codes.size() && codes[i].first == code; ++i)
            count += codes[i].second;
        const double p = static_cast<double>(count) / n;
        ++report.levelsUsed;
        report.codeEntropyBits -= p * std::log2(p);
    }
}

Histogram errorHistogram(const ErrorCounts& counts, std::size_t at)
{
    Histogram h;
    h.lo = -1;
    h.hi = 1;
    const auto* first = counts.data() + at;
    h.counts.assign(first, first + kErrorBins);
    h.below = first[kErrorBins];
    h.above = first[kErrorBins + 1];
    return h;
}

void addSums(const std::vector<SetWork>& sets, Report& report)
{
    double e2 = 0;
    double e2Clipped = 0;
    double e = 0;
    double absE = 0;
    double x2 = 0;
    double y2 = 0;
    double xy = 0;
    for (const auto& set : sets) {
        for (std::size_t i = 0; i < set.sums.size(); ++i) {
            const auto& s = set.sums[i];
            const auto& step = set.stairs.steps()[i];
            const auto y = static_cast<double>(step.level);
            (step.clip == 0 ? e2 : e2Clipped) += s.e2;
            report.clippedLow += step.clip < 0 ? s.count : 0;
            report.clippedHigh += step.clip > 0 ? s.count : 0;
            e += s.e;
            absE += s.absE;
            x2 += s.x2;
            y2 += static_cast<double>(s.count) * (y * y);
            xy += y * s.x;
            report.maxAbsError = std::max(report.maxAbsError, s.maxE);
        }
    }
    const auto n = static_cast<double>(report.n());
    if (n == 0)
        return;
    report.mse = (e2 + e2Clipped) / n;
    report.meanError = e / n;
    report.meanAbsError = absE / n;
    report.clippingMse = e2Clipped / n;
    report.roundingMse = e2 / n;
    report.signalPower = x2 / n;
    const double norms = std::sqrt(x2) * std::sqrt(y2);
    if (norms > 0)
        report.cosineSimilarity = std::min(xy / norms, 1.0);
}

} // namespace

bool canReportFrom(std::span<const SortedValues> sets, const QuantParams& params, Rounding rounding)
{
    return Staircase::exists(params, rounding) && sets.size() == params.channels();
}

double fusedCost(const TensorStats& stats)
{
    constexpr double kPerElement = 2.5;
    return kPerElement * static_cast<double>(stats.count);
}

double indexedCost(std::span<const SortedValues> sets, const QuantParams& params)
{
    constexpr double kPerStep = 600;
    constexpr double kPerBorder = 40;
    constexpr double kPerRead = 5;
    double cost = 0;
    for (const auto& set : sets) {
        // A set has no more steps than float32 numbers between its ends.
        const double spread = set.places() == 0 ? 0.0
                                                : static_cast<double>(set.keyAt(set.places() - 1)) -
                                                      static_cast<double>(set.keyAt(0)) + 1;
        const double steps = std::min(static_cast<double>(params.codeCount()) + 2, spread);
        const double borders = steps * kErrorBins / 2 * kPerBorder;
        cost += steps * kPerStep + std::min(borders, static_cast<double>(set.places()) * kPerRead);
    }
    return cost;
}

Result<std::optional<Report>> analyzeIndexed(std::span<const SortedValues> all,
                                             const TensorStats& stats, const QuantSpec& spec,
                                             const QuantParams& params, const JobContext& context)
{
    if (!canReportFrom(all, params, spec.rounding))
        return std::optional<Report>();
    std::vector<SetWork> sets(all.size());
    std::atomic<bool> possible{true};
    const auto climb = [&](std::int64_t i) {
        auto& work = sets[static_cast<std::size_t>(i)];
        const auto set = static_cast<std::size_t>(i);
        if (!work.stairs.climb(all[set], params, set, spec.rounding))
            possible = false;
        work.sums.resize(work.stairs.steps().size());
    };
    if (!forEachIndex(static_cast<std::int64_t>(sets.size()), context, climb))
        return Error::cancelled();
    if (!possible)
        return std::optional<Report>();

    struct Piece {
        std::size_t set;
        std::size_t first;
        std::size_t last;
    };
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        const std::size_t steps = sets[i].sums.size();
        for (std::size_t s = 0; s < steps; s += kStepsAtOnce)
            pieces.push_back({i, s, std::min(s + kStepsAtOnce, steps)});
    }
    tbb::enumerable_thread_specific<ErrorCounts> perThread([] { return ErrorCounts{}; });
    const bool done =
        forEachIndex(static_cast<std::int64_t>(pieces.size()), context, [&](std::int64_t p) {
            const auto [set, first, last] = pieces[static_cast<std::size_t>(p)];
            auto& work = sets[set];
            const auto& stairs = work.stairs;
            if (stairs.steps().empty())
                return;
            auto& counts = perThread.local();
            ErrorCounter<LsbBins>(stairs, {})
                .count(first, last, counts.data(), counts.data() + kErrorCounters);
            for (std::size_t s = first; s < last; ++s)
                work.sums[s] = sumStep(stairs.values(), stairs.steps()[s], stairs.place(s),
                                       stairs.place(s + 1));
        });
    if (!done)
        return Error::cancelled();

    Report report;
    report.spec = spec;
    report.params = params;
    report.stats = stats;
    ErrorCounts counts{};
    for (const auto& some : perThread)
        std::transform(some.begin(), some.end(), counts.begin(), counts.begin(), std::plus<>());
    report.roundingErrors = errorHistogram(counts, 0);
    report.clippingErrors = errorHistogram(counts, kErrorCounters);
    countCodes(sets, params, report);
    addSums(sets, report);
    return std::optional<Report>(std::move(report));
}

} // namespace qs
