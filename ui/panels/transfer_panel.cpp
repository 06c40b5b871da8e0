// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/transfer_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>

namespace qs {
namespace {

/// More steps than this are finer than a pixel.
constexpr std::int64_t kMostSteps = 2000;

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

struct Staircase {
    Series steps;
    bool merged = false; ///< some steps are narrower than the width asked for
};

/// x -> level `above` places over that of x, from `from` to `to`; of steps that are closer to each
/// other than `width` only some.
Staircase staircase(const GridView& grid, double from, double to, double width, std::int64_t above)
{
    Staircase result;
    auto& steps = result.steps;
    steps.kind = SeriesKind::Steps;
    steps.color = ColorRole::Dequantized;
    const std::int64_t last = grid.indexAt(to);
    const auto levelOf = [&](std::int64_t i) {
        return grid.level(std::min(i + above, grid.size() - 1));
    };
    std::int64_t i = grid.indexAt(from);
    steps.x.push_back(from);
    // Below the first level nothing is rounded up.
    const bool outside = above > 0 && i == 0 && from < grid.lowest();
    steps.y.push_back(outside ? grid.level(0) : levelOf(i));
    if (outside && grid.lowest() < to) {
        steps.x.push_back(grid.lowest());
        steps.y.push_back(levelOf(0));
    }
    while (i < last) {
        std::int64_t next = i;
        if (width > 0) {
            next = std::max(i, grid.indexAt(steps.x.back() + width));
            result.merged = result.merged || next > i;
            if (next >= last)
                next = last - 1;
        }
        steps.x.push_back(std::max(grid.threshold(next), steps.x.back()));
        steps.y.push_back(levelOf(next + 1));
        i = next + 1;
    }
    steps.x.push_back(std::max(to, steps.x.back()));
    steps.y.push_back(steps.y.back());
    return result;
}

void addElements(Figure& figure, const TensorResult& result)
{
    BlockElements elements(result);
    Series points;
    points.name = Panels::tr("elements of the block");
    points.csvName = QStringLiteral("dequantized [-]");
    points.kind = SeriesKind::Points;
    points.color = ColorRole::Dequantized;
    points.x = std::move(elements.x);
    points.y = std::move(elements.y);
    figure.note =
        Panels::tr("%1 elements share the block's scales").arg(QString::number(points.x.size()));
    figure.accessible = Panels::tr("Transfer of %1: %2 elements, each at its dequantized value")
                            .arg(shownName(result))
                            .arg(points.x.size());
    figure.series.push_back(std::move(points));
}

void addSteps(Figure& figure, const GridView& grid, const std::array<double, 2>& view)
{
    double from = std::min(figure.x.min, view[0]);
    double to = std::max(figure.x.max, view[1]);
    double width = 0;
    if (grid.indexAt(to) - grid.indexAt(from) > kMostSteps) {
        // What is looked at, with some room for the next movement, as finely as pixels are.
        const double room = (view[1] - view[0]) / 50;
        from = view[0] - room;
        to = view[1] + room;
        if (grid.indexAt(to) - grid.indexAt(from) > kMostSteps)
            width = (to - from) / kMostSteps;
    }
    auto lower = staircase(grid, from, to, width, 0);
    lower.steps.name = grid.isStochastic() ? Panels::tr("rounded down") : Panels::tr("dequantized");
    lower.steps.csvName = QStringLiteral("dequantized [-]");
    figure.series.push_back(std::move(lower.steps));
    if (grid.isStochastic()) {
        auto upper = staircase(grid, from, to, width, 1);
        upper.steps.name = Panels::tr("rounded up");
        upper.steps.csvName = QStringLiteral("dequantized, rounded up [-]");
        upper.steps.style = LineStyle::Dotted;
        figure.series.push_back(std::move(upper.steps));
        figure.note = Panels::tr("either level, with chances that give x on average");
    }
    if (lower.merged)
        figure.note = grid.isUniform()
                          ? Panels::tr("%1 levels, steps finer than a pixel: zoom in")
                                .arg(QString::fromStdString(formatCount(grid.size())))
                          : Panels::tr("%1 levels, some steps finer than a pixel: zoom in")
                                .arg(QString::fromStdString(formatCount(grid.size())));
}

/// What real 0 becomes.
void addZeroMarker(Figure& figure, const TensorResult& result)
{
    const auto& params = result.shown->params;
    const auto quantizer = Quantizer::make(params, *Shape::make({1}), Rounding::HalfEven);
    if (!quantizer)
        return;
    const float zero = 0;
    std::int32_t code = 0;
    float y = 0;
    quantizer->quantize({&zero, 1}, 0, &code);
    quantizer->fakeQuantize({&zero, 1}, 0, &y);
    QString label = Panels::tr("0 \u2192 code %1").arg(codeText(params.dtype(), code));
    if (y != 0)
        label += Panels::tr(" = %1").arg(number(static_cast<double>(y)));
    const auto& scheme = info(params.qscheme());
    const bool movable =
        info(params.dtype()).isInteger() && !scheme.symmetric && !scheme.floatZeroPoint;
    figure.markers.push_back(
        {QStringLiteral("zero_point"), label, 0.0, ColorRole::Muted, LineStyle::Dotted, movable});
}

} // namespace

Figure transferFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Transfer"));
    const auto& result = *input.tensor;
    const GridView grid(result);
    Figure figure;
    figure.title = Panels::tr("Transfer of %1").arg(shownName(result));
    figure.x = valueAxis(result);
    const auto view = input.view.x.value_or(std::array{figure.x.min, figure.x.max});
    figure.y = {Panels::tr("dequantized"), QStringLiteral("-"), view[0], view[1], false, false};
    figure.provenance = provenance(result);

    Series identity;
    identity.name = Panels::tr("identity");
    identity.csvName = QStringLiteral("identity [-]");
    identity.color = ColorRole::Reference;
    identity.style = LineStyle::Dashed;
    identity.x = identity.y = {std::min(figure.x.min, view[0]), std::max(figure.x.max, view[1])};
    figure.series.push_back(std::move(identity));
    if (!grid.exists()) {
        addElements(figure, result);
        return figure;
    }
    addSteps(figure, grid, view);
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, result, grid);
    addZeroMarker(figure, result);
    figure.accessible =
        Panels::tr("Transfer staircase of %1: %2 levels from %3 to %4, %5")
            .arg(shownName(result), QString::fromStdString(formatCount(grid.size())),
                 number(grid.lowest()), number(grid.highest()), parametersText(result));
    return figure;
}

} // namespace qs
