// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/histogram_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>

namespace qs {
namespace {

/// More levels than this in view are drawn as an envelope instead of stems,
constexpr std::size_t kMostStems = 300;
/// and more than this as one band instead of ticks, which would be closer than 4 pixels.
constexpr std::size_t kMostTicks = 150;

Series floatHistogram(const Histogram& values)
{
    Series series;
    series.name = Panels::tr("float (left axis)");
    series.csvName = QStringLiteral("count per bin");
    series.kind = SeriesKind::Histogram;
    series.color = ColorRole::Float;
    for (std::size_t i = 0; i < values.counts.size(); ++i) {
        series.x.push_back(values.edge(i));
        series.y.push_back(static_cast<double>(values.counts[i]));
    }
    series.x.push_back(values.hi);
    series.y.push_back(0);
    return series;
}

} // namespace

Figure histogramFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Histogram"));
    const auto& result = *input.tensor;
    const auto& report = *result.shown;
    const auto& values = result.shownFacts->values;
    const GridView grid(result);
    Figure figure;
    figure.title = Panels::tr("Histogram of %1 and the grid").arg(shownName(result));
    figure.x = valueAxis(result);
    figure.provenance = provenance(result);
    const auto view = input.xView.value_or(std::array{figure.x.min, figure.x.max});

    Series levels;
    levels.name = Panels::tr("dequantized (right axis)");
    levels.csvName = QStringLiteral("count per level");
    levels.color = ColorRole::Dequantized;
    Series rug;
    rug.name = Panels::tr("grid");
    rug.csvName = QStringLiteral("level");
    rug.kind = SeriesKind::Rug;
    rug.color = ColorRole::Muted;
    const std::int32_t first = grid.codeAt(view[0]);
    const std::int32_t last = grid.codeAt(view[1]);
    const bool dense = static_cast<std::size_t>(last - first) > kMostStems;
    const bool denseGrid = static_cast<std::size_t>(last - first) > kMostTicks;
    levels.kind = dense ? SeriesKind::Line : SeriesKind::Impulses;
    // An envelope of at most 1024 points keeps the tallest level of each group.
    const std::int32_t group = dense ? std::max(1, (last - first + 1) / 1024) : 1;
    for (std::int32_t code = first; code <= last; code += group) {
        std::int64_t tallest = -1;
        std::int32_t at = code;
        for (std::int32_t c = code; c < std::min(code + group, last + 1); ++c) {
            const auto count = report.codeCounts[static_cast<std::size_t>(c - grid.range.quantMin)];
            if (count > tallest) {
                tallest = count;
                at = c;
            }
        }
        if (dense || tallest > 0) {
            levels.x.push_back(grid.level(at));
            levels.y.push_back(static_cast<double>(tallest));
        }
        if (!denseGrid) {
            rug.x.push_back(grid.level(code));
            rug.y.push_back(0);
        }
    }
    if (dense)
        levels.name = Panels::tr("dequantized, envelope (right axis)");
    if (denseGrid) {
        rug.kind = SeriesKind::Band;
        rug.x = {std::max(view[0], grid.lowest), std::min(view[1], grid.highest)};
        rug.name = Panels::tr("grid, %1 levels")
                       .arg(QString::fromStdString(formatCount(grid.range.levels())));
    }

    // Bins and levels are of different widths, so their counts have an axis each.
    const auto countAxis = [&](const QString& title, double tallest) {
        const double top = std::max(tallest, 1.0);
        return input.logCounts ? Axis{title, Panels::tr("count"), 0.5, top * 2, true, false}
                               : Axis{title, Panels::tr("count"), 0, top * 1.08, false, false};
    };
    figure.y = countAxis(Panels::tr("per bin"), static_cast<double>(*std::max_element(
                                                    values.counts.begin(), values.counts.end())));
    figure.y2 =
        countAxis(Panels::tr("per level"),
                  levels.y.empty() ? 0 : *std::max_element(levels.y.begin(), levels.y.end()));
    levels.rightAxis = true;
    if (denseGrid) {
        const double foot = input.logCounts ? figure.y.min * 1.2 : figure.y.max * 0.02;
        rug.y = {figure.y.min, figure.y.min};
        rug.y2 = {foot, foot};
    }
    figure.note = Panels::tr("%1 bins, %2 counts")
                      .arg(values.counts.size())
                      .arg(input.logCounts ? Panels::tr("log") : Panels::tr("linear"));
    figure.series = {floatHistogram(values), std::move(levels), std::move(rug)};
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, grid);
    figure.accessible =
        Panels::tr(
            "Histogram of the float tensor %1 with %2 elements from %3 to %4; %5 of %6 levels "
            "are used, %7 % is clipped")
            .arg(shownName(result))
            .arg(result.shownFacts->stats.count)
            .arg(QString::fromStdString(
                     formatShort(static_cast<double>(result.shownFacts->stats.min))),
                 QString::fromStdString(
                     formatShort(static_cast<double>(result.shownFacts->stats.max))))
            .arg(report.levelsUsed)
            .arg(report.levelsTotal())
            .arg(QString::fromStdString(
                formatShort(100 * (report.clippedLowFraction() + report.clippedHighFraction()))));
    return figure;
}

} // namespace qs
