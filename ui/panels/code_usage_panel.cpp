// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/code_usage_panel.h"

#include "core/base/text.h"
#include "ui/panels/code_counts.h"
#include "ui/panels/grid_view.h"

namespace qs {
Figure codeUsageFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Code usage"));
    const auto& result = *input.tensor;
    const auto& report = *result.report;
    const auto& row = info(report.params.dtype());
    const auto name = QString::fromStdString(result.facts->tensor.name());
    const auto count = [](std::int64_t n) {
        return QString::fromStdString(formatCount(n));
    };
    Figure figure;
    figure.title = Panels::tr("Code usage of %1: %2 of %3 codes")
                       .arg(name, count(report.levelsUsed), count(report.levelsTotal()));
    figure.provenance = provenance(result);
    figure.accessible = figure.title;
    auto codes = codeBars(report);
    if (!codes) {
        figure.emptyText = tooManyCodes(report);
        figure.accessible = figure.emptyText;
        return figure;
    }
    figure.x = codes->x;
    codes->bars.name = Panels::tr("elements per code");
    if (codes->perBar > 1)
        figure.note = Panels::tr("each bar: the fullest of %1 codes").arg(codes->perBar);
    else if (row.family == Family::Ggml)
        figure.note = Panels::tr("what a code stands for is in its block");
    figure.y = {Panels::tr("elements"), Panels::tr("count"), 0.5, codes->tallest * 2, true, false};
    figure.series = {std::move(codes->bars)};
    figure.legend = false;
    return figure;
}

} // namespace qs
