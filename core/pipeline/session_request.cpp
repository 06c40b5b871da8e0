// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/session_request.h"

#include "core/analysis/selection.h"

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

Result<std::shared_ptr<const Report>> selectionReport(const TensorResult& result,
                                                      const std::array<double, 2>& brush,
                                                      const JobContext& context)
{
    if (info(result.shown->params.dtype()).family == Family::Ggml)
        return std::shared_ptr<const Report>();
    const auto chosen = elementsBetween(result.shownFacts->tensor, brush[0], brush[1], context);
    if (!chosen)
        return chosen.error();
    const auto stats = computeStats(*chosen, context);
    if (!stats)
        return stats.error();
    auto report = analyze(*chosen, *stats, result.shown->spec, result.shown->params, context);
    if (!report)
        return report.error();
    return std::make_shared<const Report>(std::move(*report));
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
