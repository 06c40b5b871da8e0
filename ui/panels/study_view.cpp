// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/study_view.h"

#include "core/pipeline/session_request.h"
#include "ui/panels/grid_view.h"

namespace qs {

const TensorStudy* studyOf(const PanelInput& input, StudyKind kind, const QString& name,
                           Figure& figure)
{
    if (!input.tensor) {
        figure = emptyFigure(name);
        return nullptr;
    }
    const auto& result = *input.tensor;
    figure.provenance = provenance(result);
    figure.title = name;
    const auto request = studyRequestOf(result, input.view, kind);
    const auto* study = input.study.get();
    if (study != nullptr && study->key == StudyKey::of(request)) {
        if (study->problem.empty())
            return study;
        figure.emptyText =
            Panels::tr("Nothing to show: %1.").arg(QString::fromStdString(study->problem));
    } else {
        figure.emptyText =
            input.studyNote.isEmpty() ? Panels::tr("Being computed\u2026") : input.studyNote;
    }
    figure.accessible = figure.emptyText;
    return nullptr;
}

Axis sqnrAxis(double min, double max)
{
    const double room = std::max(max - min, 1.0) * 0.06;
    return {Panels::tr("SQNR"), QStringLiteral("dB"), min - room, max + room, false, false};
}

Series currentPoint(const QString& csvName, double x, double y, const QString& label)
{
    Series point;
    point.name = Panels::tr("current");
    point.csvName = csvName;
    point.kind = SeriesKind::Points;
    point.marker = MarkerShape::Diamond;
    point.color = ColorRole::Accent;
    point.x = {x};
    point.y = {y};
    point.labels = {label};
    return point;
}

} // namespace qs
