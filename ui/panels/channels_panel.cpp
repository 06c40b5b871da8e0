// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/channels_panel.h"

#include "core/base/text.h"
#include "core/pipeline/quantizer_study.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qs {
namespace {

/// More bars than this say no more on any screen: neighbours are drawn together.
constexpr std::size_t kMostBars = 2000;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

double sqnrOf(const ChannelErrors& channel)
{
    return channel.sqnrDb().value_or(kNone);
}

/// The channels in the order in which they are shown.
std::vector<std::size_t> ordered(const std::vector<ChannelErrors>& channels, ChannelOrder order)
{
    std::vector<std::size_t> places(channels.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    // Channels without an error, or without elements, come last.
    const auto worst = [&](std::size_t i) {
        return channels[i].sqnrDb().value_or(std::numeric_limits<double>::infinity());
    };
    const auto reach = [&](std::size_t i) {
        return channels[i].n > 0 ? channels[i].reach() : -1;
    };
    if (order == ChannelOrder::Range)
        std::stable_sort(places.begin(), places.end(),
                         [&](auto a, auto b) { return reach(a) > reach(b); });
    if (order == ChannelOrder::Sqnr)
        std::stable_sort(places.begin(), places.end(),
                         [&](auto a, auto b) { return worst(a) < worst(b); });
    return places;
}

QString partsName(const QuantSpec& spec, bool parted)
{
    if (info(spec.dtype).family == Family::Ggml)
        return Panels::tr("blocks");
    return parted && info(spec.qschemeInUse()).perGroup() ? Panels::tr("groups")
                                                          : Panels::tr("channels");
}

/// What is drawn at one place: a channel, or several neighbours together.
struct Place {
    double x = 0;
    double min = kNone;
    double max = kNone;
    double low = kNone; ///< what its codes cover
    double high = kNone;
    double q1 = kNone;
    double q3 = kNone;
    double sqnr = kNone; ///< the worst of them
    QString label;
    QString choice; ///< a click shows this channel; empty: there is nothing to choose
};

class Places {
public:
    Places(const TensorResult& result, const std::vector<ChannelErrors>& channels,
           ChannelOrder order)
        : m_result(result),
          m_channels(channels),
          m_order(ordered(channels, order)),
          m_parted(info(result.report->params.qscheme()).granularity != Granularity::Tensor),
          m_part(m_parted ? partName(result.report->spec) : Panels::tr("channel")),
          m_parts(partsName(result.report->spec, m_parted))
    {
        each = (m_order.size() + kMostBars - 1) / kMostBars;
        for (std::size_t i = 0; i < m_order.size(); i += each)
            add(i, std::min(i + each, m_order.size()));
    }

    const std::vector<std::size_t>& order() const { return m_order; }
    bool isParted() const { return m_parted; }
    const QString& part() const { return m_part; }   ///< "channel", "group", "block"
    const QString& parts() const { return m_parts; } ///< "channels", "groups", "blocks"

    std::size_t each = 1; ///< channels at a place
    std::vector<Place> all;

private:
    void add(std::size_t begin, std::size_t end)
    {
        Place place;
        place.x = static_cast<double>(begin + end - 1) / 2;
        const auto& params = m_result.report->params;
        for (std::size_t i = begin; i < end; ++i) {
            const auto& channel = m_channels[m_order[i]];
            if (channel.n == 0)
                continue;
            // fmin and fmax leave NaN out.
            place.min = std::fmin(place.min, static_cast<double>(channel.min));
            place.max = std::fmax(place.max, static_cast<double>(channel.max));
            place.sqnr = std::fmin(place.sqnr, sqnrOf(channel));
            if (each == 1 && channel.quartiles) {
                place.q1 = (*channel.quartiles)[0];
                place.q3 = (*channel.quartiles)[1];
            }
            if (const auto covered = params.coveredRange(m_parted ? m_order[i] : 0)) {
                place.low = std::fmin(place.low, static_cast<double>((*covered)[0]));
                place.high = std::fmax(place.high, static_cast<double>((*covered)[1]));
            }
        }
        place.label =
            each == 1 ? labelOf(m_order[begin])
                      : Panels::tr("%1 %2: %3 \u2026 %4, worst SQNR %5 dB")
                            .arg(end - begin)
                            .arg(m_parts, number(place.min), number(place.max), number(place.sqnr));
        if (each == 1 && m_parted)
            place.choice = QStringLiteral("channel:%1").arg(m_order[begin]);
        all.push_back(std::move(place));
    }

    QString labelOf(std::size_t channel) const
    {
        const auto& errors = m_channels[channel];
        QString text = QStringLiteral("%1 %2: ").arg(m_part).arg(channel);
        if (errors.n == 0)
            return text + Panels::tr("no finite element");
        text += QStringLiteral("%1 \u2026 %2")
                    .arg(number(static_cast<double>(errors.min)),
                         number(static_cast<double>(errors.max)));
        const auto db = errors.sqnrDb();
        text += db                  ? Panels::tr(", SQNR %1 dB").arg(number(*db))
                : errors.signal > 0 ? Panels::tr(", without error")
                                    : Panels::tr(", only zeros");
        if (errors.codesUsed)
            text += *errors.codesUsed == 1 ? Panels::tr(", 1 code used")
                                           : Panels::tr(", %1 codes used").arg(*errors.codesUsed);
        if (errors.clipped > 0)
            text += Panels::tr(", %1 % clipped")
                        .arg(number(100 * static_cast<double>(errors.clipped) /
                                    static_cast<double>(errors.n)));
        return text;
    }

    const TensorResult& m_result;
    const std::vector<ChannelErrors>& m_channels;
    std::vector<std::size_t> m_order;
    bool m_parted;
    QString m_part;
    QString m_parts;
};

Series bars(const Places& places, double Place::*from, double Place::*to, const QString& name,
            const char* csvName, ColorRole color, double share)
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
void addCommonRange(Figure& figure, const Places& places, const TensorResult& result)
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
Axis valuesAxis(const Places& places, const TensorStats& stats)
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

void addSqnr(Figure& figure, const Places& places)
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

void addShownChannel(Figure& figure, const Places& places, const TensorResult& result)
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
    const auto order = ordered(channels, input.view.channelOrder);
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

std::optional<std::int64_t> channelAt(const PanelInput& input, double x)
{
    if (!input.study || input.study->key.kind != StudyKind::Channels)
        return std::nullopt;
    const auto order = ordered(input.study->channels, input.view.channelOrder);
    const auto place = std::lround(x);
    if (place < 0 || place >= static_cast<long>(order.size()))
        return std::nullopt;
    return static_cast<std::int64_t>(order[static_cast<std::size_t>(place)]);
}

Figure channelsFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study = studyOf(input, StudyKind::Channels,
                                Panels::tr("Ranges and errors of each channel"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& spec = result.report->spec;
    const Places places(result, study->channels, input.view.channelOrder);
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
    auto whiskers = bars(places, &Place::min, &Place::max, Panels::tr("min \u2026 max"), "value",
                         ColorRole::Float, 0.3);
    whiskers.labelsShown = false;
    for (const auto& place : places.all)
        whiskers.labels.push_back(place.label);
    for (const auto& place : places.all)
        whiskers.choices.push_back(place.choice);
    const bool quartiles = std::any_of(places.all.begin(), places.all.end(),
                                       [](const Place& p) { return std::isfinite(p.q1); });
    if (!quartiles)
        whiskers.share = 0.7;
    figure.series.push_back(std::move(whiskers));
    if (quartiles)
        figure.series.push_back(bars(places, &Place::q1, &Place::q3, Panels::tr("middle half"),
                                     "quartiles", ColorRole::Float, 0.7));
    const bool grids = std::any_of(places.all.begin(), places.all.end(),
                                   [](const Place& p) { return std::isfinite(p.low); });
    if (places.isParted() && grids) {
        figure.series.push_back(bars(places, &Place::high, &Place::high,
                                     Panels::tr("lowest and highest level"), "highest level",
                                     ColorRole::Dequantized, 0.9));
        figure.series.push_back(bars(places, &Place::low, &Place::low, {}, "lowest level",
                                     ColorRole::Dequantized, 0.9));
    }
    addSqnr(figure, places);
    addShownChannel(figure, places, result);
    addPickedElement(figure, input, study->channels);

    // Always of all channels, whatever is drawn together.
    const auto worst = ordered(study->channels, ChannelOrder::Sqnr).front();
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
