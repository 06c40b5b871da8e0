// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/panel_figure.h"

#include "ui/panels/grid_view.h"
#include "ui/panels/selection_marks.h"

#include <algorithm>

namespace qs {
namespace {

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
