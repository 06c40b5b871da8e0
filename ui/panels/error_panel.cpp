// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/error_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// More teeth than this in view would be a moire: their bounds are drawn instead.
constexpr std::int64_t kMostTeeth = 130;

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

} // namespace

Figure errorFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Error"));
    const auto& result = *input.tensor;
    const GridView grid(result);
    const auto& stats = result.shownFacts->stats;
    Figure figure;
    figure.title = Panels::tr("Error of %1: dequantized \u2212 x").arg(shownName(result));
    figure.x = valueAxis(result);
    figure.provenance = provenance(result);
    const auto view = input.xView.value_or(std::array{figure.x.min, figure.x.max});
    const double from = std::min(figure.x.min, view[0]);
    const double to = std::max(figure.x.max, view[1]);

    // Errors of the data's ends in LSB decide the height, up to four steps: the rest is numbers.
    const auto errorAt = [&](double x) {
        return (grid.level(grid.codeAt(x)) - x) / grid.scale;
    };
    const double worst = std::max(std::fabs(errorAt(static_cast<double>(stats.min))),
                                  std::fabs(errorAt(static_cast<double>(stats.max))));
    const double height = std::clamp(worst * 1.1, grid.toNext == 1.0 ? 1.2 : 0.8, 4.0);
    figure.y = {Panels::tr("error"), QStringLiteral("LSB"), -height, height, false, false};

    Series error;
    error.csvName = QStringLiteral("error [LSB]");
    error.color = ColorRole::Rounding;
    const std::int32_t first = grid.codeAt(view[0]);
    const std::int32_t last = grid.codeAt(view[1]);
    if (static_cast<std::int64_t>(last) - first <= kMostTeeth) {
        error.kind = SeriesKind::Line;
        error.name = Panels::tr("error of x");
        error.x.push_back(from);
        error.y.push_back((grid.level(first) - from) / grid.scale);
        for (std::int32_t code = first; code < last; ++code) {
            const double edge = grid.threshold(code);
            error.x.insert(error.x.end(), {edge, edge});
            error.y.insert(error.y.end(), {(grid.level(code) - edge) / grid.scale,
                                           (grid.level(code + 1) - edge) / grid.scale});
        }
        error.x.push_back(to);
        error.y.push_back((grid.level(last) - to) / grid.scale);
    } else {
        error.kind = SeriesKind::Band;
        error.name = Panels::tr("rounding errors lie in this band");
        figure.note = Panels::tr("%1 levels in view, drawn as a band: zoom in for the teeth")
                          .arg(QString::fromStdString(formatCount(last - first + 1)));
        const double below = grid.toNext == 1.0 ? -1.0 : -0.5;
        const double above = grid.toNext == 1.0 ? 0.0 : 0.5;
        const double inFrom = std::max(from, grid.clipLow());
        const double inTo = std::min(to, grid.clipHigh());
        error.x = {from, inFrom, inTo, to};
        for (const double x : error.x) {
            const double clipped = x < inFrom ? (grid.lowest - x) / grid.scale
                                   : x > inTo ? (grid.highest - x) / grid.scale
                                              : 0;
            error.y.push_back(clipped != 0 ? clipped : below);
            error.y2.push_back(clipped != 0 ? clipped : above);
        }
    }
    figure.series.push_back(std::move(error));
    if (grid.toNext == 0.5) {
        figure.series.push_back(bound(from, to, 0.5));
        figure.series.back().name = Panels::tr("half a step");
        figure.series.push_back(bound(from, to, -0.5));
    }
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, grid);
    figure.accessible =
        Panels::tr("Error against value of %1: largest error %2, in units of the "
                   "scale %3")
            .arg(shownName(result), QString::fromStdString(formatShort(result.shown->maxAbsError)),
                 QString::fromStdString(formatShort(result.shown->maxAbsError / grid.scale)));
    return figure;
}

} // namespace qs
