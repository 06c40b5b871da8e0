// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/panel_figure.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>

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

void unite(Axis& a, const Axis& b)
{
    if (a.log != b.log || !a.names.empty())
        return;
    a.min = std::min(a.min, b.min);
    a.max = std::max(a.max, b.max);
}

/// The same points under the same name: of the tensor, not of the quantizer.
bool isInBoth(const Series& series, const Figure& other)
{
    return std::any_of(other.series.begin(), other.series.end(), [&](const Series& each) {
        const bool reference = series.color == ColorRole::Reference;
        return each.csvName == series.csvName &&
               (reference || (each.x == series.x && each.y == series.y));
    });
}

/// Everything of `b` that `a` does not have, in the other side's colour and dashed.
void drawOver(Figure& a, const Figure& b, bool aIsB)
{
    const QString own = aIsB ? QStringLiteral("B") : QStringLiteral("A");
    const QString others = aIsB ? QStringLiteral("A") : QStringLiteral("B");
    std::vector<Series> added;
    for (const auto& series : b.series) {
        if (isInBoth(series, a) || series.kind == SeriesKind::Rug)
            continue;
        Series copy = series;
        copy.color = ColorRole::Other;
        // Lines that differ by their dashes still do.
        if (copy.style == LineStyle::Solid)
            copy.style = LineStyle::Dashed;
        else if (copy.style == LineStyle::Dashed)
            copy.style = LineStyle::DashDot;
        copy.labels.clear();
        copy.choices.clear();
        copy.csvName = QStringLiteral("%1: %2").arg(others, copy.csvName);
        if (!copy.name.isEmpty())
            copy.name = QStringLiteral("%1: %2").arg(others, copy.name);
        // A filled shape would hide what lies under it.
        if (copy.kind == SeriesKind::Histogram)
            copy.kind = SeriesKind::Steps;
        if (copy.kind == SeriesKind::Points && copy.marker == MarkerShape::None)
            copy.marker = MarkerShape::Square;
        added.push_back(std::move(copy));
    }
    for (auto& series : a.series) {
        if (isInBoth(series, b) || series.kind == SeriesKind::Rug)
            continue;
        series.csvName = QStringLiteral("%1: %2").arg(own, series.csvName);
        if (!series.name.isEmpty())
            series.name = QStringLiteral("%1: %2").arg(own, series.name);
    }
    // What made the other side, beside what made this one.
    for (const auto& [key, value] : b.provenance) {
        const bool same =
            std::any_of(a.provenance.begin(), a.provenance.end(),
                        [&](const auto& row) { return row == std::pair(key, value); });
        if (!same)
            a.provenance.emplace_back(QStringLiteral("%1: %2").arg(others, key), value);
    }
    for (auto& series : added)
        a.series.push_back(std::move(series));
    for (const auto& marker : b.markers) {
        if (marker.handle && marker.id.startsWith(QLatin1String("range_")))
            a.markers.push_back(
                {others + marker.id, {}, marker.x, ColorRole::Other, LineStyle::Dashed, false});
    }
    a.legend = true;
}

void addOther(Figure& figure, const PanelInfo& panel, const PanelInput& input)
{
    if (!input.other || !input.tensor ||
        input.other->facts->tensor.bytes().data() != input.tensor->facts->tensor.bytes().data())
        return;
    PanelInput otherInput = input;
    otherInput.tensor = input.other;
    otherInput.study = input.otherStudy;
    otherInput.other = nullptr;
    const Figure other = panel.build(otherInput);
    // A map has no place beyond its cells.
    if (!other.emptyText.isEmpty() || figure.map || figure.table)
        return;
    // Axes of other units or of other places are no common ones.
    if (figure.x.title == other.x.title && figure.x.unit == other.x.unit)
        unite(figure.x, other.x);
    if (figure.y.title == other.y.title && figure.y.unit == other.y.unit)
        unite(figure.y, other.y);
    if (figure.y2 && other.y2 && figure.y2->title == other.y2->title)
        unite(*figure.y2, *other.y2);
    if (input.view.overlay)
        drawOver(figure, other, input.showsB);
}

void mark(Figure& figure, const QString& label, double x)
{
    if (std::isfinite(x))
        figure.markers.push_back(
            {QStringLiteral("picked"), label, x, ColorRole::Accent, LineStyle::Solid, false});
}

/// Whether a figure's axis of errors is in steps; a panel may keep to them where a value is wanted.
bool isInLsb(const Figure& figure)
{
    return figure.x.unit.contains(QLatin1String("LSB"));
}

/// A place on the axis of errors.
double errorPlace(const ElementInspection& element, const Figure& figure)
{
    return isInLsb(figure) ? element.error / element.step : element.error;
}

void markPicked(Figure& figure, const PanelInfo& panel, const PanelInput& input)
{
    if (!input.picked)
        return;
    const auto& element = *input.picked;
    const auto dtype = input.tensor->report->params.dtype();
    if (panel.sharesX && !figure.ownX)
        mark(figure, Panels::tr("x = %1").arg(number(static_cast<double>(element.x))),
             static_cast<double>(element.x));
    else if (is(panel, "error_histogram"))
        mark(figure, Panels::tr("e = %1").arg(number(errorPlace(element, figure))),
             errorPlace(element, figure));
    else if (is(panel, "code_usage") && info(dtype).isInteger())
        mark(figure, Panels::tr("q = %1").arg(codeText(dtype, element.code)), element.code);
}

/// What of the histogram belongs to the selected elements; they are of the channel that is shown,
/// where these histograms are of the whole tensor.
Series selected(const QString& csvName, const TensorResult& result)
{
    Series series;
    series.name = result.channel ? Panels::tr("selected of %1 %2")
                                       .arg(partName(result.report->spec))
                                       .arg(*result.channel)
                                 : Panels::tr("selected");
    series.csvName = csvName;
    series.kind = SeriesKind::Histogram;
    series.color = ColorRole::Accent;
    return series;
}

void addSelection(Figure& figure, const PanelInfo& panel, const PanelInput& input)
{
    if (!input.view.brush)
        return;
    const auto [lo, hi] = *input.view.brush;
    if (panel.sharesX && !figure.ownX) {
        QString label;
        if (input.selection && is(panel, "histogram"))
            label = Panels::tr("%1 elements")
                        .arg(QString::fromStdString(formatCount(input.selection->n())));
        figure.regions.push_back({lo, hi, label, RegionKind::Selected});
    }
    if (!input.selection)
        return;
    const auto& report = *input.selection;
    const auto n = static_cast<double>(std::max<std::int64_t>(input.tensor->report->n(), 1));
    if (is(panel, "error_histogram") && isInLsb(figure)) {
        auto series = selected(QStringLiteral("selected density [1/LSB]"), *input.tensor);
        const auto& rounding = report.roundingErrors;
        const auto& clipping = report.clippingErrors;
        for (std::size_t i = 0; i < rounding.counts.size(); ++i) {
            series.x.push_back(rounding.edge(i));
            const auto count = rounding.counts[i] + clipping.counts[i];
            series.y.push_back(static_cast<double>(count) / (n * rounding.width()));
        }
        series.x.push_back(rounding.hi);
        series.y.push_back(0);
        figure.series.push_back(std::move(series));
    } else if (is(panel, "code_usage") && !figure.series.empty()) {
        // In the same bars: the fullest code of each.
        auto series = selected(QStringLiteral("selected count per code"), *input.tensor);
        const auto& bars = figure.series.front();
        const auto first = input.tensor->report->params.firstCode();
        series.x = bars.x;
        series.y.assign(bars.y.size(), 0);
        for (std::size_t c = 0; c < report.codeCounts.size(); ++c) {
            const double code = first + static_cast<double>(c);
            const auto bar = std::upper_bound(bars.x.begin(), bars.x.end(), code);
            if (bar == bars.x.begin() || bar == bars.x.end())
                continue;
            auto& top = series.y[static_cast<std::size_t>(bar - bars.x.begin()) - 1];
            top = std::max(top, static_cast<double>(report.codeCounts[c]));
        }
        figure.series.push_back(std::move(series));
        figure.legend = true;
    }
}

} // namespace

Figure figureOf(const PanelInfo& panel, const PanelInput& input)
{
    Figure figure = panel.build(input);
    if (panel.workspace != WorkspaceId::Tensor || !figure.emptyText.isEmpty() || !input.tensor)
        return figure;
    addOther(figure, panel, input);
    if (figure.map || figure.table)
        return figure;
    addSelection(figure, panel, input);
    markPicked(figure, panel, input);
    return figure;
}

} // namespace qs
