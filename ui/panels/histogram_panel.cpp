// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/histogram_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>

namespace qs {
namespace {

/// More levels than this in view are drawn as an envelope instead of stems,
constexpr std::int64_t kMostStems = 300;
/// and where more than this would stand side by side, a band instead of ticks closer than 4 pixels.
constexpr double kMostTicks = 150;

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

/// What stands on the grid: elements per level, and where levels are.
struct OnLevels {
    Series levels;
    std::vector<Series> rugs; ///< ticks, and a band where they would be too close
};

OnLevels emptyLevels()
{
    OnLevels on;
    on.levels.name = Panels::tr("dequantized (right axis)");
    on.levels.csvName = QStringLiteral("count per level");
    on.levels.color = ColorRole::Dequantized;
    on.levels.kind = SeriesKind::Impulses;
    on.levels.rightAxis = true;
    Series rug;
    rug.name = Panels::tr("grid");
    rug.csvName = QStringLiteral("level");
    rug.kind = SeriesKind::Rug;
    rug.color = ColorRole::Muted;
    on.rugs.push_back(std::move(rug));
    return on;
}

void addLevelCounts(Series& series, const GridView& grid, const Report& report,
                    const std::array<double, 2>& view)
{
    const auto counts = grid.table()->countsPerLevel(report.codeCounts);
    const std::int64_t first = grid.indexAt(view[0]);
    const std::int64_t last = grid.indexAt(view[1]);
    const bool dense = last - first > kMostStems;
    // The tallest level of each stretch of a pixel or so.
    const double width = dense ? (view[1] - view[0]) / 1000 : 0;
    if (dense) {
        series.kind = SeriesKind::Line;
        series.name = Panels::tr("dequantized, envelope (right axis)");
    }
    for (std::int64_t i = first; i <= last;) {
        const double until = grid.level(i) + width;
        std::int64_t tallest = i;
        std::int64_t end = i + 1;
        for (; end <= last && grid.level(end) < until; ++end) {
            if (counts[static_cast<std::size_t>(end)] > counts[static_cast<std::size_t>(tallest)])
                tallest = end;
        }
        const auto count = counts[static_cast<std::size_t>(tallest)];
        if (dense || count > 0) {
            series.x.push_back(grid.level(tallest));
            series.y.push_back(static_cast<double>(count));
        }
        i = end;
    }
}

void addRugs(std::vector<Series>& rugs, const GridView& grid, const std::array<double, 2>& view)
{
    const auto runs = grid.denseRuns(view[0], view[1], (view[1] - view[0]) / kMostTicks);
    for (const auto& run : runs) {
        Series band;
        band.kind = SeriesKind::Band;
        band.color = ColorRole::Muted;
        band.csvName = QStringLiteral("levels without gaps");
        band.x = {std::max(view[0], grid.level(run.first)),
                  std::min(view[1], grid.level(run.last))};
        if (band.x[0] < band.x[1])
            rugs.push_back(std::move(band));
    }
    auto run = runs.begin();
    auto& ticks = rugs.front();
    for (std::int64_t i = grid.indexAt(view[0]), last = grid.indexAt(view[1]); i <= last; ++i) {
        if (run != runs.end() && i == run->first) {
            i = run->last;
            ++run;
            continue;
        }
        ticks.x.push_back(grid.level(i));
        ticks.y.push_back(0);
    }
    const QString name =
        Panels::tr("grid, %1 levels").arg(QString::fromStdString(formatCount(grid.size())));
    (ticks.x.empty() && rugs.size() > 1 ? rugs[1] : ticks).name = name;
    if (ticks.x.empty())
        rugs.erase(rugs.begin());
}

/// A ggml block has levels of its own: those that its elements are on.
void addBlockLevels(OnLevels& on, const TensorResult& result)
{
    auto values = BlockElements(result).y;
    std::sort(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size();) {
        const auto end = std::upper_bound(values.begin(), values.end(), values[i]) - values.begin();
        on.levels.x.push_back(values[i]);
        on.levels.y.push_back(static_cast<double>(end - static_cast<std::ptrdiff_t>(i)));
        i = static_cast<std::size_t>(end);
    }
    on.rugs.front().name = Panels::tr("levels in use");
    on.rugs.front().x = on.levels.x;
    on.rugs.front().y.assign(on.levels.x.size(), 0);
}

} // namespace

Figure histogramFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Histogram"));
    const auto& result = *input.tensor;
    const auto& report = *result.shown;
    const auto& values = result.values();
    const GridView grid(result);
    Figure figure;
    figure.title = Panels::tr("Histogram of %1 and the grid").arg(shownName(result));
    figure.x = valueAxis(result);
    figure.provenance = provenance(result);
    const auto view = input.view.x.value_or(std::array{figure.x.min, figure.x.max});

    auto on = emptyLevels();
    const bool counted = !grid.exists() || (grid.table() != nullptr && !report.codeCounts.empty());
    if (!grid.exists()) {
        addBlockLevels(on, result);
    } else {
        if (counted)
            addLevelCounts(on.levels, grid, report, view);
        addRugs(on.rugs, grid, view);
    }

    // Bins and levels are of different widths, so their counts have an axis each.
    const auto countAxis = [&](const QString& title, double tallest) {
        const double top = std::max(tallest, 1.0);
        return (input.view.counts == CountScale::Log)
                   ? Axis{title, Panels::tr("count"), 0.5, top * 2, true, false}
                   : Axis{title, Panels::tr("count"), 0, top * 1.08, false, true};
    };
    figure.y = countAxis(Panels::tr("per bin"), static_cast<double>(*std::max_element(
                                                    values.counts.begin(), values.counts.end())));
    const double foot =
        (input.view.counts == CountScale::Log) ? figure.y.min * 1.2 : figure.y.max * 0.02;
    for (auto& rug : on.rugs) {
        if (rug.kind == SeriesKind::Band) {
            rug.y = {figure.y.min, figure.y.min};
            rug.y2 = {foot, foot};
        }
    }
    figure.note =
        (result.viewValues ? Panels::tr("%1 bins over the view, %2 counts")
                           : Panels::tr("%1 bins, %2 counts"))
            .arg(values.counts.size())
            .arg((input.view.counts == CountScale::Log) ? Panels::tr("log") : Panels::tr("linear"));
    figure.series.push_back(floatHistogram(values));
    if (counted) {
        figure.y2 = countAxis(
            Panels::tr("per level"),
            on.levels.y.empty() ? 0 : *std::max_element(on.levels.y.begin(), on.levels.y.end()));
        figure.series.push_back(std::move(on.levels));
    } else {
        figure.note += Panels::tr("; too many levels to count each");
    }
    for (auto& rug : on.rugs)
        figure.series.push_back(std::move(rug));
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, result, grid);
    const auto number = [](double v) {
        return QString::fromStdString(formatShort(v));
    };
    figure.accessible =
        Panels::tr("Histogram of the float tensor %1 with %2 elements from %3 to %4; %5 of %6 "
                   "codes are used, %7 % is clipped")
            .arg(shownName(result))
            .arg(result.shownFacts->stats.count)
            .arg(number(static_cast<double>(result.shownFacts->stats.min)),
                 number(static_cast<double>(result.shownFacts->stats.max)))
            .arg(report.levelsUsed)
            .arg(report.levelsTotal())
            .arg(number(100 * (report.clippedLowFraction() + report.clippedHighFraction())));
    return figure;
}

} // namespace qs
