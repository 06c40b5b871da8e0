// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/channels_panel.h"

#include "core/base/text.h"
#include "core/pipeline/quantizer_study.h"
#include "ui/panels/channel_places.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

Series bars(const ChannelPlaces& places, double ChannelPlace::*from, double ChannelPlace::*to,
            const QString& name, const char* csvName, ColorRole color, double share)
{
    Series series;
    series.name = name;
    series.csvName = QLatin1String(csvName);
    series.kind = SeriesKind::Bars;
    series.color = color;
    series.share = share;
    for (const auto& place : places.all) {
        series.x.push_back(place.x);
        series.y.push_back(place.*from);
        series.y2.push_back(place.*to);
    }
    return series;
}

Series level(double end, double value, ColorRole color, LineStyle style)
{
    Series series;
    series.color = color;
    series.style = style;
    series.x = {-0.5, end};
    series.y = {value, value};
    return series;
}

/// What one grid for all channels covers, or would have to: a band, or the tensor's ends.
void addCommonRange(Figure& figure, const ChannelPlaces& places, const TensorResult& result)
{
    const auto& stats = result.facts->stats;
    const auto covered = result.report->params.coveredRange(0);
    const double end = figure.x.max;
    if (!places.isParted() && covered) {
        const double low = static_cast<double>((*covered)[0]);
        const double high = static_cast<double>((*covered)[1]);
        Series band = level(end, low, ColorRole::Dequantized, LineStyle::Solid);
        band.kind = SeriesKind::Band;
        band.name = Panels::tr("range of the one grid");
        band.csvName = QStringLiteral("range of the grid");
        band.y2 = {high, high};
        figure.series.push_back(std::move(band));
        for (const double value : {low, high}) {
            figure.series.push_back(level(end, value, ColorRole::Dequantized, LineStyle::Solid));
            figure.series.back().csvName = QStringLiteral("end of the grid");
        }
        return;
    }
    for (const float value : {stats.min, stats.max}) {
        figure.series.push_back(
            level(end, static_cast<double>(value), ColorRole::Reference, LineStyle::Dashed));
        figure.series.back().csvName = QStringLiteral("end of the tensor's values");
        if (value == stats.min)
            figure.series.back().name = Panels::tr("whole tensor");
        if (stats.min == stats.max)
            return;
    }
}

/// The data's range with room, and as much of what codes cover as is near it: casts cover more than
/// can be shown.
Axis valuesAxis(const ChannelPlaces& places, const TensorStats& stats)
{
    double low = static_cast<double>(stats.min);
    double high = static_cast<double>(stats.max);
    const double middle = low / 2 + high / 2;
    const double reach = 1.5 * (high - low);
    for (const auto& place : places.all) {
        if (place.low >= middle - reach)
            low = std::fmin(low, place.low);
        if (place.high <= middle + reach)
            high = std::fmax(high, place.high);
    }
    const double size = std::max(std::fabs(low), std::fabs(high));
    const double room = high > low ? (high - low) * 0.06 : size > 0 ? size / 2 : 1;
    return {Panels::tr("value x"), QStringLiteral("-"), low - room, high + room, false, false};
}

void addSqnr(Figure& figure, const ChannelPlaces& places)
{
    Series sqnr;
    sqnr.name = Panels::tr("SQNR (right axis)");
    sqnr.csvName = QStringLiteral("SQNR [dB]");
    sqnr.kind = SeriesKind::Points;
    sqnr.color = ColorRole::Rounding;
    sqnr.rightAxis = true;
    sqnr.labelsShown = false;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto& place : places.all) {
        if (!std::isfinite(place.sqnr))
            continue;
        sqnr.x.push_back(place.x);
        sqnr.y.push_back(place.sqnr);
        sqnr.labels.push_back(place.label);
        sqnr.choices.push_back(place.choice);
        low = std::min(low, place.sqnr);
        high = std::max(high, place.sqnr);
    }
    if (sqnr.x.empty())
        return;
    figure.y2 = sqnrAxis(low, high);
    figure.series.push_back(std::move(sqnr));
}

void addShownChannel(Figure& figure, const ChannelPlaces& places, const TensorResult& result)
{
    if (!result.channel)
        return;
    const auto& order = places.order();
    const auto at =
        std::find(order.begin(), order.end(), static_cast<std::size_t>(*result.channel));
    if (at == order.end())
        return;
    Marker marker;
    marker.label = QStringLiteral("%1 %2").arg(places.part()).arg(*result.channel);
    marker.x = static_cast<double>(at - order.begin());
    marker.style = LineStyle::Dotted;
    figure.markers.push_back(std::move(marker));
}

void addPickedElement(Figure& figure, const PanelInput& input,
                      const std::vector<ChannelErrors>& channels)
{
    if (!input.picked || !std::isfinite(input.picked->x))
        return;
    const auto& tensor = input.tensor->facts->tensor;
    const auto layout = channelLayout(input.tensor->report->spec, tensor.shape());
    if (!layout)
        return;
    const auto channel = static_cast<std::size_t>(layout->indexOf(input.picked->index));
    const auto order = orderOf(channels, input.view.channelOrder);
    const auto at = std::find(order.begin(), order.end(), channel);
    if (at == order.end())
        return;
    Series series;
    series.name = Panels::tr("picked");
    series.csvName = QStringLiteral("picked value");
    series.kind = SeriesKind::Points;
    series.color = ColorRole::Accent;
    series.marker = MarkerShape::Diamond;
    series.x = {static_cast<double>(at - order.begin())};
    series.y = {static_cast<double>(input.picked->x)};
    series.labels = {Panels::tr("x = %1").arg(number(static_cast<double>(input.picked->x)))};
    figure.series.push_back(std::move(series));
}

} // namespace

Figure channelsFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study = studyOf(input, StudyKind::Channels,
                                Panels::tr("Ranges and errors of each channel"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& spec = result.report->spec;
    const ChannelPlaces places(result, study->channels, input.view.channelOrder);
    const auto count =
        QString::fromStdString(formatCount(static_cast<long long>(study->channels.size())));
    const auto name = QString::fromStdString(result.facts->tensor.name());
    const int axis = channelAxis(spec, result.facts->tensor.shape());
    figure.title =
        places.isParted()
            ? Panels::tr("%1 %2 of %3, each with its own scale").arg(count, places.parts(), name)
            : Panels::tr("%1 %2 of %3 under one scale").arg(count, places.parts(), name);
    const QString along = Panels::tr("%1 (axis %2)").arg(places.part()).arg(axis);
    figure.x = {input.view.channelOrder == ChannelOrder::Index ? along
                : input.view.channelOrder == ChannelOrder::Range
                    ? Panels::tr("%1, widest first").arg(along)
                    : Panels::tr("%1, worst SQNR first").arg(along),
                input.view.channelOrder == ChannelOrder::Index ? Panels::tr("index")
                                                               : Panels::tr("place"),
                -0.5,
                static_cast<double>(study->channels.size()) - 0.5,
                false,
                true};
    figure.y = valuesAxis(places, result.facts->stats);

    addCommonRange(figure, places, result);
    auto whiskers = bars(places, &ChannelPlace::min, &ChannelPlace::max,
                         Panels::tr("min \u2026 max"), "value", ColorRole::Float, 0.3);
    whiskers.labelsShown = false;
    for (const auto& place : places.all)
        whiskers.labels.push_back(place.label);
    for (const auto& place : places.all)
        whiskers.choices.push_back(place.choice);
    const bool quartiles = std::any_of(places.all.begin(), places.all.end(),
                                       [](const ChannelPlace& p) { return std::isfinite(p.q1); });
    if (!quartiles)
        whiskers.share = 0.7;
    figure.series.push_back(std::move(whiskers));
    if (quartiles)
        figure.series.push_back(bars(places, &ChannelPlace::q1, &ChannelPlace::q3,
                                     Panels::tr("middle half"), "quartiles", ColorRole::Float,
                                     0.7));
    const bool grids = std::any_of(places.all.begin(), places.all.end(),
                                   [](const ChannelPlace& p) { return std::isfinite(p.low); });
    if (places.isParted() && grids) {
        figure.series.push_back(bars(places, &ChannelPlace::high, &ChannelPlace::high,
                                     Panels::tr("lowest and highest level"), "highest level",
                                     ColorRole::Dequantized, 0.9));
        figure.series.push_back(bars(places, &ChannelPlace::low, &ChannelPlace::low, {},
                                     "lowest level", ColorRole::Dequantized, 0.9));
    }
    addSqnr(figure, places);
    addShownChannel(figure, places, result);
    addPickedElement(figure, input, study->channels);

    // Always of all channels, whatever is drawn together.
    const auto worst = orderOf(study->channels, ChannelOrder::Sqnr).front();
    const auto db = study->channels[worst].sqnrDb();
    if (places.each > 1)
        figure.note = Panels::tr("a bar: %1 neighbours from the lowest to the highest value, with "
                                 "the worst SQNR")
                          .arg(places.each);
    else if (db)
        figure.note =
            Panels::tr("worst: %1 %2, %3 dB").arg(places.part()).arg(worst).arg(number(*db));
    figure.accessible = figure.title;
    if (db)
        figure.accessible += Panels::tr("; the worst is %1 %2 with an SQNR of %3 dB")
                                 .arg(places.part())
                                 .arg(worst)
                                 .arg(number(*db));
    return figure;
}

} // namespace qs
