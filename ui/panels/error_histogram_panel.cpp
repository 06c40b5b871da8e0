// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/error_histogram_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>

namespace qs {
namespace {

/// Counts to density: the area under all bins is the share of elements in [-1, 1] LSB. `step`: what
/// an LSB is on the axis.
Series density(const Histogram& h, double n, double step, const QString& name,
               const QString& csvName)
{
    Series series;
    series.name = name;
    series.csvName = csvName;
    series.kind = SeriesKind::Histogram;
    for (std::size_t i = 0; i < h.counts.size(); ++i) {
        series.x.push_back(h.edge(i) * step);
        series.y.push_back(static_cast<double>(h.counts[i]) / (n * h.width() * step));
    }
    series.x.push_back(h.hi * step);
    series.y.push_back(0);
    return series;
}

/// What an LSB is as a value, where it is the same for every element.
std::optional<double> commonStep(const Report& report)
{
    const auto& params = report.params;
    const auto& row = info(params.dtype());
    const bool uniform = row.isInteger() || (row.isSigned && row.family == Family::Float);
    if (!uniform || params.channels() > 1)
        return std::nullopt;
    return static_cast<double>(params.stepAt(0)) *
           (row.isInteger() ? 1.0 : static_cast<double>(row.format.minSubnormal()));
}

} // namespace

Figure errorHistogramFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Error histogram"));
    const auto& result = *input.tensor;
    // One scale per channel: errors of the whole tensor are in units of their own element's scale.
    const auto& report = *result.report;
    const auto n = static_cast<double>(std::max<std::int64_t>(report.n(), 1));
    Figure figure;
    figure.title = Panels::tr("Error histogram of %1")
                       .arg(QString::fromStdString(result.facts->tensor.name()));
    const auto asValue =
        input.view.errorUnit == ErrorUnit::Value ? commonStep(report) : std::nullopt;
    const double step = asValue.value_or(1);
    const QString unit = asValue ? QStringLiteral("x") : QStringLiteral("LSB");
    figure.x = {Panels::tr("error (dequantized \u2212 x)"),
                asValue ? QStringLiteral("-") : errorUnit(result),
                -step,
                step,
                false,
                false};
    figure.provenance = provenance(result);

    auto rounding = density(report.roundingErrors, n, step, Panels::tr("rounding"),
                            QStringLiteral("rounding density [1/%1]").arg(unit));
    rounding.color = ColorRole::Rounding;
    auto clipping = density(report.clippingErrors, n, step, Panels::tr("clipping"),
                            QStringLiteral("clipping density [1/%1]").arg(unit));
    clipping.color = ColorRole::Clipping;
    clipping.hatched = true;
    Series uniform;
    uniform.name = Panels::tr("uniform reference");
    uniform.csvName = QStringLiteral("uniform density [1/%1]").arg(unit);
    uniform.kind = SeriesKind::Line;
    uniform.color = ColorRole::Reference;
    uniform.style = LineStyle::Dashed;
    if (report.spec.rounding == Rounding::Stochastic) {
        // Down by f with the chance 1 - f, up by 1 - f with the chance f.
        uniform.x = {-1, 0, 1};
        uniform.y = {0, 1, 0};
    } else {
        const double from = report.spec.rounding == Rounding::Floor ? -1.0 : -0.5;
        uniform.x = {from, from, from + 1, from + 1};
        uniform.y = {0, 1, 1, 0};
    }

    for (double& x : uniform.x)
        x *= step;
    for (double& y : uniform.y)
        y /= step;

    double top = 1 / step;
    for (const auto* series : {&rounding, &clipping})
        top = std::max(top, *std::max_element(series->y.begin(), series->y.end()));
    figure.y = {
        Panels::tr("density"), QStringLiteral("1/%1").arg(unit), 0, top * 1.15, false, false};
    const auto beyond = report.clippingErrors.below + report.clippingErrors.above +
                        report.roundingErrors.below + report.roundingErrors.above;
    if (beyond > 0)
        figure.note =
            Panels::tr("%1 % of the errors are beyond \u00b11 LSB")
                .arg(QString::fromStdString(formatShort(100 * static_cast<double>(beyond) / n)));
    else if (const auto& row = info(report.params.dtype());
             !row.isInteger() && !row.isSigned && row.family != Family::Ggml)
        figure.note = Panels::tr("1 LSB: the distance of the levels around each element");
    if (input.view.errorUnit == ErrorUnit::Value && !asValue)
        figure.note = Panels::tr("in LSB: elements have steps of different sizes");
    const bool anyClipped = report.clippedLow + report.clippedHigh > 0;
    figure.series = {std::move(rounding), std::move(uniform)};
    if (anyClipped)
        figure.series.insert(figure.series.begin() + 1, std::move(clipping));
    figure.accessible = Panels::tr("Error histogram of %1: RMSE %2")
                            .arg(QString::fromStdString(result.facts->tensor.name()),
                                 QString::fromStdString(formatShort(report.rmse())));
    return figure;
}

} // namespace qs
