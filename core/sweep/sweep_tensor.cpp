// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/sweep_tensor.h"

#include "core/calib/observer.h"

#include <optional>
#include <utility>

namespace qs {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;

/// What the specs of one tensor have in common.
class Facts {
public:
    Facts(const Tensor& tensor, TensorStats stats) : m_tensor(tensor), m_stats(stats) {}

    const TensorStats& stats() const { return m_stats; }

    /// The extremes of the spec's layout, computed once; null where the stats have them.
    Result<const std::vector<ChannelRange>*> extremes(const QuantSpec& spec,
                                                      const JobContext& context)
    {
        const auto layout = spec.layout(m_tensor.shape());
        if (!layout)
            return layout.error();
        if (layout->count() == 1)
            return nullptr;
        for (const auto& [known, ranges] : m_extremes) {
            if (known == *layout)
                return &ranges;
        }
        auto found = computeRanges(m_tensor, *layout, context);
        if (!found)
            return found.error();
        // Groups of many sizes: only the newest few are kept.
        if (m_extremes.size() == kMostLayouts)
            m_extremes.erase(m_extremes.begin());
        return &m_extremes.emplace_back(*layout, std::move(*found)).second;
    }

private:
    static constexpr std::size_t kMostLayouts = 8;

    const Tensor& m_tensor;
    TensorStats m_stats;
    std::vector<std::pair<ParamLayout, std::vector<ChannelRange>>> m_extremes;
};

struct Observed {
    QuantParams params;
    std::vector<ChannelRange> ranges;
};

Result<Observed> observe(const Tensor& tensor, const QuantSpec& spec, Facts& facts,
                         const JobContext& context)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr)
        return Error::usage("observer '" + spec.observer + "' does not exist");
    auto observer = row->make(spec);
    if (!observer)
        return observer.error();
    const auto extremes = facts.extremes(spec, context);
    if (!extremes)
        return extremes.error();
    if (auto seen = (*observer)->observe(tensor, context, &facts.stats(), *extremes); !seen)
        return seen.error();
    auto params = (*observer)->calculateQParams(context);
    if (!params)
        return params.error();
    const auto ranges = (*observer)->ranges();
    return Observed{std::move(*params), {ranges.begin(), ranges.end()}};
}

/// Specs whose parameters are known and whose reports are still to be made.
struct Batch {
    std::vector<AnalysisItem> items;
    std::vector<std::vector<ChannelRange>> ranges;                  ///< of each item
    std::vector<std::pair<std::size_t, std::optional<Error>>> rows; ///< index; none: the next item
    std::size_t bytes = 0;

    void add(std::size_t index, const QuantSpec& spec, Observed observed)
    {
        const auto& parts = observed.params.parts();
        // Twice: the report has its own copy.
        bytes += 2 * sizeof(float) *
                     (parts.scale.size() + parts.zeroPoint.size() + parts.floatZeroPoint.size() +
                      parts.encodeScale.size() + 2 * parts.requestedMin.size()) +
                 sizeof(ChannelRange) * observed.ranges.size();
        items.push_back({spec, std::move(observed.params)});
        ranges.push_back(std::move(observed.ranges));
        rows.emplace_back(index, std::nullopt);
    }

    Result<void> finish(const Tensor& tensor, const TensorStats& stats, const JobContext& context,
                        const SweepSink& sink)
    {
        auto reports = analyzeAll(tensor, stats, items, context);
        if (!reports)
            return reports.error();
        std::size_t item = 0;
        for (const auto& [index, error] : rows) {
            if (error) {
                sink(index, *error);
                continue;
            }
            auto& report = (*reports)[item];
            if (report)
                sink(index, SweepOutcome{std::move(*report), std::move(ranges[item])});
            else
                sink(index, report.error());
            ++item;
        }
        *this = {};
        return {};
    }
};

} // namespace

Result<void> sweepTensor(const Tensor& tensor, std::span<const QuantSpec> specs,
                         const JobContext& context, const SweepSink& sink)
{
    const auto stats = computeStats(tensor, context);
    if (!stats)
        return stats.error();
    Facts facts(tensor, *stats);
    Batch batch;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        context.report("observing", static_cast<double>(i) / static_cast<double>(specs.size()));
        auto observed = observe(tensor, specs[i], facts, context);
        if (observed)
            batch.add(i, specs[i], std::move(*observed));
        else if (observed.error().kind == ErrorKind::Cancelled)
            return observed.error();
        else
            batch.rows.emplace_back(i, observed.error());
        if (batch.bytes > kMostBytes)
            if (auto done = batch.finish(tensor, *stats, context, sink); !done)
                return done;
    }
    return batch.finish(tensor, *stats, context, sink);
}

} // namespace qs
