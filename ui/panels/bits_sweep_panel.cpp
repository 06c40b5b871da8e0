// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/bits_sweep_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>

namespace qs {

Figure bitsSweepFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study = studyOf(input, StudyKind::Bits, Panels::tr("What a bit buys"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& report = *result.report;
    const auto& row = info(report.params.dtype());
    const auto name = QString::fromStdString(result.facts->tensor.name());
    figure.title = Panels::tr("What a bit buys: %1").arg(name);
    figure.x = {Panels::tr("bits"), Panels::tr("bit"), 1.5, 16.5, false, true};

    double low = uniformSqnrDb(2);
    double high = uniformSqnrDb(16);
    constexpr LineStyle kStyles[] = {LineStyle::Solid, LineStyle::Dashed};
    constexpr MarkerShape kShapes[] = {MarkerShape::Disc, MarkerShape::Square};
    constexpr ColorRole kColors[] = {ColorRole::Dequantized, ColorRole::FakeQuant};
    for (std::size_t i = 0; i < study->bits.size(); ++i) {
        const auto& of = study->bits[i];
        Series series;
        series.name = QString::fromStdString(of.observer);
        series.csvName = QStringLiteral("SQNR, %1 [dB]").arg(series.name);
        series.style = kStyles[i % 2];
        series.marker = kShapes[i % 2];
        series.color = kColors[i % 2];
        for (const auto& point : of.curve) {
            if (const auto db = point.errors.sqnrDb()) {
                series.x.push_back(point.at);
                series.y.push_back(*db);
                series.choices.push_back(QStringLiteral("bits:%1").arg(point.at));
                low = std::min(low, *db);
                high = std::max(high, *db);
            }
        }
        figure.series.push_back(std::move(series));
    }
    Series uniform;
    uniform.name = Panels::tr("evenly spread values: 6.02 dB a bit");
    uniform.csvName = QStringLiteral("SQNR of evenly spread values [dB]");
    uniform.color = ColorRole::Reference;
    uniform.style = LineStyle::Dotted;
    for (int bits = 2; bits <= 16; ++bits) {
        uniform.x.push_back(bits);
        uniform.y.push_back(uniformSqnrDb(bits));
    }
    figure.series.push_back(std::move(uniform));
    const auto db = report.sqnrDb();
    const auto bits = row.family == Family::Ggml ? report.bitsPerWeight() : row.bits;
    const auto dtype = QString::fromUtf8(row.name.data(), static_cast<qsizetype>(row.name.size()));
    if (db) {
        low = std::min(low, *db);
        high = std::max(high, *db);
        figure.x.max = std::max(figure.x.max, bits + 0.5);
        figure.series.push_back(
            currentPoint(QStringLiteral("current SQNR [dB]"), bits, *db, dtype));
    }
    figure.y = sqnrAxis(low, high);
    figure.accessible =
        Panels::tr("SQNR of %1 against bits; now %2 dB with %3")
            .arg(name, db ? QString::fromStdString(formatShort(*db)) : QStringLiteral("\u2013"),
                 dtype);
    return figure;
}

} // namespace qs
