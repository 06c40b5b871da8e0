// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "record.h"

#include <QJsonArray>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

double luminance(const QColor& color)
{
    const auto linear = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(static_cast<double>(color.redF())) +
           0.7152 * linear(static_cast<double>(color.greenF())) +
           0.0722 * linear(static_cast<double>(color.blueF()));
}

double rounded(double v, double digits)
{
    return std::round(v * digits) / digits;
}

QJsonArray toJson(const QRectF& rect)
{
    return {rounded(rect.x(), 100), rounded(rect.y(), 100), rounded(rect.width(), 100),
            rounded(rect.height(), 100)};
}

QJsonObject toJson(const Axis& axis)
{
    return {{"title", axis.title},
            {"unit", axis.unit},
            {"min", axis.min},
            {"max", axis.max},
            {"log", axis.log}};
}

QJsonObject toJson(const TextRecord& text)
{
    QJsonObject json{{"text", text.text},
                     {"rect", toJson(text.rect)},
                     {"px", rounded(text.px, 100)},
                     {"family", text.family},
                     {"color", text.color.name(QColor::HexArgb)},
                     {"background", text.background.name()},
                     {"contrast", rounded(text.contrast, 100)},
                     {"widget", text.widget},
                     {"enabled", text.enabled},
                     {"cut", text.cut},
                     {"elided", text.elided}};
    if (text.plot >= 0)
        json["plot"] = text.plot;
    return json;
}

QJsonObject toJson(const PlotRecord& plot)
{
    const auto& figure = plot.figure;
    QJsonArray legend;
    for (const auto& series : figure.series) {
        if (figure.legend && !series.name.isEmpty())
            legend.append(series.name);
    }
    QJsonArray markers;
    for (const auto& marker : figure.markers)
        markers.append(QJsonObject{{"id", marker.id}, {"label", marker.label}, {"x", marker.x}});
    QJsonObject json{{"title", figure.title},
                     {"note", figure.note},
                     {"empty_text", figure.emptyText},
                     {"rect", toJson(plot.rect)},
                     {"axes", toJson(plot.axes)},
                     {"x_range", QJsonArray{plot.xMin, plot.xMax}},
                     {"y_range", QJsonArray{plot.yMin, plot.yMax}},
                     {"x", toJson(figure.x)},
                     {"y", toJson(figure.y)},
                     {"legend", legend},
                     {"markers", markers}};
    if (figure.y2)
        json["y2"] = toJson(*figure.y2);
    return json;
}

QJsonObject toJson(const ControlRecord& control)
{
    return {{"kind", control.kind},           {"name", control.name},
            {"text", control.text},           {"tip", control.tip},
            {"rect", toJson(control.rect)},   {"enabled", control.enabled},
            {"focusable", control.focusable}, {"invalid", control.invalid},
            {"problem", control.problem},     {"why_not", control.whyNot}};
}

template <typename Rows>
QJsonArray listOf(const Rows& rows)
{
    QJsonArray list;
    for (const auto& row : rows)
        list.append(toJson(row));
    return list;
}

} // namespace

bool isDimmed(const Record& record, int plot)
{
    return std::any_of(record.texts.begin(), record.texts.end(), [&](const TextRecord& text) {
        return plot >= 0 && text.plot == plot && text.text == QLatin1String("updating");
    });
}

double contrastOf(const QColor& a, const QColor& b)
{
    const auto [low, high] = std::minmax({luminance(a), luminance(b)});
    return (high + 0.05) / (low + 0.05);
}

QJsonObject toJson(const Record& record)
{
    return {{"state", record.state},
            {"theme", record.theme},
            {"size", QJsonArray{record.size.width(), record.size.height()}},
            {"dpr", record.dpr},
            {"focus", toJson(record.focus)},
            {"ring", toJson(record.ring)},
            {"texts", listOf(record.texts)},
            {"plots", listOf(record.plots)},
            {"controls", listOf(record.controls)}};
}

} // namespace qs
