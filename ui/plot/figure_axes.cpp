// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_axes.h"

#include "ui/plot/axis_tickers.h"

#include <algorithm>

namespace qs {
namespace {

constexpr int pixelsPerXTick = 80;
constexpr int pixelsPerYTick = 38;
constexpr int roomForYAxis = 90; // what is above and below the axes, about

} // namespace

int FigureAxes::needed(QCP::MarginSide side)
{
    // Half of an x label sticks out where a tick is at the end of the axis.
    const auto [first, last] = endLabels();
    if (side == QCP::msLeft)
        return std::max(QCPAxisRect::calculateAutoMargin(side) + 4, first / 2 + 4);
    const bool hasRightAxis = axis(QCPAxis::atRight)->visible();
    const int strip = sides->room(true) > 0 ? sides->room(true) + 4 : 0;
    return std::max(hasRightAxis ? QCPAxisRect::calculateAutoMargin(side) + 4 : strip,
                    last / 2 + 8);
}

void FigureAxes::update(UpdatePhase phase)
{
    if (phase == upPreparation) {
        const auto count = [](int pixels, int perTick) {
            return std::clamp(pixels / perTick, 2, 12);
        };
        const QSize room = mParentPlot->viewport().size();
        axis(QCPAxis::atBottom)->ticker()->setTickCount(count(room.width() - 80, pixelsPerXTick));
        for (auto type : {QCPAxis::atLeft, QCPAxis::atRight})
            axis(type)->ticker()->setTickCount(count(room.height() - roomForYAxis, pixelsPerYTick));
        setRoomForNames();
        setRoomForSideBins();
    }
    QCPAxisRect::update(phase);
}

int FigureAxes::calculateAutoMargin(QCP::MarginSide side)
{
    switch (side) {
    case QCP::msLeft:
        return std::max(minimumLeft, needed(side));
    case QCP::msRight:
        return std::max(minimumRight, needed(side));
    case QCP::msTop: {
        const int left =
            mParentPlot->viewport().left() + std::max(minimumLeft, needed(QCP::msLeft));
        const int right =
            mParentPlot->viewport().right() - std::max(minimumRight, needed(QCP::msRight));
        const int strip = marks->stripHeight(left, right);
        return header->heightFor(mParentPlot->viewport().width()) + std::max(strip, 2);
    }
    default:
        return QCPAxisRect::calculateAutoMargin(side) + 4;
    }
}

void FigureAxes::setRoomForNames()
{
    const QSize room = mParentPlot->viewport().size();
    for (QCPAxis* each : axes()) {
        const auto names = each->ticker().dynamicCast<NameTicker>();
        if (!names)
            continue;
        const QFontMetrics metrics(each->tickLabelFont());
        if (each->orientation() == Qt::Vertical) {
            // Names may stand as close as their capitals allow. Below are ticks and a title.
            const int strip = marks->stripHeight(minimumLeft, room.width() - minimumRight);
            const int below = 2 * metrics.height() + 8;
            names->setRoom((room.height() - header->heightFor(room.width()) - strip - below) /
                           (metrics.capHeight() + 2));
            continue;
        }
        int widest = 1;
        for (const auto& [at, name] : names->names())
            widest = std::max(widest, metrics.horizontalAdvance(name));
        names->setRoom((room.width() - roomForYAxis) / (widest + 6));
    }
}

/// The y axes stand beyond the strips: their lines and ticks are those of the bars there, too.
void FigureAxes::setRoomForSideBins()
{
    const auto [first, last] = endLabels();
    sides->setGaps(first / 2, last / 2);
    axis(QCPAxis::atLeft)->setOffset(sides->room(false));
    if (sides->room(true) > 0)
        axis(QCPAxis::atRight)->setOffset(sides->room(true));
}

std::pair<int, int> FigureAxes::endLabels() const
{
    const QCPAxis* x = axis(QCPAxis::atBottom);
    const QVector<QString> labels = x->tickVectorLabels();
    if (labels.isEmpty())
        return {0, 0};
    const QFontMetrics metrics(x->tickLabelFont());
    return {metrics.horizontalAdvance(labels.first()), metrics.horizontalAdvance(labels.last())};
}

} // namespace qs
