// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/channel_places.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qs {
namespace {

/// More bars than this say no more on any screen: neighbours are drawn together.
constexpr std::size_t kMostBars = 2000;

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

QString partsName(const QuantSpec& spec, bool parted)
{
    if (info(spec.dtype).family == Family::Ggml)
        return Panels::tr("blocks");
    return parted && info(spec.qschemeInUse()).perGroup() ? Panels::tr("groups")
                                                          : Panels::tr("channels");
}

} // namespace

std::vector<std::size_t> orderOf(const std::vector<ChannelErrors>& channels, ChannelOrder order)
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

std::optional<std::int64_t> channelAt(const PanelInput& input, double x)
{
    if (!input.study || input.study->key.kind != StudyKind::Channels)
        return std::nullopt;
    const auto order = orderOf(input.study->channels, input.view.channelOrder);
    const auto place = std::lround(x);
    if (place < 0 || place >= static_cast<long>(order.size()))
        return std::nullopt;
    return static_cast<std::int64_t>(order[static_cast<std::size_t>(place)]);
}

ChannelPlaces::ChannelPlaces(const TensorResult& result, const std::vector<ChannelErrors>& channels,
                             ChannelOrder order)
    : m_result(result),
      m_channels(channels),
      m_order(orderOf(channels, order)),
      m_parted(info(result.report->params.qscheme()).granularity != Granularity::Tensor),
      m_part(m_parted ? partName(result.report->spec) : Panels::tr("channel")),
      m_parts(partsName(result.report->spec, m_parted))
{
    each = (m_order.size() + kMostBars - 1) / kMostBars;
    for (std::size_t i = 0; i < m_order.size(); i += each)
        add(i, std::min(i + each, m_order.size()));
}

void ChannelPlaces::add(std::size_t begin, std::size_t end)
{
    ChannelPlace place;
    place.x = static_cast<double>(begin + end - 1) / 2;
    const auto& params = m_result.report->params;
    for (std::size_t i = begin; i < end; ++i) {
        const auto& channel = m_channels[m_order[i]];
        if (channel.n == 0)
            continue;
        // fmin and fmax leave NaN out.
        place.min = std::fmin(place.min, static_cast<double>(channel.min));
        place.max = std::fmax(place.max, static_cast<double>(channel.max));
        place.sqnr = std::fmin(place.sqnr, channel.sqnrDb().value_or(ChannelPlace::kNone));
        if (each == 1 && channel.quartiles) {
            place.q1 = (*channel.quartiles)[0];
            place.q3 = (*channel.quartiles)[1];
        }
        if (const auto covered = params.coveredRange(m_parted ? m_order[i] : 0)) {
            place.low = std::fmin(place.low, static_cast<double>((*covered)[0]));
            place.high = std::fmax(place.high, static_cast<double>((*covered)[1]));
        }
    }
    place.label = each == 1
                      ? labelOf(m_order[begin])
                      : Panels::tr("%1 %2: %3 \u2026 %4, worst SQNR %5 dB")
                            .arg(end - begin)
                            .arg(m_parts, number(place.min), number(place.max), number(place.sqnr));
    if (each == 1 && m_parted)
        place.choice = QStringLiteral("channel:%1").arg(m_order[begin]);
    all.push_back(std::move(place));
}

QString ChannelPlaces::labelOf(std::size_t channel) const
{
    const auto& errors = m_channels[channel];
    QString text = QStringLiteral("%1 %2: ").arg(m_part).arg(channel);
    if (errors.n == 0)
        return text + Panels::tr("no finite element");
    text +=
        QStringLiteral("%1 \u2026 %2")
            .arg(number(static_cast<double>(errors.min)), number(static_cast<double>(errors.max)));
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

} // namespace qs
