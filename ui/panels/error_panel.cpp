// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/error_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// More teeth than this side by side would be a moire: their bounds are drawn instead.
constexpr double kMostTeeth = 130;

Series bound(double from, double to, double y)
{
    Series series;
    series.color = ColorRole::Reference;
    series.style = LineStyle::Dotted;
    series.csvName = QStringLiteral("bound [LSB]");
    series.x = {from, to};
    series.y = {y, y};
    return series;
}

/// The errors of x where levels are far enough apart to see each tooth.
class Teeth {
public:
    /// `above`: the error of the level so many places over that of x.
    Teeth(const GridView& grid, std::int64_t above) : m_grid(grid), m_above(above)
    {
        series.color = ColorRole::Rounding;
        series.csvName = QStringLiteral("error [LSB]");
    }

    /// The error from `from` to `to`, all of which belong to level i: straight lines that meet at
    /// the level, because the distance of levels may change there.
    void add(std::int64_t i, double from, double to)
    {
        if (!(to > from))
            return;
        // Below the first level nothing is rounded up.
        const double lowest = m_grid.lowest();
        if (m_above > 0 && i == 0 && from < lowest && to > lowest) {
            straight(lowest, from, lowest);
            from = lowest;
        }
        const bool outside = i == 0 && to <= lowest;
        straight(m_grid.level(outside ? 0 : std::min(i + m_above, m_grid.size() - 1)), from, to);
    }
    /// Nothing is drawn between here and the next tooth.
    void interrupt()
    {
        if (series.x.empty() || std::isnan(series.y.back()))
            return;
        series.x.push_back(series.x.back());
        series.y.push_back(std::nan(""));
    }

    Series series;

private:
    void straight(double level, double from, double to)
    {
        const bool through = level > from && level < to;
        const auto put = [&](double x, double inside) {
            series.x.push_back(x);
            series.y.push_back((level - x) / m_grid.stepAt((x + inside) / 2));
        };
        put(from, through ? level : to);
        if (through) {
            series.x.push_back(level);
            series.y.push_back(0);
        }
        put(to, through ? level : from);
    }

    const GridView& m_grid;
    std::int64_t m_above;
};

/// Where the band of a run begins and ends: at its levels, where clipping begins, or where the view
/// does, because what is beyond it is as dense.
double bandFrom(const GridView& grid, const GridView::Run& run, const std::array<double, 2>& view)
{
    if (run.first == 0)
        return grid.clipLow();
    return run.first == grid.indexAt(view[0]) ? std::min(view[0], grid.threshold(run.first - 1))
                                              : grid.level(run.first);
}

double bandTo(const GridView& grid, const GridView::Run& run, const std::array<double, 2>& view)
{
    if (run.last == grid.size() - 1)
        return grid.clipHigh();
    return run.last == grid.indexAt(view[1]) ? std::max(view[1], grid.threshold(run.last))
                                             : grid.level(run.last);
}

void addElements(Figure& figure, const TensorResult& result)
{
    BlockElements elements(result);
    Series points;
    points.name = Panels::tr("error of each element");
    points.csvName = QStringLiteral("error [LSB]");
    points.kind = SeriesKind::Points;
    points.color = ColorRole::Rounding;
    points.x = std::move(elements.x);
    points.y = std::move(elements.lsb);
    double height = 0.8;
    for (const double y : points.y)
        height = std::max(height, std::min(std::fabs(y) * 1.1, 4.0));
    figure.y = {Panels::tr("error"), errorUnit(result), -height, height, false, false};
    figure.series.push_back(std::move(points));
}

void addCurve(Figure& figure, const TensorResult& result, const GridView& grid,
              const std::array<double, 2>& view)
{
    const double from = std::min(figure.x.min, view[0]);
    const double to = std::max(figure.x.max, view[1]);
    // Errors of the data's ends in LSB decide the height, up to four steps: the rest is numbers.
    const auto errorAt = [&](float x) {
        const auto v = static_cast<double>(x);
        return (grid.level(grid.indexAt(v)) - v) / grid.stepAt(v);
    };
    const auto& stats = result.shownFacts->stats;
    const double worst = std::max(std::fabs(errorAt(stats.min)), std::fabs(errorAt(stats.max)));
    const double height = std::clamp(worst * 1.1, grid.errorFrom() < -0.5 ? 1.2 : 0.8, 4.0);
    figure.y = {Panels::tr("error"), errorUnit(result), -height, height, false, false};

    const auto runs = grid.denseRuns(view[0], view[1], (view[1] - view[0]) / kMostTeeth);
    std::int64_t hidden = 0;
    for (const auto& run : runs) {
        Series band;
        band.kind = SeriesKind::Band;
        band.color = ColorRole::Rounding;
        band.name = hidden == 0 ? Panels::tr("rounding errors lie in this band") : QString();
        band.csvName = QStringLiteral("bounds of the error [LSB]");
        const double begin = std::max(from, bandFrom(grid, run, view));
        const double end = std::min(to, bandTo(grid, run, view));
        band.x = {begin, std::max(begin, end)};
        band.y = {grid.errorFrom(), grid.errorFrom()};
        band.y2 = {grid.errorTo(), grid.errorTo()};
        figure.series.push_back(std::move(band));
        hidden += run.last - run.first + 1;
    }
    if (hidden > 0)
        figure.note = Panels::tr("%1 levels in view, drawn as a band: zoom in for the teeth")
                          .arg(QString::fromStdString(formatCount(hidden)));

    const std::int64_t last = grid.indexAt(view[1]);
    for (const std::int64_t above : {0, 1}) {
        if (above == 1 && !grid.isStochastic())
            continue;
        Teeth teeth(grid, above);
        teeth.series.name = !grid.isStochastic() ? Panels::tr("error of x")
                            : above == 0         ? Panels::tr("rounded down")
                                                 : Panels::tr("rounded up");
        if (above == 1) {
            teeth.series.csvName = QStringLiteral("error, rounded up [LSB]");
            teeth.series.style = LineStyle::Dotted;
        }
        auto run = runs.begin();
        for (std::int64_t i = grid.indexAt(view[0]); i <= last; ++i) {
            const double begin = std::max(i == 0 ? from : grid.threshold(i - 1), from);
            const double end = i == grid.size() - 1 ? to : grid.threshold(i);
            if (run != runs.end() && i == run->first) {
                // What is outside of the band: before its first level and behind its last.
                teeth.add(i, begin, std::min(bandFrom(grid, *run, view), to));
                teeth.interrupt();
                i = run->last;
                teeth.add(i, std::max(bandTo(grid, *run, view), from),
                          i == grid.size() - 1 ? to : grid.threshold(i));
                ++run;
                continue;
            }
            teeth.add(i, begin, std::min(end, to));
        }
        if (!teeth.series.x.empty())
            figure.series.push_back(std::move(teeth.series));
    }
    if (grid.errorTo() == 0.5) {
        figure.series.push_back(bound(from, to, 0.5));
        figure.series.back().name =
            grid.isUniform() ? Panels::tr("half a step") : Panels::tr("half of the local step");
        figure.series.push_back(bound(from, to, -0.5));
    }
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, result, grid);
}

} // namespace

Figure errorFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Error"));
    const auto& result = *input.tensor;
    const GridView grid(result);
    Figure figure;
    figure.title = Panels::tr("Error of %1: dequantized \u2212 x").arg(shownName(result));
    figure.x = valueAxis(result);
    figure.provenance = provenance(result);
    if (!grid.exists())
        addElements(figure, result);
    else
        addCurve(figure, result, grid,
                 input.view.x.value_or(std::array{figure.x.min, figure.x.max}));
    const bool local = !grid.exists() || !grid.isUniform();
    if (local && figure.note.isEmpty())
        figure.note = Panels::tr("1 LSB: the distance of the levels around x");
    const QString worst = QString::fromStdString(formatShort(result.shown->maxAbsError));
    figure.accessible =
        local ? Panels::tr("Error against value of %1 in distances of the levels around x: largest "
                           "error %2")
                    .arg(shownName(result), worst)
              : Panels::tr("Error against value of %1 in LSB: largest error %2, %3")
                    .arg(shownName(result), worst, parametersText(result));
    return figure;
}

} // namespace qs
