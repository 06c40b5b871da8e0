// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/grid_view.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

QString percent(double fraction)
{
    return QString::fromStdString(formatShort(fraction * 100)) + QStringLiteral(" %");
}

QString view(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

std::array<double, 2> sharedXRange(const TensorResult& result)
{
    const auto& values = result.shownFacts->values;
    const GridView grid(result);
    double lo = values.lo;
    double hi = values.hi;
    if (result.shownFacts->stats.min == result.shownFacts->stats.max) {
        // A constant tensor says nothing about its neighbourhood: the grid does.
        lo = std::min(lo, grid.lowest);
        hi = std::max(hi, grid.highest);
    }
    const double middle = (lo + hi) / 2;
    double half = (hi - lo) / 2 * 1.15;
    for (int i = 0; i < 3 && (grid.lowest < middle - half || grid.highest > middle + half); ++i)
        half *= 2;
    return {middle - half, middle + half};
}

GridView::GridView(const TensorResult& result)
{
    const auto& params = result.shown->params;
    scale = static_cast<double>(params.scaleAt(0));
    zeroPoint = params.zeroPointAt(0);
    range = params.range();
    lowest = static_cast<double>(params.level(range.quantMin));
    highest = static_cast<double>(params.level(range.quantMax));
    toNext = result.shown->spec.rounding == Rounding::Floor ? 1.0 : 0.5;
}

std::int32_t GridView::codeAt(double x) const
{
    const double code = std::ceil(x / scale - toNext) + zeroPoint;
    return static_cast<std::int32_t>(
        std::clamp(code, static_cast<double>(range.quantMin), static_cast<double>(range.quantMax)));
}

Axis valueAxis(const TensorResult& result)
{
    const auto range = sharedXRange(result);
    return {Panels::tr("value x"), QStringLiteral("-"), range[0], range[1], false, false};
}

void addRangeHandles(Figure& figure, const GridView& grid)
{
    figure.markers.push_back({QStringLiteral("range_min"), Panels::tr("min"), grid.lowest,
                              ColorRole::Accent, LineStyle::Solid, true});
    figure.markers.push_back({QStringLiteral("range_max"), Panels::tr("max"), grid.highest,
                              ColorRole::Accent, LineStyle::Solid, true});
}

void addClippedRegions(Figure& figure, const TensorResult& result, const GridView& grid)
{
    constexpr double kInf = std::numeric_limits<double>::infinity();
    if (result.shown->clippedLow > 0)
        figure.regions.push_back(
            {-kInf, grid.clipLow(),
             Panels::tr("clipped %1").arg(percent(result.shown->clippedLowFraction()))});
    if (result.shown->clippedHigh > 0)
        figure.regions.push_back(
            {grid.clipHigh(), kInf,
             Panels::tr("clipped %1").arg(percent(result.shown->clippedHighFraction()))});
}

QString shownName(const TensorResult& result)
{
    const auto name = QString::fromStdString(result.facts->tensor.name());
    if (!result.channel)
        return name;
    return Panels::tr("%1, channel %2").arg(name).arg(*result.channel);
}

std::vector<std::pair<QString, QString>> provenance(const TensorResult& result)
{
    const auto& report = *result.shown;
    const auto& params = report.params;
    const auto number = [](float v) {
        return QString::fromStdString(formatExact(v));
    };
    const auto whole = [](std::int64_t v) {
        return QString::number(v);
    };
    std::vector<std::pair<QString, QString>> lines = {
        {QStringLiteral("quantoscope"), QStringLiteral(QUANTOSCOPE_VERSION)},
        {QStringLiteral("tensor"), QString::fromStdString(result.facts->tensor.name())},
        {QStringLiteral("shape"), QString::fromStdString(result.facts->tensor.shape().toString())},
        {QStringLiteral("dtype"), view(info(params.dtype()).name)},
        {QStringLiteral("qscheme"), view(info(result.report->params.qscheme()).name)},
        {QStringLiteral("observer"), QString::fromStdString(report.spec.observer)},
        {QStringLiteral("scale"), number(params.scaleAt(0))},
        {QStringLiteral("zero_point"), whole(params.zeroPointAt(0))},
        {QStringLiteral("quant_min"), whole(params.range().quantMin)},
        {QStringLiteral("quant_max"), whole(params.range().quantMax)},
    };
    if (result.channel) {
        lines.insert(lines.begin() + 3, {QStringLiteral("axis"), whole(report.spec.axis)});
        lines.insert(lines.begin() + 4, {QStringLiteral("channel"), whole(*result.channel)});
    }
    return lines;
}

Figure emptyFigure(const QString& title)
{
    Figure figure;
    figure.title = title;
    figure.emptyText =
        Panels::tr("Choose a tensor on the left, or drop a .npy, .safetensors or IDX file here.");
    figure.accessible = figure.emptyText;
    return figure;
}

} // namespace qs
