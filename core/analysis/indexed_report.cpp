// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/indexed_report.h"

#include "core/analysis/error_counter.h"
#include "core/analysis/error_sums.h"
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
    ErrorSums errors;
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
    const auto n = static_cast<double>(all.count);
    s.count = all.count;
    auto& e = s.errors;
    (step.clip == 0 ? e.e2Inside : e.e2Clipped) = all.squaredErrors(y);
    e.x2 = all.squares.value();
    e.y2 = n * (y * y);
    e.xy = y * all.sum.value();
    // Errors are positive below the level and negative above: the extremes are at the ends.
    const double atFirst = y - static_cast<double>(values.valueAt(first));
    const double atLast = y - static_cast<double>(values.valueAt(last - 1));
    e.maxE = std::max(std::fabs(atFirst), std::fabs(atLast));
    e.e = -all.errors(y);
    if (atLast >= 0 || atFirst <= 0) {
        e.absE = std::fabs(e.e);
        return s;
    }
    const std::int32_t key = keyOf(step.level);
    std::int64_t middle = first;
    values.placesOf({&key, 1}, first, last, &middle);
    const double below = -values.moments(first, middle).errors(y);
    e.absE = below + (below - e.e);
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

void addSums(const std::vector<SetWork>& sets, Report& report)
{
    std::vector<ErrorSums> all;
    for (const auto& set : sets) {
        for (std::size_t i = 0; i < set.sums.size(); ++i) {
            const float clip = set.stairs.steps()[i].clip;
            report.clippedLow += clip < 0 ? set.sums[i].count : 0;
            report.clippedHigh += clip > 0 ? set.sums[i].count : 0;
            all.push_back(set.sums[i].errors);
        }
    }
    addErrorSums(joined(all), report);
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
    report.roundingErrors = errorHistogram(std::span(counts).first(kErrorCounters));
    report.clippingErrors = errorHistogram(std::span(counts).last(kErrorCounters));
    countCodes(sets, params, report);
    addSums(sets, report);
    return std::optional<Report>(std::move(report));
}

} // namespace qs
