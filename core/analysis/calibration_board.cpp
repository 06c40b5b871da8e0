// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/calibration_board.h"

#include "core/calib/params_from_ranges.h"

namespace qs {
namespace {

/// Which of n steps are kept.
std::vector<std::size_t> thinned(const std::vector<SearchStep>& steps, std::size_t most)
{
    const std::size_t n = steps.size();
    std::vector<std::size_t> kept;
    const std::size_t every = n > most && most > 0 ? (n + most - 1) / most : 1;
    for (std::size_t i = 0; i < n; ++i) {
        if (i % every == 0 || i + 1 == n || steps[i].best)
            kept.push_back(i);
    }
    // Where almost every step was the best so far, these are thinned, too.
    if (kept.size() > 2 * most && most > 1) {
        std::vector<std::size_t> fewer;
        for (std::size_t k = 0; k < most; ++k)
            fewer.push_back(kept[k * (kept.size() - 1) / (most - 1)]);
        return fewer;
    }
    return kept;
}

Result<void> addSteps(const ErrorSource& source, const QuantSpec& spec,
                      const ObserverEvidence& evidence, std::size_t mostSteps,
                      CalibratorChoice& choice, const JobContext& context)
{
    choice.stepsSeen = evidence.steps.size();
    std::vector<AnalysisItem> items;
    for (const std::size_t i : thinned(evidence.steps, mostSteps)) {
        auto ranges = evidence.chosen;
        ranges[evidence.set].min = evidence.steps[i].min;
        ranges[evidence.set].max = evidence.steps[i].max;
        auto params = paramsFromRanges(spec, ranges);
        if (!params)
            continue;
        const auto& parts = params->parts();
        CalibrationStep step{evidence.steps[i], 0, 1, 0};
        if (evidence.set < parts.scale.size())
            step.scale = static_cast<double>(parts.scale[evidence.set]);
        if (evidence.set < parts.floatZeroPoint.size())
            step.zeroPoint = static_cast<double>(parts.floatZeroPoint[evidence.set]);
        else if (evidence.set < parts.zeroPoint.size())
            step.zeroPoint = parts.zeroPoint[evidence.set];
        choice.steps.push_back(step);
        items.push_back({spec, std::move(*params)});
    }
    const auto errors = errorsOf(source, items, context);
    if (!errors)
        return errors.error();
    for (std::size_t i = 0; i < items.size(); ++i) {
        if ((*errors)[i])
            choice.steps[i].mse = (*errors)[i]->mse();
    }
    return {};
}

} // namespace

Result<std::vector<CalibratorChoice>> calibrationBoard(const ErrorSource& source,
                                                       const QuantSpec& spec, std::size_t set,
                                                       std::size_t mostSteps,
                                                       const JobContext& context)
{
    const auto layout = spec.layout(source.tensor.shape());
    if (!layout)
        return layout.error();
    if (static_cast<std::int64_t>(set) >= layout->count())
        return Error::usage("calibrators: there are " + std::to_string(layout->count()) +
                            " channels or groups, not one " + std::to_string(set));
    std::vector<CalibratorChoice> board;
    const auto rows = observers();
    double finished = 0;
    for (const auto& row : rows) {
        context.report("calibrators", finished++ / static_cast<double>(rows.size()));
        if (row.name == "recording" || row.name == "noop" || row.name == "fixed")
            continue;
        CalibratorChoice choice;
        choice.observer = row.name;
        QuantSpec each = spec;
        each.observer = row.name;
        const auto fail = [&](const Error& error) {
            choice.problem = error.message;
            board.push_back(choice);
        };
        auto observer = row.make(each);
        if (!observer) {
            fail(observer.error());
            continue;
        }
        const auto seen = (*observer)->observe(source.tensor, context, &source.stats);
        if (context.stopRequested())
            return Error::cancelled();
        if (!seen) {
            fail(seen.error());
            continue;
        }
        if (source.index)
            (*observer)->useIndex(source.index);
        auto evidence = (*observer)->evidence(set, context);
        if (!evidence && evidence.error().kind == ErrorKind::Cancelled)
            return evidence.error();
        if (!evidence || evidence->chosen.empty()) {
            fail(evidence ? Error::data("observer " + each.observer +
                                        ": there is no finite element to take a range from")
                          : evidence.error());
            continue;
        }
        auto params = paramsFromRanges(each, evidence->chosen);
        if (!params) {
            fail(params.error());
            continue;
        }
        choice.range = evidence->chosen[set];
        choice.params = std::move(*params);
        const AnalysisItem item{each, choice.params};
        const auto errors = errorsOf(source, {&item, 1}, context);
        if (!errors)
            return errors.error();
        if (!(*errors)[0]) {
            fail((*errors)[0].error());
            continue;
        }
        choice.errors = *(*errors)[0];
        if (auto added = addSteps(source, each, *evidence, mostSteps, choice, context); !added)
            return added.error();
        board.push_back(std::move(choice));
    }
    context.report("calibrators", 1);
    return board;
}

} // namespace qs
