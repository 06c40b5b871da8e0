// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/error_histogram.h"

#include "core/analysis/error_counter.h"
#include "core/base/parallel.h"

#include <atomic>
#include <cmath>
#include <oneapi/tbb/enumerable_thread_specific.h>

namespace qs {
namespace {

/// Counters of unclipped elements (bins, below, above), then of clipped ones.
using Counters = std::vector<std::int64_t>;

Histogram histogramOf(const Counters& counters, const HistogramBins& bins, std::size_t at)
{
    Histogram h;
    h.lo = bins.lo;
    h.hi = bins.hi;
    const auto first = counters.begin() + static_cast<std::ptrdiff_t>(at);
    h.counts.assign(first, first + bins.count);
    h.below = first[bins.count];
    h.above = first[bins.count + 1];
    return h;
}

/// False where a set has no staircase.
Result<bool> countIndexed(const ValueIndex& index, const AnalysisItem& item,
                          const AnyErrorBins& bins, Counters& all, const JobContext& context)
{
    std::vector<SetStairs> sets(index.sets());
    std::atomic<bool> possible{true};
    tbb::enumerable_thread_specific<Counters> perThread([&] { return Counters(all.size()); });
    const bool done =
        forEachIndex(static_cast<std::int64_t>(sets.size()), context, [&](std::int64_t i) {
            const auto set = static_cast<std::size_t>(i);
            auto& stairs = sets[set];
            if (!stairs.climb(index.set(set), item.params, set, item.spec.rounding)) {
                possible = false;
                return;
            }
            if (stairs.steps().empty())
                return;
            constexpr std::size_t kStepsAtOnce = 4;
            const auto steps = static_cast<std::int64_t>(stairs.steps().size());
            forEachIndex((steps + 3) / 4, context, [&](std::int64_t piece) {
                auto& counters = perThread.local();
                const auto first = static_cast<std::size_t>(piece) * kStepsAtOnce;
                ErrorCounter<AnyErrorBins>(stairs, bins)
                    .count(first, std::min(first + kStepsAtOnce, stairs.steps().size()),
                           counters.data(), counters.data() + all.size() / 2);
            });
        });
    if (!done)
        return Error::cancelled();
    for (const auto& some : perThread)
        std::transform(some.begin(), some.end(), all.begin(), all.begin(), std::plus<>());
    return possible.load();
}

Result<void> countRead(const Tensor& tensor, const AnalysisItem& item, const AnyErrorBins& bins,
                       Counters& all, const JobContext& context)
{
    const auto quantizer =
        Quantizer::make(item.params, tensor.shape(), item.spec.rounding, item.spec.seed);
    if (!quantizer)
        return quantizer.error();
    tbb::enumerable_thread_specific<Counters> perThread([&] { return Counters(all.size()); });
    constexpr std::size_t kPiece = KeyEvaluator::kMost;
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            auto& counters = perThread.local();
            KeyEvaluator at(*quantizer);
            const auto x = tensor.read(begin, end, buffer);
            for (std::size_t from = 0; from < x.size(); from += kPiece) {
                const auto some = x.subspan(from, std::min(kPiece, x.size() - from));
                std::copy(some.begin(), some.end(), at.x);
                quantizer->evaluate(some, begin + static_cast<std::int64_t>(from),
                                    {at.y, at.t, at.clip, at.lsb, at.code});
                for (std::size_t i = 0; i < some.size(); ++i) {
                    if (std::isfinite(at.x[i]))
                        ++counters[bins.counterOf(bins.fallOf(at, i)) +
                                   (at.clip[i] != 0 ? all.size() / 2 : 0)];
                }
            }
        });
    if (!done)
        return Error::cancelled();
    for (const auto& some : perThread)
        std::transform(some.begin(), some.end(), all.begin(), all.begin(), std::plus<>());
    return {};
}

} // namespace

Result<ErrorHistograms> errorHistograms(const ErrorSource& source, const AnalysisItem& item,
                                        const HistogramBins& bins, ErrorUnit unit,
                                        const JobContext& context)
{
    if (!(bins.hi > bins.lo) || !std::isfinite(bins.hi - bins.lo) || bins.count < 1 ||
        bins.count > kMostBins)
        return Error::usage("error histogram: expected 1 to " + std::to_string(kMostBins) +
                            " bins over a finite range");
    const AnyErrorBins any{bins, unit == ErrorUnit::Lsb};
    Counters counters(2 * (static_cast<std::size_t>(bins.count) + 2));
    const auto layout = item.params.layout(source.tensor.shape());
    if (!layout)
        return layout.error();
    bool counted = false;
    if (source.index && source.index->fits(*layout)) {
        const auto found = countIndexed(*source.index, item, any, counters, context);
        if (!found)
            return found.error();
        counted = *found;
    }
    if (!counted) {
        std::fill(counters.begin(), counters.end(), 0);
        if (auto read = countRead(source.tensor, item, any, counters, context); !read)
            return read.error();
    }
    return ErrorHistograms{histogramOf(counters, bins, 0),
                           histogramOf(counters, bins, counters.size() / 2)};
}

} // namespace qs
