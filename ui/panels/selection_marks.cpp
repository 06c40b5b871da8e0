// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/selection_marks.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace qs {
namespace {

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

bool is(const PanelInfo& panel, const char* id)
{
    return QLatin1String(panel.id) == QLatin1String(id);
}

/// The unit of an axis of errors; a panel may keep to LSB where a value is wanted.
ErrorUnit unitOf(const Axis& axis)
{
    return axis.unit.contains(QLatin1String("LSB")) ? ErrorUnit::Lsb : ErrorUnit::Value;
}

/// Of the whole tensor, where a picture is; else of what is shown of it.
const Report& reportFor(const PanelInfo& panel, const SelectedPart& part)
{
    return panel.sharesX ? *part.shown : *part.whole;
}

QString countText(const Report& report)
{
    return Panels::tr("%1 elements").arg(QString::fromStdString(formatCount(report.n())));
}

Series selectedSeries(const QString& csvName)
{
    Series series;
    series.name = Panels::tr("selected");
    series.csvName = csvName;
    series.kind = SeriesKind::Histogram;
    series.color = ColorRole::Accent;
    series.style = LineStyle::Dashed; // without colours it looks like the others
    return series;
}

/// In the same bins, and divided as they are.
void addValues(Figure& figure, const Histogram& values, const Report& shownOfAll)
{
    const auto bins = std::find_if(figure.series.begin(), figure.series.end(),
                                   [](const auto& s) { return s.kind == SeriesKind::Histogram; });
    if (bins == figure.series.end() || bins->x.size() != values.counts.size() + 1)
        return;
    const bool density = bins->csvName.startsWith(QLatin1String("density"));
    const double each =
        density ? static_cast<double>(std::max<std::int64_t>(shownOfAll.n(), 1)) * values.width()
                : 1;
    auto series = selectedSeries(density ? QStringLiteral("selected density [1/x]")
                                         : QStringLiteral("selected count per bin"));
    series.x = bins->x;
    for (const auto count : values.counts)
        series.y.push_back(static_cast<double>(count) / each);
    series.y.push_back(0);
    figure.series.insert(bins + 1, std::move(series));
}

/// On the levels that are drawn.
void addLevels(Figure& figure, const TensorResult& result, const Report& selected)
{
    const GridView grid(result);
    const auto levels = std::find_if(figure.series.begin(), figure.series.end(), [](const auto& s) {
        return s.csvName == QLatin1String("count per level");
    });
    if (levels == figure.series.end() || !grid.exists() || grid.table() == nullptr ||
        selected.codeCounts.empty())
        return;
    const auto counts = grid.table()->countsPerLevel(selected.codeCounts);
    Series series = *levels;
    series.name = Panels::tr("selected");
    series.csvName = QStringLiteral("selected count per level");
    series.color = ColorRole::Accent;
    for (std::size_t i = 0; i < series.x.size(); ++i)
        series.y[i] =
            static_cast<double>(counts[static_cast<std::size_t>(grid.indexAt(series.x[i]))]);
    figure.series.insert(levels + 1, std::move(series));
    figure.legend = true;
}

/// In the same bars: the fullest code of each.
void addCodes(Figure& figure, const Report& report, const Report& all)
{
    if (figure.series.empty() || report.codeCounts.empty())
        return;
    const auto& row = info(report.params.dtype());
    std::map<std::int64_t, std::int64_t> counts; // -0 and 0 are at one place
    for (std::size_t c = 0; c < report.codeCounts.size(); ++c) {
        if (report.codeCounts[c] > 0)
            counts[codePlace(row, report.params.firstCode() + static_cast<std::int32_t>(c))] +=
                report.codeCounts[c];
    }
    const auto& bars = figure.series.front();
    const bool density = bars.csvName.startsWith(QLatin1String("density"));
    const double each = density ? static_cast<double>(std::max<std::int64_t>(all.n(), 1)) : 1;
    auto series = selectedSeries(density ? QStringLiteral("selected density [1/code]")
                                         : QStringLiteral("selected count per code"));
    series.x = bars.x;
    series.y.assign(bars.y.size(), 0);
    for (const auto& [place, count] : counts) {
        const auto bar = std::upper_bound(bars.x.begin(), bars.x.end(), static_cast<double>(place));
        if (bar == bars.x.begin() || bar == bars.x.end())
            continue;
        auto& top = series.y[static_cast<std::size_t>(bar - bars.x.begin()) - 1];
        top = std::max(top, static_cast<double>(count) / each);
    }
    figure.series.insert(figure.series.begin() + 1, std::move(series));
    figure.legend = true;
}

void addErrors(Figure& figure, const Report& report, const Report& all)
{
    // The axis ends at 1 LSB, whatever that is as a value.
    const bool inLsb = unitOf(figure.x) == ErrorUnit::Lsb;
    const double step = inLsb ? 1 : figure.x.max;
    const auto n = static_cast<double>(std::max<std::int64_t>(all.n(), 1));
    auto series = selectedSeries(QStringLiteral("selected density [1/%1]")
                                     .arg(inLsb ? QStringLiteral("LSB") : QStringLiteral("x")));
    const auto& rounding = report.roundingErrors;
    const auto& clipping = report.clippingErrors;
    for (std::size_t i = 0; i < rounding.counts.size(); ++i) {
        series.x.push_back(rounding.edge(i) * step);
        const auto count = rounding.counts[i] + clipping.counts[i];
        series.y.push_back(static_cast<double>(count) / (n * rounding.width() * step));
    }
    series.x.push_back(rounding.hi * step);
    series.y.push_back(0);
    figure.series.push_back(std::move(series));
}

/// Along the axis that they were selected by. False where that is none of this picture's.
bool addStretch(Figure& figure, const PanelInfo& panel, const PanelInput& input)
{
    const auto& brush = *input.view.brush;
    const auto along = selectsBy(panel, figure);
    const bool errors = brush.by == SelectedBy::Error;
    if (along == brush.by && (!errors || unitOf(figure.x) == brush.unit)) {
        const double half = brush.by == SelectedBy::Code ? 0.5 : 0;
        const bool counts = is(panel, "histogram") || !panel.sharesX;
        figure.regions.push_back(
            {brush.from - half, brush.to + half,
             counts && input.selection ? countText(reportFor(panel, *input.selection)) : QString(),
             RegionKind::Selected});
        return true;
    }
    const bool ofY = (is(panel, "channels") && brush.by == SelectedBy::Value) ||
                     (is(panel, "error") && errors && unitOf(figure.y) == brush.unit);
    if (ofY)
        figure.regions.push_back({brush.from, brush.to, {}, RegionKind::Selected, true});
    return ofY;
}

void mark(Figure& figure, const QString& label, double x)
{
    if (std::isfinite(x))
        figure.markers.push_back(
            {QStringLiteral("picked"), label, x, ColorRole::Accent, LineStyle::Solid, false});
}

} // namespace

std::optional<SelectedBy> selectsBy(const PanelInfo& panel, const Figure& figure)
{
    if (panel.sharesX && !figure.ownX)
        return SelectedBy::Value;
    return panel.selects;
}

std::optional<Selection> selectionOf(const PanelInfo& panel, const Figure& figure, double from,
                                     double to)
{
    const auto by = selectsBy(panel, figure);
    if (!by)
        return std::nullopt;
    Selection selection{*by, from, to};
    if (*by == SelectedBy::Code) {
        selection.from = std::ceil(from);
        selection.to = std::floor(to);
        if (selection.from > selection.to)
            selection.from = selection.to = std::round((from + to) / 2);
    } else if (*by == SelectedBy::Error) {
        selection.unit = unitOf(figure.x);
    }
    return selection;
}

void addSelection(Figure& figure, const PanelInfo& panel, const PanelInput& input)
{
    if (!input.view.brush)
        return;
    const bool marked = addStretch(figure, panel, input);
    if (marked || !input.selection)
        return;
    const auto& brush = *input.view.brush;
    const auto& result = *input.tensor;
    const auto& part = *input.selection;
    const bool scalar = info(result.shown->params.dtype()).family != Family::Ggml &&
                        result.shown->spec.rounding != Rounding::Stochastic;
    // A scalar quantizer is monotone: the elements with these codes are all that lie between two
    // of them.
    if (brush.by == SelectedBy::Code && scalar && panel.sharesX && !figure.ownX &&
        part.shown->n() > 0) {
        const auto& stats = part.shown->stats;
        figure.regions.push_back({static_cast<double>(stats.min), static_cast<double>(stats.max),
                                  is(panel, "histogram") ? countText(*part.shown) : QString(),
                                  RegionKind::Selected});
        return;
    }
    if (is(panel, "histogram") && !figure.ownX) {
        if (input.view.histogramOf == HistogramOf::Dequantized)
            addLevels(figure, result, *part.shown);
        else if (part.values)
            addValues(figure, *part.values, *result.shown);
    } else if (is(panel, "histogram")) {
        addCodes(figure, *part.shown, *result.shown);
    } else if (is(panel, "code_usage")) {
        addCodes(figure, *part.whole, *result.report);
    } else if (is(panel, "error_histogram")) {
        addErrors(figure, *part.whole, *result.report);
    }
}

void markPicked(Figure& figure, const PanelInfo& panel, const PanelInput& input)
{
    if (!input.picked)
        return;
    const auto& element = *input.picked;
    const auto& result = *input.tensor;
    const auto dtype = result.report->params.dtype();
    // Whose grid is another one than the one that is shown.
    const QString ofOther =
        panel.sharesX && result.channel && *result.channel != element.set
            ? Panels::tr(" (%1 %2)").arg(partName(result.report->spec)).arg(element.set)
            : QString();
    switch (selectsBy(panel, figure).value_or(SelectedBy::Value)) {
    case SelectedBy::Value:
        if (panel.sharesX)
            mark(figure,
                 Panels::tr("x = %1%2").arg(number(static_cast<double>(element.x)), ofOther),
                 static_cast<double>(element.x));
        break;
    case SelectedBy::Code:
        if (info(dtype).family != Family::Ggml)
            mark(figure, Panels::tr("q = %1%2").arg(codeText(dtype, element.code), ofOther),
                 static_cast<double>(codePlace(info(dtype), element.code)));
        break;
    case SelectedBy::Error: {
        const double error =
            unitOf(figure.x) == ErrorUnit::Lsb ? element.error / element.step : element.error;
        mark(figure, Panels::tr("e = %1").arg(number(error)), error);
        break;
    }
    }
}

} // namespace qs
