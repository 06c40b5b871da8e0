// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/range_curve_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// Of the curve's first and last point: narrower ranges clip almost everything alike.
constexpr double kNarrowest = 1.0 / 64;

Series line(const QString& name, const QString& csvName, ColorRole color, LineStyle style)
{
    Series series;
    series.name = name;
    series.csvName = csvName;
    series.color = color;
    series.style = style;
    return series;
}

/// The curves of what errors consist of.
void addCurves(Figure& figure, const ErrorCurve& curve)
{
    auto total = line(Panels::tr("total"), QStringLiteral("MSE [x\u00b2]"), ColorRole::Rounding,
                      LineStyle::Solid);
    auto rounding = line(Panels::tr("rounding"), QStringLiteral("rounding MSE [x\u00b2]"),
                         ColorRole::Rounding, LineStyle::Dashed);
    auto clipping = line(Panels::tr("clipping"), QStringLiteral("clipping MSE [x\u00b2]"),
                         ColorRole::Clipping, LineStyle::Dotted);
    for (const auto& point : curve) {
        for (auto* series : {&total, &rounding, &clipping})
            series->x.push_back(point.at);
        total.y.push_back(point.errors.mse());
        rounding.y.push_back(point.errors.roundingMse());
        clipping.y.push_back(point.errors.clippingMse());
    }
    figure.series.push_back(std::move(total));
    figure.series.push_back(std::move(rounding));
    figure.series.push_back(std::move(clipping));
}

Series observersOn(const std::vector<RangeChoice>& choices)
{
    Series points;
    points.name = Panels::tr("observers");
    points.csvName = QStringLiteral("observers' MSE [x\u00b2]");
    points.kind = SeriesKind::Points;
    points.marker = MarkerShape::Square;
    points.color = ColorRole::Dequantized;
    for (const auto& choice : choices) {
        points.x.push_back(choice.clip);
        points.y.push_back(choice.errors.mse());
        points.labels.push_back(QString::fromStdString(choice.observer));
        points.choices.push_back(QStringLiteral("observer:") + points.labels.back());
    }
    return points;
}

} // namespace

Figure rangeCurveFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study =
        studyOf(input, StudyKind::RangeCurve, Panels::tr("Error against clip range"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& curve = study->curve;
    figure.title = Panels::tr("Error of %1 against clip range").arg(shownName(result));
    figure.x = {Panels::tr("clip range, larger end"),
                QStringLiteral("-"),
                std::max(curve.front().at, curve.back().at * kNarrowest),
                curve.back().at,
                true,
                false};
    addCurves(figure, curve);
    figure.series.push_back(observersOn(study->choices));

    double low = std::numeric_limits<double>::infinity();
    double high = 0;
    const auto best =
        std::min_element(curve.begin(), curve.end(), [](const auto& a, const auto& b) {
            return a.errors.mse() < b.errors.mse();
        });
    for (const auto& point : curve) {
        if (point.errors.total() > 0)
            low = std::min(low, point.errors.mse());
        if (point.at >= figure.x.min)
            high = std::max(high, point.errors.mse());
    }
    if (!(high > 0))
        low = high = 1; // every level hits: nothing to draw on a log axis, but axes
    // The parts go on downwards without end; what matters is where they cross near the total.
    constexpr double kBelow = 10;
    figure.y = {Panels::tr("MSE"), QStringLiteral("x\u00b2"), low / kBelow, high * 2, true, false};

    const double now = study->clipOf(static_cast<double>(result.shown->params.stepAt(0)));
    figure.series.push_back(
        currentPoint(QStringLiteral("current MSE [x\u00b2]"), now, result.shown->mse, {}));
    const auto& spec = result.shown->spec;
    const QString label =
        spec.isFixed() ? Panels::tr("current")
                       : Panels::tr("current: %1").arg(QString::fromStdString(spec.observer));
    figure.markers.push_back(
        {QStringLiteral("clip_range"), label, now, ColorRole::Accent, LineStyle::Solid, true});
    const auto number = [](double v) {
        return QString::fromStdString(formatShort(v));
    };
    figure.note = Panels::tr("smallest error at %1").arg(number(best->at));
    figure.accessible =
        Panels::tr("Mean squared error of %1 against clip range: smallest, %2, at %3; now %4 at %5")
            .arg(shownName(result), number(best->errors.mse()), number(best->at),
                 number(result.shown->mse), number(now));
    return figure;
}

} // namespace qs
