// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/choice_studies.h"

namespace qs {
namespace {

/// What the spec's observer finds in all of a tensor, with its search in one set.
Result<ObserverEvidence> observed(const ErrorSource& source, const QuantSpec& spec,
                                  const JobContext& context)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr)
        return Error::usage("observer " + spec.observer + " does not exist");
    const auto observer = row->make(spec);
    if (!observer)
        return observer.error();
    if (auto seen = (*observer)->observe(source.tensor, context, &source.stats); !seen)
        return seen.error();
    if (source.index)
        (*observer)->useIndex(source.index);
    return (*observer)->evidence(0, context);
}

/// What parameters cover, for each set of them.
std::vector<ChannelRange> coveredRanges(const QuantParams& params)
{
    std::vector<ChannelRange> ranges;
    for (std::size_t set = 0; set < params.channels(); ++set) {
        const auto covered = params.coveredRange(set);
        ranges.push_back({(*covered)[0], (*covered)[1], true});
    }
    return ranges;
}

} // namespace

std::string rangeProblem(const DTypeInfo& row)
{
    if (row.family == Family::Ggml)
        return std::string(row.name) + " chooses the ranges of its blocks itself";
    if (row.scaleFormat == ScaleFormat::Unit)
        return std::string(row.name) + " is a cast: it has no range to choose";
    return {};
}

Result<void> addDialects(const ErrorSource& source, const QuantSpec& spec, TensorStudy& study,
                         const JobContext& context)
{
    const auto explain = [&](const Error& error) -> Result<void> {
        if (error.kind == ErrorKind::Cancelled)
            return error;
        study.problem = error.message;
        return {};
    };
    if (!info(spec.dtype).isInteger()) {
        study.problem = "dialects are ways to compute integers, and " +
                        std::string(info(spec.dtype).name) + " has its rules in its definition";
        return {};
    }
    DialectRequest request;
    request.spec = spec;
    request.first = 1; // the one that a click on its row picks
    if (spec.isFixed()) {
        const auto params = chooseQuantParams(source.tensor, spec, context, &source.stats);
        if (!params)
            return explain(params.error());
        request.ranges = coveredRanges(*params);
        request.spec.observer = "minmax";
        request.spec.scale.clear();
        request.spec.zeroPoint.clear();
        request.spec.floatZeroPoint.clear();
    } else {
        auto evidence = observed(source, spec, context);
        if (!evidence)
            return explain(evidence.error());
        request.ranges = std::move(evidence->chosen);
    }
    auto results = compareDialects(source.tensor, source.stats, request, context);
    if (!results)
        return explain(results.error());
    study.dialects = std::move(*results);
    return {};
}

Result<void> addSearch(const ErrorSource& source, const QuantSpec& spec, TensorStudy& study,
                       const JobContext& context)
{
    study.problem = rangeProblem(info(spec.dtype));
    if (study.problem.empty() && spec.isFixed())
        study.problem = "scale and zero_point are given, no observer searches for them";
    if (!study.problem.empty())
        return {};
    auto evidence = observed(source, spec, context);
    if (!evidence)
        return evidence.error();
    if (evidence->chosen.empty())
        study.problem = "observer " + spec.observer + " chooses no range";
    study.search = std::move(*evidence);
    return {};
}

} // namespace qs
