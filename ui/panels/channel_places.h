// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

#include <limits>
#include <optional>
#include <vector>

namespace qs {

/// The channels, groups or blocks in the order in which they are shown.
std::vector<std::size_t> orderOf(const std::vector<ChannelErrors>& channels, ChannelOrder order);

/// Which of them is at a place of that axis; none beyond them.
std::optional<std::int64_t> channelAt(const PanelInput& input, double x);

/// What is drawn at one place: a channel, or several neighbours together. NaN: nothing.
struct ChannelPlace {
    static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
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

/// Where the channels of a result stand side by side, and what is said of each.
class ChannelPlaces {
public:
    ChannelPlaces(const TensorResult& result, const std::vector<ChannelErrors>& channels,
                  ChannelOrder order);

    const std::vector<std::size_t>& order() const { return m_order; }
    bool isParted() const { return m_parted; }
    const QString& part() const { return m_part; }   ///< "channel", "group", "block"
    const QString& parts() const { return m_parts; } ///< "channels", "groups", "blocks"

    std::size_t each = 1; ///< channels at a place
    std::vector<ChannelPlace> all;

private:
    void add(std::size_t begin, std::size_t end);
    QString labelOf(std::size_t channel) const;

    const TensorResult& m_result;
    const std::vector<ChannelErrors>& m_channels;
    std::vector<std::size_t> m_order;
    bool m_parted;
    QString m_part;
    QString m_parts;
};

} // namespace qs
