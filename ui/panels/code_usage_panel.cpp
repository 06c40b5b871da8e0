// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/code_usage_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>

namespace qs {

Figure codeUsageFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Code usage"));
    const auto& result = *input.tensor;
    const auto& report = *result.report;
    const auto range = report.params.range();
    Figure figure;
    figure.title = Panels::tr("Code usage of %1: %2 of %3 codes")
                       .arg(QString::fromStdString(result.facts->tensor.name()),
                            QString::fromStdString(formatCount(report.levelsUsed)),
                            QString::fromStdString(formatCount(report.levelsTotal())));
    figure.x = {Panels::tr("code q"),
                Panels::tr("code"),
                range.quantMin - 0.5,
                range.quantMax + 0.5,
                false,
                true};
    figure.provenance = provenance(result);

    Series used;
    used.name = Panels::tr("elements per code");
    used.csvName = QStringLiteral("count per code");
    used.kind = SeriesKind::Histogram;
    used.color = ColorRole::Dequantized;
    // At most 1024 bars: a group shows its fullest code, and the note says so.
    const std::int64_t group = std::max<std::int64_t>(1, (report.levelsTotal() + 1023) / 1024);
    double top = 1;
    for (std::int64_t i = 0; i < report.levelsTotal(); i += group) {
        const auto first = report.codeCounts.begin() + i;
        const auto last = report.codeCounts.begin() + std::min(i + group, report.levelsTotal());
        const auto most = static_cast<double>(*std::max_element(first, last));
        used.x.push_back(static_cast<double>(range.quantMin + i) - 0.5);
        used.y.push_back(most);
        top = std::max(top, most);
    }
    used.x.push_back(range.quantMax + 0.5);
    used.y.push_back(0);
    if (group > 1)
        figure.note = Panels::tr("each bar: the fullest of %1 codes").arg(group);
    figure.y = {Panels::tr("elements"), Panels::tr("count"), 0.5, top * 2, true, false};
    figure.series = {std::move(used)};
    figure.legend = false;
    figure.accessible = figure.title;
    return figure;
}

} // namespace qs
