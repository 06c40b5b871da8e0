// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/tensor_pipeline.h"

#include "core/analysis/indexed_histogram.h"
#include "core/analysis/indexed_report.h"
#include "core/base/memory.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>

namespace qs {
namespace {

struct Answered {
    Report report;
    AnalysisPlan plan = AnalysisPlan::Read;
    std::optional<Histogram> values; ///< where bins of it were wanted
};

/// The report by whichever plan is quicker, and a histogram of the values in `bins` bins where that
/// is not 0: in the same read, where elements are read.
Result<Answered> reportOf(const Tensor& tensor, const TensorStats& stats,
                          std::span<const SortedValues> sets, const QuantSpec& spec,
                          const QuantParams& params, int bins, const JobContext& context)
{
    if (!sets.empty() && canReportFrom(sets, params, spec.rounding) &&
        indexedCost(sets, params) < fusedCost(stats)) {
        auto report = analyzeIndexed(sets, stats, spec, params, context);
        if (!report)
            return report.error();
        if (*report) {
            Answered answered{std::move(**report), AnalysisPlan::Index, std::nullopt};
            if (bins == 0)
                return answered;
            const auto over = HistogramBins::of(stats, bins);
            auto values = sets.size() == 1 ? Result<Histogram>(indexedHistogram(sets[0], over))
                                           : computeHistogram(tensor, over, context);
            if (!values)
                return values.error();
            answered.values = std::move(*values);
            return answered;
        }
    }
    AnalysisOptions options;
    if (bins > 0)
        options.valueBins = bins;
    const AnalysisItem item{spec, params};
    auto analysis = analyzeInOneRead(tensor, stats, {&item, 1}, options, context);
    if (!analysis)
        return analysis.error();
    auto& report = analysis->reports[0];
    if (!report)
        return report.error();
    return Answered{std::move(*report), AnalysisPlan::Read, std::move(analysis->values)};
}

Error noMemory(const Tensor& tensor)
{
    return Error::data("tensor '" + tensor.name() +
                       "': not enough memory for this; close other programs or tensors, or choose "
                       "another observer");
}

} // namespace

int valueBins(std::int64_t n)
{
    const auto wanted = static_cast<unsigned>(
        4 * std::sqrt(static_cast<double>(std::min<std::int64_t>(n, 1 << 20))));
    return static_cast<int>(std::clamp(std::bit_floor(wanted), 32U, 512U));
}

TensorPipeline::TensorPipeline() : TensorPipeline(availableMemory) {}

TensorPipeline::TensorPipeline(std::function<std::uint64_t()> available)
    : m_indices(std::move(available))
{
}

Result<TensorPipeline::Facts> TensorPipeline::factsOf(const Tensor& tensor,
                                                      const TensorRequest& request,
                                                      const JobContext& context)
{
    auto facts = std::make_shared<TensorFacts>();
    facts->tensor = tensor;
    context.report("statistics", 0);
    auto stats = computeStats(tensor, context);
    if (!stats)
        return stats.error();
    facts->stats = *stats;
    context.report("histogram", 0.5);
    auto values = computeHistogram(tensor, facts->stats,
                                   request.binsFor(facts->stats.finiteCount()), context);
    if (!values)
        return values.error();
    facts->values = std::move(*values);
    return Facts(std::move(facts));
}

Result<TensorPipeline::Facts> TensorPipeline::wholeFacts(const Tensor& tensor,
                                                         const JobContext& context)
{
    const Key whole{TensorKey::of(tensor), ParamLayout::perTensor(0), -1};
    if (!m_whole || m_wholeKey != whole) {
        context.report("statistics", 0);
        auto stats = computeStats(tensor, context);
        if (!stats)
            return stats.error();
        m_whole = std::make_shared<const TensorFacts>(TensorFacts{tensor, *stats, {}});
        m_wholeKey = whole;
        m_channel.reset();
        m_last.reset();
        m_lastShown.reset();
        m_indices.look(whole.tensor);
    }
    return m_whole;
}

/// Counts the values of known facts anew where another number of bins is wanted.
Result<void> TensorPipeline::countValues(Facts& facts, int bins, const SortedValues* sorted,
                                         const JobContext& context)
{
    if (facts->values.counts.size() == static_cast<std::size_t>(bins))
        return {};
    const auto over = HistogramBins::of(facts->stats, bins);
    auto values = sorted != nullptr ? Result<Histogram>(indexedHistogram(*sorted, over))
                                    : computeHistogram(facts->tensor, over, context);
    if (!values)
        return values.error();
    facts = std::make_shared<const TensorFacts>(
        TensorFacts{facts->tensor, facts->stats, std::move(*values)});
    return {};
}

Result<std::shared_ptr<const TensorResult>> TensorPipeline::run(const TensorRequest& request,
                                                                const JobContext& context)
{
    const std::scoped_lock lock(m_mutex);
    try {
        return answer(request, context);
    } catch (const std::bad_alloc&) {
        return noMemory(request.tensor);
    }
}

Result<std::shared_ptr<const TensorResult>> TensorPipeline::answer(const TensorRequest& request,
                                                                   const JobContext& context)
{
    const auto& spec = request.spec;
    const auto layout = spec.layout(request.tensor.shape());
    if (!layout)
        return layout.error();
    const auto& scheme = info(spec.qschemeInUse());
    const bool parted = scheme.granularity != Granularity::Tensor;
    if (parted && (request.channel < 0 || request.channel >= layout->count()))
        return Error::usage(std::string(scheme.perGroup() ? "group " : "channel ") +
                            std::to_string(request.channel) + " does not exist: axis " +
                            std::to_string(spec.axis) + " has " + std::to_string(layout->count()) +
                            (scheme.perGroup() ? " groups" : " channels"));
    m_indices.relieve();
    const auto facts = wholeFacts(request.tensor, context);
    if (!facts)
        return facts.error();
    const auto tensor = TensorKey::of(request.tensor);
    const auto index = m_indices.find(tensor, *layout);
    auto result = std::make_shared<TensorResult>();
    const Key key{tensor, *layout, -1};
    if (!m_last || m_last->key != key || m_last->spec != spec) {
        auto params = chooseQuantParams(request.tensor, spec, context, &m_whole->stats, index);
        if (!params)
            return params.error();
        // The values are counted in the first read of all.
        const auto& stats = m_whole->stats;
        const int wanted = request.binsFor(stats.finiteCount());
        const bool counted = m_whole->values.counts.size() == static_cast<std::size_t>(wanted);
        const int bins = counted ? 0 : wanted;
        auto made =
            reportOf(request.tensor, stats, index ? index->all() : std::span<const SortedValues>(),
                     spec, *params, bins, context);
        if (!made)
            return made.error();
        if (made->values)
            m_whole = std::make_shared<const TensorFacts>(
                TensorFacts{request.tensor, stats, std::move(*made->values)});
        m_last = Reported{key, spec, std::make_shared<const Report>(std::move(made->report)),
                          made->plan};
    }
    if (auto counted = countValues(m_whole, request.binsFor(m_whole->stats.finiteCount()),
                                   index && !parted ? &index->set(0) : nullptr, context);
        !counted)
        return counted.error();
    result->facts = m_whole;
    result->report = m_last->report;
    result->plan = m_last->plan;
    result->shownFacts = result->facts;
    result->shown = result->report;
    const SortedValues* shownValues = index && !parted ? &index->set(0) : nullptr;
    if (parted) {
        if (auto shown =
                addShown(request, *layout, m_last->report->params, index.get(), *result, context);
            !shown)
            return shown.error();
        if (index)
            shownValues = &index->set(static_cast<std::size_t>(request.channel));
    }
    if (request.valueView) {
        const auto [lo, hi] = *request.valueView;
        const HistogramBins bins{lo, hi,
                                 static_cast<int>(result->shownFacts->values.counts.size())};
        auto counted = shownValues != nullptr
                           ? Result<Histogram>(indexedHistogram(*shownValues, bins))
                           : computeHistogram(result->shownFacts->tensor, bins, context);
        if (!counted)
            return counted.error();
        result->viewValues = std::move(*counted);
    }
    return std::shared_ptr<const TensorResult>(std::move(result));
}

Result<void> TensorPipeline::addShown(const TensorRequest& request, const ParamLayout& layout,
                                      const QuantParams& params, const ValueIndex* index,
                                      TensorResult& result, const JobContext& context)
{
    const Key key{TensorKey::of(request.tensor), layout, request.channel};
    if (!m_channel || m_channelKey != key) {
        auto facts = factsOf(request.tensor.gather(layout, request.channel), request, context);
        if (!facts)
            return facts.error();
        m_channel = *facts;
        m_channelKey = key;
        m_lastShown.reset();
    }
    const auto channel = static_cast<std::size_t>(request.channel);
    if (auto counted = countValues(m_channel, request.binsFor(m_channel->stats.finiteCount()),
                                   index != nullptr ? &index->set(channel) : nullptr, context);
        !counted)
        return counted;
    if (!m_lastShown || m_lastShown->key != key || m_lastShown->spec != request.spec) {
        const auto sets =
            index != nullptr ? index->all().subspan(channel, 1) : std::span<const SortedValues>();
        auto shown = reportOf(m_channel->tensor, m_channel->stats, sets, request.spec,
                              params.forChannel(channel), 0, context);
        if (!shown)
            return shown.error();
        m_lastShown =
            Reported{key, request.spec, std::make_shared<const Report>(std::move(shown->report)),
                     shown->plan};
    }
    result.shownFacts = m_channel;
    result.shown = m_lastShown->report;
    result.channel = request.channel;
    return {};
}

bool TensorPipeline::wantsIndex(const TensorRequest& request)
{
    const auto layout = request.spec.layout(request.tensor.shape());
    // Below, reading everything takes no longer than a frame.
    constexpr std::int64_t kWorthIt = 1 << 18;
    return layout && ValueIndex::exists(*layout) && request.tensor.numel() >= kWorthIt &&
           m_indices.find(TensorKey::of(request.tensor), *layout) == nullptr;
}

Result<bool> TensorPipeline::prepareIndex(const TensorRequest& request, const JobContext& context)
{
    const auto layout = request.spec.layout(request.tensor.shape());
    if (!layout || !ValueIndex::exists(*layout))
        return false;
    const auto tensor = TensorKey::of(request.tensor);
    if (m_indices.find(tensor, *layout))
        return true;
    if (!m_indices.makeRoom(tensor, ValueIndex::peakBytes(request.tensor, *layout)))
        return false;
    try {
        auto built = ValueIndex::build(request.tensor, *layout, context);
        if (!built)
            return built.error();
        m_indices.put(request.tensor, std::move(*built));
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

Result<ErrorSource> TensorPipeline::source(const TensorRequest& request, const JobContext& context)
{
    ErrorSource source{request.tensor, {}, nullptr};
    const auto tensor = TensorKey::of(request.tensor);
    bool known = false;
    {
        const std::scoped_lock lock(m_mutex);
        known = m_whole && m_wholeKey.tensor == tensor;
        if (known)
            source.stats = m_whole->stats;
    }
    if (!known) {
        // Not while run() waits, nor in place of the tensor that is looked at.
        auto stats = computeStats(request.tensor, context);
        if (!stats)
            return stats.error();
        source.stats = *stats;
    }
    if (const auto layout = request.spec.layout(request.tensor.shape()))
        source.index = m_indices.find(tensor, *layout);
    return source;
}

} // namespace qs
