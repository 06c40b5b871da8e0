// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/session_request.h"

#include "core/analysis/selected_elements.h"

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

Result<std::shared_ptr<const Report>> reportOf(const TensorFacts& facts, const Report& all,
                                               const Selection& selection,
                                               const JobContext& context)
{
    const AnalysisItem item{all.spec, all.params, selection};
    auto analysis = analyzeInOneRead(facts.tensor, facts.stats, {&item, 1}, {}, context);
    if (!analysis)
        return analysis.error();
    auto& report = analysis->reports.front();
    if (!report)
        return report.error();
    return std::make_shared<const Report>(std::move(*report));
}

} // namespace

Result<std::shared_ptr<const SelectedPart>>
selectedPart(const TensorResult& result, const Selection& selection, const JobContext& context)
{
    auto whole = reportOf(*result.facts, *result.report, selection, context);
    if (!whole)
        return whole.error();
    auto shown = result.shown == result.report
                     ? whole
                     : reportOf(*result.shownFacts, *result.shown, selection, context);
    if (!shown)
        return shown.error();
    SelectedPart part{selection, std::move(*whole), std::move(*shown), std::nullopt};
    if (selection.by != SelectedBy::Value) {
        const auto& counted = result.values();
        const HistogramBins bins{counted.lo, counted.hi, static_cast<int>(counted.counts.size())};
        const AnalysisItem item{result.shown->spec, result.shown->params, selection};
        auto values = selectedValues(result.shownFacts->tensor, item, bins, context);
        if (!values)
            return values.error();
        part.values = std::move(*values);
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
