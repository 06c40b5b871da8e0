// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_side_bins.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr int leastGap = 10;
constexpr int columnPadding = 6;
constexpr int leastColumn = 26;
constexpr double widestBar = 16;
constexpr double leastHeight = 2; // of a bar: one element of a million is there, too
constexpr double tear = 3;        // what is left out of a bar that is longer than its axis

/// "12", "12,345", "1.23M": in a narrow column. The pointer and the numbers say all digits.
QString countText(std::int64_t count)
{
    if (count < 100'000)
        return QString::fromStdString(formatCount(count));
    const auto value = static_cast<double>(count);
    const bool millions = count >= 1'000'000;
    return QString::number(value / (millions ? 1e6 : 1e3), 'f', millions && value < 1e8 ? 1 : 0) +
           (millions ? QLatin1Char('M') : QLatin1Char('k'));
}

} // namespace

FigureSideBins::FigureSideBins(QCPAxisRect* axes, const QString& layer)
    : QCPLayerable(axes->parentPlot(), layer), m_axes(axes)
{
}

int FigureSideBins::widthOf(const SideBin& bin) const
{
    const QFontMetrics metrics(m_style->ticks);
    return std::max({leastColumn, metrics.horizontalAdvance(bin.name) + columnPadding,
                     metrics.horizontalAdvance(countText(bin.count)) + columnPadding});
}

int FigureSideBins::stripWidth(bool right) const
{
    int width = 0;
    if (m_figure && m_style && m_figure->emptyText.isEmpty() && !m_figure->table) {
        for (const SideBin& bin : m_figure->sideBins)
            width += bin.right == right ? widthOf(bin) : 0;
    }
    return width;
}

int FigureSideBins::room(bool right) const
{
    const int strip = stripWidth(right);
    return strip == 0 ? 0 : strip + (right ? m_rightGap : m_leftGap);
}

void FigureSideBins::setGaps(int left, int right)
{
    m_leftGap = std::max(leastGap, left + 4);
    m_rightGap = std::max(leastGap, right + 4);
}

std::vector<FigureSideBins::Place> FigureSideBins::places() const
{
    std::vector<Place> all;
    double left = m_axes->left() - room(false);
    double right = m_axes->right() + 1 + m_rightGap;
    for (const SideBin& bin : m_figure->sideBins) {
        const int width = widthOf(bin);
        double& at = bin.right ? right : left;
        all.push_back({&bin, QRectF(at, m_axes->top(), width, m_axes->height())});
        at += width;
    }
    return all;
}

QString FigureSideBins::labelAt(const QPointF& position) const
{
    if (stripWidth(false) + stripWidth(true) == 0)
        return {};
    for (const Place& place : places()) {
        if (!place.column.adjusted(0, 0, 0, QFontMetrics(m_style->ticks).height() + 4)
                 .contains(position))
            continue;
        const QString count = QString::fromStdString(formatCount(place.bin->count));
        const QString becomes = place.bin->becomes.isEmpty()
                                    ? QString()
                                    : QStringLiteral("\n\u2192 ") + place.bin->becomes;
        return QStringLiteral("%1: %2").arg(place.bin->name, count) + becomes;
    }
    return {};
}

void FigureSideBins::draw(QCPPainter* painter)
{
    if (stripWidth(false) + stripWidth(true) == 0)
        return;
    const PlotTheme& theme = *m_style->theme;
    const auto all = places();
    for (const bool right : {false, true}) {
        QRectF strip;
        for (const Place& place : all) {
            if (place.bin->right == right)
                strip = strip.united(place.column);
        }
        if (strip.isEmpty())
            continue;
        painter->setAntialiasing(false);
        painter->fillRect(strip, tint(theme.color(ColorRole::Muted), 0.12));
        painter->setPen(QPen(theme.axisLine, 1));
        painter->drawLine(strip.bottomLeft(), strip.bottomRight());
    }
    for (const Place& place : all)
        drawBar(painter, place);
}

void FigureSideBins::drawBar(QCPPainter* painter, const Place& place) const
{
    const PlotTheme& theme = *m_style->theme;
    const QFontMetrics metrics(m_style->ticks);
    const QRectF& column = place.column;
    const double label = metrics.height();
    double top = column.bottom();
    if (place.bin->y && *place.bin->y > 0) {
        const QCPAxis* axis = m_axes->axis(QCPAxis::atLeft);
        const double pixel = axis->coordToPixel(*place.bin->y);
        // Room for its number is left above it, whatever its length.
        const double highest = std::min(column.top() + label + 2, column.bottom() - leastHeight);
        const bool torn = pixel < column.top() - 0.5;
        top = std::clamp(pixel, torn ? highest : column.top(), column.bottom() - leastHeight);
        const double width = std::min(widestBar, column.width() - 8);
        QRectF bar(column.center().x() - width / 2, top, width, column.bottom() - top);
        painter->setAntialiasing(false);
        painter->setPen(QPen(theme.color(ColorRole::Muted), 1));
        painter->setBrush(tint(theme.color(ColorRole::Muted), 0.55));
        if (torn && bar.height() > 8 * tear) {
            const QRectF upper(bar.left(), bar.top(), width, 2 * tear);
            painter->drawRect(upper);
            bar.setTop(upper.bottom() + tear);
        }
        painter->drawRect(bar);
        painter->setBrush(Qt::NoBrush);
    }
    painter->setAntialiasing(true);
    painter->setFont(m_style->ticks);
    const QString count = countText(place.bin->count);
    const QRectF number(column.left(), std::max(top - label - 1, column.top()), column.width(),
                        label);
    if (number.bottom() > top)
        painter->fillRect(number.adjusted(2, 0, -2, 0), theme.background);
    painter->setPen(theme.text);
    painter->drawText(number, Qt::AlignCenter | Qt::TextSingleLine, count);
    painter->drawText(QRectF(column.left(), column.bottom() + 6, column.width(), label),
                      Qt::AlignCenter | Qt::TextSingleLine, place.bin->name);
}

} // namespace qs
