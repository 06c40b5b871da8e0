// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/landscape_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// Colours reach this far below the best place: further down everything is as bad.
constexpr double kDeepestDb = 60;

double sqnrDb(double signal, double mse)
{
    return mse > 0 && signal > 0 ? 10 * std::log10(signal / mse)
                                 : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

Figure landscapeFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study =
        studyOf(input, StudyKind::Landscape, Panels::tr("SQNR over scale and zero_point"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& report = *result.shown;
    const auto& land = study->landscape;
    figure.title = Panels::tr("SQNR of %1 over scale and zero_point").arg(shownName(result));

    ColorMap map;
    map.csvName = QStringLiteral("SQNR [dB]");
    map.palette = input.view.mapColors == MapColors::Cividis ? Palette::Cividis : Palette::Viridis;
    map.x.assign(land.scales.begin(), land.scales.end());
    map.y.assign(land.zeroPoints.begin(), land.zeroPoints.end());
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t z = 0; z < map.y.size(); ++z) {
        for (std::size_t s = 0; s < map.x.size(); ++s) {
            const double db = sqnrDb(report.signalPower, land.at(s, z));
            map.values.push_back(db);
            if (std::isfinite(db)) {
                low = std::min(low, db);
                high = std::max(high, db);
            }
        }
    }
    if (!(low <= high)) {
        figure.emptyText = Panels::tr("Nothing to show: no place has an error.");
        figure.accessible = figure.emptyText;
        return figure;
    }
    const bool deep = low < high - kDeepestDb;
    low = std::max(low, high - kDeepestDb);
    if (high - low < 1)
        low = high - 1;
    const double ratio = std::sqrt(map.x[1] / map.x[0]);
    const double half = (map.y[1] - map.y[0]) / 2;
    figure.x = {Panels::tr("scale"),
                QStringLiteral("-"),
                map.x.front() / ratio,
                map.x.back() * ratio,
                true,
                false};
    figure.y = {Panels::tr("zero_point"),
                Panels::tr("code"),
                map.y.front() - half,
                map.y.back() + half,
                false,
                true};
    figure.y2 = Axis{Panels::tr("SQNR"), QStringLiteral("dB"), low, high, false, false};
    const double bestScale = map.x[study->bestScale];
    const double bestZero = map.y[study->bestZeroPoint];
    const double best = sqnrDb(report.signalPower, land.at(study->bestScale, study->bestZeroPoint));

    Series minimum;
    minimum.name = Panels::tr("best place");
    minimum.csvName = QStringLiteral("zero_point of the best place [code]");
    minimum.kind = SeriesKind::Points;
    minimum.marker = MarkerShape::Disc;
    minimum.color = ColorRole::Dequantized;
    minimum.x = {bestScale};
    minimum.y = {bestZero};
    minimum.choices = {QStringLiteral("scale_zero_point:%1,%2")
                           .arg(bestScale, 0, 'g', 17)
                           .arg(land.zeroPoints[study->bestZeroPoint])};
    figure.series.push_back(std::move(minimum));
    const auto scale = static_cast<double>(report.params.scaleAt(0));
    auto current = currentPoint(QStringLiteral("current zero_point [code]"), scale,
                                report.params.zeroPointAt(0), {});
    current.marker = MarkerShape::Cross;
    figure.series.push_back(std::move(current));
    figure.points.push_back({QStringLiteral("scale_zero_point"),
                             {},
                             scale,
                             static_cast<double>(report.params.zeroPointAt(0))});
    const auto number = [](double v) {
        return QString::fromStdString(formatShort(v));
    };
    figure.note =
        Panels::tr("best: %1 dB at scale %2, zero_point %3")
            .arg(std::isfinite(best) ? number(best) : QStringLiteral("\u221e"), number(bestScale))
            .arg(land.zeroPoints[study->bestZeroPoint]);
    if (deep)
        figure.note += Panels::tr("; darkest: %1 dB and less").arg(number(low));
    figure.accessible = figure.title + Panels::tr("; now scale %1, zero_point %2; %3")
                                           .arg(number(scale))
                                           .arg(report.params.zeroPointAt(0))
                                           .arg(figure.note);
    figure.map = std::move(map);
    return figure;
}

} // namespace qs
