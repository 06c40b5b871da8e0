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

/// "error [LSB]" of a column, in the unit that the view wants.
QString inUnit(const QString& name, bool inValue)
{
    return QStringLiteral("%1 [%2]").arg(name,
                                         inValue ? QStringLiteral("x") : QStringLiteral("LSB"));
}

Series bound(double from, double to, double y, bool inValue)
{
    Series series;
    series.color = ColorRole::Reference;
    series.style = LineStyle::Dotted;
    series.csvName = inUnit(QStringLiteral("bound"), inValue);
    series.x = {from, to};
    series.y = {y, y};
    return series;
}

/// The errors of x where levels are far enough apart to see each tooth.
class Teeth {
public:
    /// `above`: the error of the level so many places over that of x.
    Teeth(const GridView& grid, std::int64_t above, bool inValue)
        : m_grid(grid), m_above(above), m_inValue(inValue)
    {
        series.color = ColorRole::Rounding;
        series.csvName = inUnit(QStringLiteral("error"), inValue);
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
            const double unit = m_inValue ? 1 : m_grid.stepAt((x + inside) / 2);
            series.y.push_back((level - x) / unit);
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
    bool m_inValue;
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

Axis errorAxis(const TensorResult& result, bool inValue, double height)
{
    return {Panels::tr("error"),
            inValue ? QStringLiteral("-") : errorUnit(result),
            -height,
            height,
            false,
            false};
}

void addElements(Figure& figure, const TensorResult& result, bool inValue)
{
    BlockElements elements(result);
    Series points;
    points.name = Panels::tr("error of each element");
    points.csvName = inUnit(QStringLiteral("error"), inValue);
    points.kind = SeriesKind::Points;
    points.color = ColorRole::Rounding;
    double most = 0;
    if (inValue) {
        for (std::size_t i = 0; i < elements.x.size(); ++i)
            points.y.push_back(elements.y[i] - elements.x[i]);
        for (const double y : points.y)
            most = std::max(most, std::fabs(y));
    } else {
        points.y = std::move(elements.lsb);
    }
    points.x = std::move(elements.x);
    double height = 0.8;
    if (inValue)
        height = most > 0 ? most * 1.1 : 1;
    else
        for (const double y : points.y)
            height = std::max(height, std::min(std::fabs(y) * 1.1, 4.0));
    figure.y = errorAxis(result, inValue, height);
    figure.series.push_back(std::move(points));
}

/// Bounds of the rounding errors of levels that are too close for teeth. In LSB they are the same
/// everywhere; as values they follow the distance of the levels: the largest of each stretch.
void addBounds(Series& band, const GridView& grid, double begin, double end, bool inValue)
{
    constexpr int kStretches = 128;
    const int stretches = inValue && !grid.isUniform() ? kStretches : 1;
    const auto put = [&](double x, double step) {
        band.x.push_back(x);
        band.y.push_back(grid.errorFrom() * step);
        band.y2.push_back(grid.errorTo() * step);
    };
    for (int i = 0; i < stretches; ++i) {
        const double from = begin + (end - begin) * i / stretches;
        const double to = begin + (end - begin) * (i + 1) / stretches;
        const double inside = (to - from) * 1e-6;
        const double step =
            !inValue ? 1 : std::max(grid.stepAt(from + inside), grid.stepAt(to - inside));
        put(from, step);
        put(to, step);
    }
}

void addCurve(Figure& figure, const TensorResult& result, const GridView& grid,
              const std::array<double, 2>& view, bool inValue)
{
    const double from = std::min(figure.x.min, view[0]);
    const double to = std::max(figure.x.max, view[1]);
    // Errors of the data's ends in LSB decide the height, up to four steps: the rest is numbers.
    const auto& stats = result.shownFacts->stats;
    double worst = 0;
    double unit = 0;
    for (const float end : {stats.min, stats.max}) {
        const auto x = static_cast<double>(end);
        worst = std::max(worst, std::fabs(grid.level(grid.indexAt(x)) - x) / grid.stepAt(x));
        unit = std::max(unit, grid.stepAt(x));
    }
    const double height = std::clamp(worst * 1.1, grid.errorFrom() < -0.5 ? 1.2 : 0.8, 4.0);
    figure.y = errorAxis(result, inValue, inValue ? height * unit : height);

    const auto runs = grid.denseRuns(view[0], view[1], (view[1] - view[0]) / kMostTeeth);
    std::int64_t hidden = 0;
    for (const auto& run : runs) {
        Series band;
        band.kind = SeriesKind::Band;
        band.color = ColorRole::Rounding;
        band.name = hidden == 0 ? Panels::tr("rounding errors lie in this band") : QString();
        band.csvName = inUnit(QStringLiteral("bounds of the error"), inValue);
        const double begin = std::max(from, bandFrom(grid, run, view));
        const double end = std::min(to, bandTo(grid, run, view));
        addBounds(band, grid, begin, std::max(begin, end), inValue);
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
        Teeth teeth(grid, above, inValue);
        teeth.series.name = !grid.isStochastic() ? Panels::tr("error of x")
                            : above == 0         ? Panels::tr("rounded down")
                                                 : Panels::tr("rounded up");
        if (above == 1) {
            teeth.series.csvName = inUnit(QStringLiteral("error, rounded up"), inValue);
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
    // As values, half of a local step has no one height: the teeth show it.
    if (grid.errorTo() == 0.5 && (grid.isUniform() || !inValue)) {
        const double half = inValue ? unit / 2 : 0.5;
        figure.series.push_back(bound(from, to, half, inValue));
        figure.series.back().name =
            grid.isUniform() ? Panels::tr("half a step") : Panels::tr("half of the local step");
        figure.series.push_back(bound(from, to, -half, inValue));
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
    const bool inValue = input.view.errorUnit == ErrorUnit::Value;
    Figure figure;
    figure.title = Panels::tr("Error of %1: dequantized \u2212 x").arg(shownName(result));
    figure.x = valueAxis(result);
    figure.provenance = provenance(result);
    if (!grid.exists())
        addElements(figure, result, inValue);
    else
        addCurve(figure, result, grid,
                 input.view.x.value_or(std::array{figure.x.min, figure.x.max}), inValue);
    const bool local = !inValue && (!grid.exists() || !grid.isUniform());
    if (local && figure.note.isEmpty())
        figure.note = Panels::tr("1 LSB: the distance of the levels around x");
    const QString worst = QString::fromStdString(formatShort(result.shown->maxAbsError));
    figure.accessible =
        local ? Panels::tr("Error against value of %1 in distances of the levels around x: largest "
                           "error %2")
                    .arg(shownName(result), worst)
              : Panels::tr("Error against value of %1 in %4: largest error %2, %3")
                    .arg(shownName(result), worst, parametersText(result),
                         inValue ? Panels::tr("the values' unit") : Panels::tr("LSB"));
    return figure;
}

} // namespace qs
