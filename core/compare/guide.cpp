// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/guide.h"

#include "core/base/text.h"

#include <algorithm>

namespace qs {
namespace {

constexpr double kAlike = 0.05; ///< sizes and times that do not decide

int effortOf(const GuideRow& row)
{
    return row.trains ? 2 : row.calibrates ? 1 : 0;
}

std::string name(PtqMethod method)
{
    return std::string(info(method).name);
}

std::string times(double factor)
{
    return formatShort(factor) + " times";
}

std::string points(const GuideRow& row)
{
    if (!row.accuracyDrop)
        return "its loss is " + formatShort(row.lossRise) + " above float's";
    const double drop = 100 * *row.accuracyDrop;
    if (drop == 0)
        return "it is as accurate as float";
    return "it is " + formatShort(drop < 0 ? -drop : drop) + " points " +
           (drop < 0 ? "above" : "below") + " float's accuracy";
}

std::string describe(const GuideRow& row)
{
    return points(row) + ", " + times(row.smaller) + " smaller, " + times(row.faster) +
           " as fast, with " + std::to_string(row.coverage.integers) + " of " +
           std::to_string(row.coverage.layers) + " layers with weights on integers; it needs " +
           std::string(row.trains       ? "a training"
                       : row.calibrates ? "calibration samples"
                                        : "no data");
}

const GuideRow* best(const std::vector<const GuideRow*>& rows)
{
    if (rows.empty())
        return nullptr;
    double smaller = 0;
    for (const auto* row : rows)
        smaller = std::max(smaller, row->smaller);
    double faster = 0;
    for (const auto* row : rows)
        if (row->smaller >= smaller * (1 - kAlike))
            faster = std::max(faster, row->faster);
    const GuideRow* chosen = nullptr;
    for (const auto* row : rows)
        if (row->smaller >= smaller * (1 - kAlike) && row->faster >= faster * (1 - kAlike) &&
            (chosen == nullptr || effortOf(*row) < effortOf(*chosen)))
            chosen = row;
    return chosen;
}

} // namespace

Guide guideOf(const std::vector<MethodReport>& reports, double tolerance)
{
    Guide guide;
    guide.tolerance = tolerance;
    const auto base = std::find_if(reports.begin(), reports.end(), [](const auto& report) {
        return report.method == PtqMethod::Float;
    });
    if (base == reports.end()) {
        guide.sentences.emplace_back("Without the method float there is nothing to compare with.");
        return guide;
    }
    for (const auto& report : reports) {
        GuideRow row;
        row.method = report.method;
        row.lossRise = report.used().loss - base->score.loss;
        if (base->score.accuracy && report.used().accuracy)
            row.accuracyDrop = *base->score.accuracy - *report.used().accuracy;
        row.smaller = static_cast<double>(base->bytes) / static_cast<double>(report.bytes);
        row.faster = base->time.msPer1000 / report.usedTime().msPer1000;
        row.coverage = countOf(report.coverage);
        row.calibrates = info(report.method).calibrates;
        row.trains = info(report.method).trains;
        row.accurate = row.accuracyDrop ? *row.accuracyDrop <= tolerance
                                        : row.lossRise <= tolerance * base->score.loss;
        guide.rows.push_back(row);
    }
    std::vector<const GuideRow*> accurate;
    for (const auto& row : guide.rows)
        if (row.method != PtqMethod::Float && row.accurate)
            accurate.push_back(&row);
    const std::string limit =
        formatShort(100 * tolerance) + (base->score.accuracy ? " points" : " %");
    if (const auto* chosen = best(accurate)) {
        guide.recommended = chosen->method;
        guide.sentences.push_back("Choose " + name(chosen->method) + ": " + describe(*chosen) +
                                  ".");
        std::vector<const GuideRow*> easy;
        for (const auto* row : accurate)
            if (effortOf(*row) == 0)
                easy.push_back(row);
        const auto* without = best(easy);
        if (effortOf(*chosen) > 0 && without != nullptr)
            guide.sentences.push_back("Without any data, " + name(without->method) + ": " +
                                      describe(*without) + ".");
        const auto fastest =
            *std::max_element(accurate.begin(), accurate.end(),
                              [](const auto* a, const auto* b) { return a->faster < b->faster; });
        if (fastest->faster > chosen->faster * (1 + kAlike))
            guide.sentences.push_back("If speed counts more than size, " + name(fastest->method) +
                                      ": " + describe(*fastest) + ".");
    } else if (guide.rows.size() > 1) {
        guide.sentences.push_back("No method measured stays within " + limit + " of float.");
    }
    const auto has = [&](PtqMethod method) {
        return std::any_of(guide.rows.begin(), guide.rows.end(),
                           [&](const auto& row) { return row.method == method; });
    };
    for (const auto& row : guide.rows)
        if (!row.accurate)
            guide.sentences.push_back("Not " + name(row.method) + ": " + points(row) +
                                      ", more than " + limit + ".");
    if (!guide.recommended && !has(PtqMethod::Qat))
        guide.sentences.emplace_back("qat was not measured: it needs weights that were trained "
                                     "with fake-quantize modules.");
    return guide;
}

} // namespace qs
