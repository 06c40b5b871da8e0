// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/sweep_tensor.h"

#include "core/base/memory.h"
#include "core/calib/observer.h"
#include "core/calib/params_from_ranges.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace qs {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;

/// The ranges that an observer chose: what specs can share that differ only in what they make of
/// them.
struct Choice {
    std::string observer;
    double percentile;
    double averagingConstant;
    ParamLayout layout;
    std::int64_t basis; ///< choiceBasis
    std::vector<ChannelRange> ranges;
    std::vector<ChannelRange> chosen;

    bool isLike(const Choice& o) const
    {
        return observer == o.observer && percentile == o.percentile &&
               averagingConstant == o.averagingConstant && layout == o.layout && basis == o.basis;
    }
};

/// What the specs of one tensor have in common.
class Facts {
public:
    Facts(const Tensor& tensor, TensorStats stats) : m_tensor(tensor), m_stats(stats) {}

    const TensorStats& stats() const { return m_stats; }

    /// The extremes of a layout, computed once; null where the stats have them.
    Result<const std::vector<ChannelRange>*> extremes(const ParamLayout& layout,
                                                      const JobContext& context)
    {
        if (layout.count() == 1)
            return nullptr;
        for (const auto& [known, ranges] : m_extremes) {
            if (known == layout)
                return &ranges;
        }
        auto found = computeRanges(m_tensor, layout, context);
        if (!found)
            return found.error();
        // Groups of many sizes: only the newest few are kept.
        if (m_extremes.size() == kMostKept)
            m_extremes.erase(m_extremes.begin());
        return &m_extremes.emplace_back(layout, std::move(*found)).second;
    }

    /// The sorted values by a layout, for the observers that sort (mse): built once where memory
    /// has room for it, the newest is kept.
    Result<std::shared_ptr<const ValueIndex>> index(const ParamLayout& layout,
                                                    const JobContext& context)
    {
        if (m_index && m_index->fits(layout))
            return m_index;
        m_index.reset();
        if (!ValueIndex::exists(layout) ||
            ValueIndex::peakBytes(m_tensor, layout) > availableMemory())
            return m_index;
        auto built = ValueIndex::build(m_tensor, layout, context);
        if (built)
            m_index = *built;
        return built;
    }

    /// The choice of an observer that only differs in what it makes of it; null where it is new.
    const Choice* choice(const Choice& like) const
    {
        const auto at = std::find_if(m_choices.begin(), m_choices.end(),
                                     [&](const Choice& known) { return known.isLike(like); });
        return at == m_choices.end() ? nullptr : &*at;
    }
    void remember(Choice choice)
    {
        if (m_choices.size() == kMostKept)
            m_choices.erase(m_choices.begin());
        m_choices.push_back(std::move(choice));
    }

private:
    static constexpr std::size_t kMostKept = 16;

    const Tensor& m_tensor;
    TensorStats m_stats;
    std::vector<std::pair<ParamLayout, std::vector<ChannelRange>>> m_extremes;
    std::vector<Choice> m_choices;
    std::shared_ptr<const ValueIndex> m_index;
};

struct Observed {
    QuantParams params;
    std::vector<ChannelRange> ranges;
};

Result<Observed> observed(const QuantSpec& spec, const Choice& choice, const JobContext& context)
{
    // Millions of groups take a while, and these steps look for no stop themselves.
    if (context.stopRequested())
        return Error::cancelled();
    auto params = paramsFromRanges(spec, choice.chosen);
    if (!params)
        return params.error();
    if (context.stopRequested())
        return Error::cancelled();
    return Observed{std::move(*params), choice.ranges};
}

Result<Observed> observe(const Tensor& tensor, const QuantSpec& spec, Facts& facts,
                         const JobContext& context)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr)
        return Error::usage("observer '" + spec.observer + "' does not exist");
    auto observer = row->make(spec);
    if (!observer)
        return observer.error();
    const auto layout = spec.layout(tensor.shape());
    if (!layout)
        return layout.error();
    const auto basis = choiceBasis(spec);
    Choice choice{
        spec.observer, spec.percentile, spec.averagingConstant, *layout, basis.value_or(0), {}, {}};
    if (basis) {
        if (const auto* known = facts.choice(choice))
            return observed(spec, *known, context);
    }
    const auto extremes = facts.extremes(*layout, context);
    if (!extremes)
        return extremes.error();
    if (auto seen = (*observer)->observe(tensor, context, &facts.stats(), *extremes); !seen)
        return seen.error();
    if (context.stopRequested())
        return Error::cancelled();
    if (spec.observer == "mse") {
        auto index = facts.index(*layout, context);
        if (!index)
            return index.error();
        (*observer)->useIndex(std::move(*index));
    }
    const auto ranges = (*observer)->ranges();
    choice.ranges.assign(ranges.begin(), ranges.end());
    if (basis) {
        auto evidence = (*observer)->evidence(0, context);
        if (!evidence)
            return evidence.error();
        // Without a finite element nothing is chosen, and calculateQParams says why.
        if (!evidence->chosen.empty()) {
            choice.chosen = std::move(evidence->chosen);
            auto result = observed(spec, choice, context);
            facts.remember(std::move(choice));
            return result;
        }
    }
    auto params = (*observer)->calculateQParams(context);
    if (!params)
        return params.error();
    return Observed{std::move(*params), std::move(choice.ranges)};
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
            if (context.stopRequested())
                return Error::cancelled();
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
        // Known choices are made parameters without a look at the tensor.
        if (context.stopRequested())
            return Error::cancelled();
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
