// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/transfer_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

namespace qs {
namespace {

/// More steps than this in view are finer than a pixel.
constexpr std::int64_t kMostSteps = 2048;

} // namespace

Figure transferFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Transfer"));
    const auto& result = *input.tensor;
    const GridView grid(result);
    Figure figure;
    figure.title = Panels::tr("Transfer of %1").arg(shownName(result));
    figure.x = valueAxis(result);
    const auto view = input.xView.value_or(std::array{figure.x.min, figure.x.max});
    figure.y = {Panels::tr("dequantized"), QStringLiteral("-"), view[0], view[1], false, false};
    figure.provenance = provenance(result);

    Series identity;
    identity.name = Panels::tr("identity");
    identity.csvName = QStringLiteral("identity [-]");
    identity.color = ColorRole::Reference;
    identity.style = LineStyle::Dashed;

    Series steps;
    steps.name = Panels::tr("dequantized");
    steps.csvName = QStringLiteral("dequantized [-]");
    steps.color = ColorRole::Dequantized;
    const double margin = view[1] - view[0];
    const double from = std::min(figure.x.min, view[0]);
    const double to = std::max(figure.x.max, view[1]);
    identity.x = identity.y = {from, to};
    // Zoomed out, steps that are finer than a pixel are a line; zoomed in, those near the view.
    std::int32_t first = grid.codeAt(from);
    std::int32_t last = grid.codeAt(to);
    if (static_cast<std::int64_t>(last) - first > kMostSteps) {
        first = grid.codeAt(view[0] - margin);
        last = grid.codeAt(view[1] + margin);
    }
    if (static_cast<std::int64_t>(last) - first <= kMostSteps) {
        steps.kind = SeriesKind::Steps;
        steps.x.push_back(std::min(from, grid.threshold(first)));
        steps.y.push_back(grid.level(first));
        for (std::int32_t code = first; code < last; ++code) {
            steps.x.push_back(grid.threshold(code));
            steps.y.push_back(grid.level(code + 1));
        }
        steps.x.push_back(std::max(to, steps.x.back()));
        steps.y.push_back(grid.level(last));
    } else {
        steps.kind = SeriesKind::Line;
        steps.x = {from, std::max(from, grid.lowest), std::min(to, grid.highest), to};
        for (const double x : steps.x)
            steps.y.push_back(std::clamp(x, grid.lowest, grid.highest));
        figure.note = Panels::tr("%1 levels, steps finer than a pixel: zoom in")
                          .arg(QString::fromStdString(formatCount(grid.range.levels())));
    }
    figure.series = {std::move(identity), std::move(steps)};
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, grid);
    figure.markers.push_back({QStringLiteral("zero_point"),
                              Panels::tr("0 \u2192 code %1").arg(grid.zeroPoint), 0.0,
                              ColorRole::Muted, LineStyle::Dotted, false});
    figure.accessible =
        Panels::tr("Transfer staircase of %1: %2 levels from %3 to %4, scale %5, zero_point %6")
            .arg(shownName(result))
            .arg(grid.range.levels())
            .arg(QString::fromStdString(formatShort(grid.lowest)),
                 QString::fromStdString(formatShort(grid.highest)),
                 QString::fromStdString(formatShort(grid.scale)))
            .arg(grid.zeroPoint);
    return figure;
}

} // namespace qs
