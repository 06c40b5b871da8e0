// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/histogram_panel.h"

#include "core/base/text.h"
#include "ui/panels/code_counts.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/side_bins.h"

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

/// Counts as the view wants them: as they are, or divided by all elements and a width.
class CountView {
public:
    CountView(const PanelInput& input)
        : m_scale(input.view.counts),
          m_n(static_cast<double>(
              std::max<std::int64_t>(input.tensor->shownFacts->stats.finiteCount(), 1)))
    {
    }

    bool isDensity() const { return m_scale == CountScale::Density; }
    bool isLog() const { return m_scale == CountScale::Log; }

    /// "32 bins, log counts".
    QString name() const
    {
        return isDensity() ? Panels::tr("density")
               : isLog()   ? Panels::tr("log counts")
                           : Panels::tr("linear counts");
    }

    /// `width`: of a bar, or of the room that its level has.
    double heightOf(double count, double width) const
    {
        return isDensity() ? count / (m_n * width) : count;
    }
    /// `unit`: of what the density is over.
    Axis axis(const QString& countTitle, const QString& unit, double tallest) const
    {
        if (isDensity())
            return {Panels::tr("density"),
                    QStringLiteral("1/%1").arg(unit),
                    0,
                    tallest > 0 ? tallest * 1.08 : 1,
                    false,
                    false};
        const double top = std::max(tallest, 1.0);
        return isLog() ? Axis{countTitle, Panels::tr("count"), 0.5, top * 2, true, false}
                       : Axis{countTitle, Panels::tr("count"), 0, top * 1.08, false, true};
    }

private:
    CountScale m_scale;
    double m_n;
};

double tallestOf(const Series& series)
{
    return series.y.empty() ? 0 : *std::max_element(series.y.begin(), series.y.end());
}

/// The elements on each level and the ticks of the levels.
struct LevelsPart {
    OnLevels on;
    bool counted = false; ///< otherwise there are ticks only
    bool asDensity = false;
};

LevelsPart levelsOf(const TensorResult& result, const GridView& grid, const CountView& counts,
                    const std::array<double, 2>& view)
{
    const auto& report = *result.shown;
    LevelsPart part{emptyLevels(),
                    !grid.exists() || (grid.table() != nullptr && !report.codeCounts.empty())};
    auto& levels = part.on.levels;
    if (!grid.exists()) {
        addBlockLevels(part.on, result);
        return part;
    }
    if (part.counted)
        addLevelCounts(levels, grid, report, view);
    addRugs(part.on.rugs, grid, view);
    part.asDensity = counts.isDensity();
    if (part.asDensity) {
        levels.csvName = QStringLiteral("density on levels [1/x]");
        for (std::size_t i = 0; i < levels.x.size(); ++i)
            levels.y[i] = counts.heightOf(levels.y[i], grid.stepAt(levels.x[i]));
    }
    return part;
}

/// Into the figure, whose y axis is there already.
void addRugSeries(Figure& figure, std::vector<Series>& rugs)
{
    const double foot = figure.y.log ? figure.y.min * 1.2 : figure.y.max * 0.02;
    for (auto& rug : rugs) {
        if (rug.kind == SeriesKind::Band) {
            rug.y = {figure.y.min, figure.y.min};
            rug.y2 = {foot, foot};
        }
        figure.series.push_back(std::move(rug));
    }
}

void addFloat(Figure& figure, const TensorResult& result, const CountView& counts,
              LevelsPart levels)
{
    const auto& values = result.values();
    auto floats = floatHistogram(values);
    if (counts.isDensity()) {
        floats.name = Panels::tr("float");
        floats.csvName = QStringLiteral("density [1/x]");
        for (double& y : floats.y)
            y = counts.heightOf(y, values.width());
    }
    const double tallest = tallestOf(floats);
    figure.note =
        (result.viewValues ? Panels::tr("%1 bins over the view, %2") : Panels::tr("%1 bins, %2"))
            .arg(values.counts.size())
            .arg(counts.name());
    figure.series.push_back(std::move(floats));
    if (levels.asDensity && levels.counted) {
        // Of one unit: one axis, on which both can be compared.
        levels.on.levels.rightAxis = false;
        levels.on.levels.name = levels.on.levels.kind == SeriesKind::Line
                                    ? Panels::tr("dequantized, envelope")
                                    : Panels::tr("dequantized");
        figure.y =
            counts.axis({}, QStringLiteral("x"), std::max(tallest, tallestOf(levels.on.levels)));
        figure.series.push_back(std::move(levels.on.levels));
    } else {
        // Bins and levels are of different widths, so their counts have an axis each.
        figure.y = counts.axis(Panels::tr("per bin"), QStringLiteral("x"), tallest);
        if (levels.counted) {
            const double top = std::max(tallestOf(levels.on.levels), 1.0);
            figure.y2 =
                counts.isDensity()
                    ? Axis{Panels::tr("per level"), Panels::tr("count"), 0, top * 1.08, false, true}
                    : counts.axis(Panels::tr("per level"), {}, top);
            figure.series.push_back(std::move(levels.on.levels));
        } else {
            figure.note += Panels::tr("; too many levels to count each");
        }
    }
    addRugSeries(figure, levels.on.rugs);
}

void addDequantized(Figure& figure, const CountView& counts, LevelsPart levels)
{
    auto& series = levels.on.levels;
    series.rightAxis = false;
    series.name = series.kind == SeriesKind::Line ? Panels::tr("dequantized, envelope")
                                                  : Panels::tr("dequantized");
    figure.note = counts.name();
    if (levels.asDensity) {
        figure.y = counts.axis({}, QStringLiteral("x"), tallestOf(series));
    } else {
        const double top = std::max(tallestOf(series), 1.0);
        figure.y =
            counts.isDensity()
                ? Axis{Panels::tr("per level"), Panels::tr("count"), 0, top * 1.08, false, true}
                : counts.axis(Panels::tr("per level"), {}, top);
        if (counts.isDensity())
            figure.note = Panels::tr("a block's levels have no common distance: counts");
    }
    if (levels.counted)
        figure.series.push_back(std::move(series));
    else
        figure.note = Panels::tr("too many levels to count each");
    addRugSeries(figure, levels.on.rugs);
}

void addCodes(Figure& figure, const Report& report, const CountView& counts)
{
    auto codes = codeBars(report);
    if (!codes) {
        figure.emptyText = tooManyCodes(report);
        return;
    }
    figure.x = codes->x;
    figure.ownX = true;
    if (counts.isDensity()) {
        codes->bars.csvName = QStringLiteral("density [1/code]");
        for (double& y : codes->bars.y)
            y = counts.heightOf(y, 1);
    }
    codes->bars.name = Panels::tr("code");
    figure.y = counts.axis(Panels::tr("per code"), Panels::tr("code"), tallestOf(codes->bars));
    figure.note = counts.name();
    if (codes->perBar > 1)
        figure.note += Panels::tr("; each bar: the fullest of %1 codes").arg(codes->perBar);
    figure.series.push_back(std::move(codes->bars));
    figure.legend = false;
}

QString words(const TensorResult& result, HistogramOf of)
{
    const auto number = [](double v) {
        return QString::fromStdString(formatShort(v));
    };
    const auto& report = *result.shown;
    const QString tensor = of == HistogramOf::Float         ? Panels::tr("float tensor")
                           : of == HistogramOf::Dequantized ? Panels::tr("dequantized tensor")
                                                            : Panels::tr("codes of");
    return Panels::tr("Histogram of the %8 %1 with %2 elements from %3 to %4; %5 of %6 codes are "
                      "used, %7 % is clipped")
               .arg(shownName(result))
               .arg(result.shownFacts->stats.count)
               .arg(number(static_cast<double>(result.shownFacts->stats.min)),
                    number(static_cast<double>(result.shownFacts->stats.max)))
               .arg(report.levelsUsed)
               .arg(report.levelsTotal())
               .arg(number(100 * (report.clippedLowFraction() + report.clippedHighFraction())),
                    tensor) +
           sideBinWords(result);
}

} // namespace

Figure histogramFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Histogram"));
    const auto& result = *input.tensor;
    const auto of = input.view.histogramOf;
    const CountView counts(input);
    const GridView grid(result);
    Figure figure;
    figure.title = (of == HistogramOf::Float ? Panels::tr("Histogram of %1 (float) and the grid")
                    : of == HistogramOf::Dequantized ? Panels::tr("Histogram of %1 (dequantized)")
                                                     : Panels::tr("Histogram of %1 (code)"))
                       .arg(shownName(result));
    figure.provenance = provenance(result);
    figure.accessible = words(result, of);
    if (of == HistogramOf::Code) {
        addCodes(figure, *result.shown, counts);
        if (figure.emptyText.isEmpty())
            addSideBins(figure, result, of);
        return figure;
    }
    figure.x = valueAxis(result);
    const auto view = input.view.x.value_or(std::array{figure.x.min, figure.x.max});
    auto levels = levelsOf(result, grid, counts, view);
    if (of == HistogramOf::Float)
        addFloat(figure, result, counts, std::move(levels));
    else
        addDequantized(figure, counts, std::move(levels));
    addSideBins(figure, result, of);
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, result, grid);
    return figure;
}

} // namespace qs
