// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/session_request.h"

#include "core/analysis/analyze.h"

#include <cmath>

namespace qs {

TensorRequest requestOf(const Tensor& tensor, const TensorSession& session)
{
    TensorRequest request{tensor, session.spec, session.channel};
    request.bins = session.view.bins;
    if (session.view.x) {
        const auto [lo, hi] = *session.view.x;
        const double perBin = request.binsFor(tensor.numel()) / (hi - lo);
        if (lo < hi && std::isfinite(lo) && std::isfinite(hi) && std::isfinite(perBin))
            request.valueView = session.view.x;
    }
    return request;
}

namespace {

/// `bins`: of the values, where they are wanted.
Result<Analysis> analyzeSelected(const TensorFacts& facts, const Report& all,
                                 const Selection& selection,
                                 const std::optional<HistogramBins>& bins,
                                 const JobContext& context)
{
    const AnalysisItem item{all.spec, all.params, selection};
    AnalysisOptions options;
    options.selectedBins = bins;
    auto analysis = analyzeInOneRead(facts.tensor, facts.stats, {&item, 1}, options, context);
    if (analysis && !analysis->reports.front())
        return analysis->reports.front().error();
    return analysis;
}

std::shared_ptr<const Report> reportOf(Analysis& analysis)
{
    return std::make_shared<const Report>(std::move(*analysis.reports.front()));
}

} // namespace

Result<std::shared_ptr<const SelectedPart>>
selectedPart(const TensorResult& result, const Selection& selection, const JobContext& context)
{
    std::optional<HistogramBins> bins;
    if (selection.by != SelectedBy::Value) {
        const auto& counted = result.values();
        bins = {counted.lo, counted.hi, static_cast<int>(counted.counts.size())};
    }
    auto shown = analyzeSelected(*result.shownFacts, *result.shown, selection, bins, context);
    if (!shown)
        return shown.error();
    SelectedPart part;
    part.selection = selection;
    part.shown = part.whole = reportOf(*shown);
    part.values = std::move(shown->selectedValues.front());
    if (result.shown != result.report) {
        auto whole = analyzeSelected(*result.facts, *result.report, selection, {}, context);
        if (!whole)
            return whole.error();
        part.whole = reportOf(*whole);
    }
    return std::make_shared<const SelectedPart>(std::move(part));
}

bool sameQuestion(const TensorRequest& a, const TensorRequest& b)
{
    return TensorKey::of(a.tensor) == TensorKey::of(b.tensor) && a.spec == b.spec &&
           a.channel == b.channel && a.valueView == b.valueView && a.bins == b.bins;
}

StudyRequest studyRequestOf(const TensorResult& result, const TensorView& view, StudyKind kind)
{
    return {{result.facts->tensor, result.report->spec, result.channel.value_or(0)},
            kind,
            view.sliceAt,
            result.report};
}

} // namespace qs
