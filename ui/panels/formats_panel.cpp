// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/formats_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>

namespace qs {

Figure formatsFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study =
        studyOf(input, StudyKind::Formats, Panels::tr("What each format buys"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& report = *result.report;
    const auto name = QString::fromStdString(result.facts->tensor.name());
    const auto dtypeName = [](DType dtype) {
        const auto& text = info(dtype).name;
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    };
    figure.title = Panels::tr("What each format buys: %1").arg(name);

    Series front;
    front.name = Panels::tr("front: nothing smaller is as good");
    front.csvName = QStringLiteral("SQNR of the front [dB]");
    front.marker = MarkerShape::Disc;
    front.color = ColorRole::Dequantized;
    Series others;
    others.name = Panels::tr("other formats");
    others.csvName = QStringLiteral("SQNR [dB]");
    others.kind = SeriesKind::Points;
    others.marker = MarkerShape::Square;
    others.color = ColorRole::Muted;
    others.labelsShown = false;

    std::vector<const RatePoint*> points;
    std::int64_t refused = 0;
    std::int64_t exact = 0;
    for (const auto& point : study->formats) {
        if (!point.problem.empty())
            ++refused;
        else if (!point.errors.sqnrDb())
            ++exact;
        else
            points.push_back(&point);
    }
    std::stable_sort(points.begin(), points.end(), [](const auto* a, const auto* b) {
        return a->bitsPerWeight < b->bitsPerWeight;
    });
    double low = 0;
    double high = 1;
    double fewest = 2;
    double most = 16;
    for (const auto* point : points) {
        const double db = *point->errors.sqnrDb();
        auto& series = point->onFront ? front : others;
        series.x.push_back(point->bitsPerWeight);
        series.y.push_back(db);
        series.labels.push_back(dtypeName(point->spec.dtype));
        series.choices.push_back(QStringLiteral("dtype:") + series.labels.back());
        low = std::min(low, db);
        high = std::max(high, db);
        fewest = std::min(fewest, point->bitsPerWeight);
        most = std::max(most, point->bitsPerWeight);
    }
    const auto db = report.sqnrDb();
    const double bits = report.bitsPerWeight();
    if (db) {
        low = std::min(low, *db);
        high = std::max(high, *db);
        fewest = std::min(fewest, bits);
        most = std::max(most, bits);
    }
    if (points.empty()) {
        figure.emptyText = exact > 0
                               ? Panels::tr("Every format holds this tensor without an error.")
                               : Panels::tr("No format can hold this tensor.");
        figure.accessible = figure.emptyText;
        return figure;
    }
    constexpr double kRoom = 1.25;
    figure.x = {Panels::tr("bits per weight"),
                Panels::tr("bit"),
                fewest / kRoom,
                most * kRoom,
                true,
                false};
    figure.y = sqnrAxis(low, high);
    figure.note = Panels::tr("%1 formats").arg(points.size());
    if (refused > 0)
        figure.note += Panels::tr("; %1 cannot hold it").arg(refused);
    if (exact > 0)
        figure.note += Panels::tr("; %1 without any error").arg(exact);
    const auto onFront = front.x.size();
    if (!others.x.empty())
        figure.series.push_back(std::move(others));
    if (!front.x.empty())
        figure.series.push_back(std::move(front));
    if (db)
        figure.series.push_back(currentPoint(QStringLiteral("current SQNR [dB]"), bits, *db,
                                             dtypeName(report.params.dtype())));
    figure.accessible =
        Panels::tr(
            "SQNR of %1 against bits per weight for %2 formats, %3 of them on the front; now "
            "%4 bits and %5 dB")
            .arg(name)
            .arg(points.size())
            .arg(onFront)
            .arg(QString::fromStdString(formatShort(bits)),
                 db ? QString::fromStdString(formatShort(*db)) : QStringLiteral("\u2013"));
    return figure;
}

} // namespace qs
