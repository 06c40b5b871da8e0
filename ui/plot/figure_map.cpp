// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_map.h"

#include "ui/plot/number_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace qs {
namespace {

constexpr std::array kViridis{0x440154U, 0x482878U, 0x3E4989U, 0x31688EU, 0x26828EU,
                              0x1F9E89U, 0x35B779U, 0x6ECE58U, 0xB5DE2BU, 0xFDE725U};
constexpr int kGap = 8;
constexpr double kFinest = 4; // image pixels for one of ours: finer than print shows

QRgb colorOf(double value, double from, double to)
{
    if (std::isnan(value))
        return 0;
    return viridis((value - from) / (to - from)).rgba();
}

} // namespace

QColor viridis(double share)
{
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(kViridis.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
    const double part = place - static_cast<double>(below);
    const auto mix = [&](unsigned shift) {
        const auto a = static_cast<double>((kViridis[below] >> shift) & 0xFFU);
        const auto b = static_cast<double>((kViridis[below + 1] >> shift) & 0xFFU);
        return static_cast<int>(std::lround(a + (b - a) * part));
    };
    return {mix(16), mix(8), mix(0)};
}

FigureMap::FigureMap(QCPAxisRect* axes, const QString& layer)
    : QCPLayerable(axes->parentPlot(), layer), m_axes(axes)
{
}

std::vector<int> FigureMap::cellsAt(const QCPAxis* axis, const std::vector<double>& middles,
                                    double first, double step, int count) const
{
    const bool log = axis->scaleType() == QCPAxis::stLogarithmic;
    const auto place = [log](double v) {
        return log ? std::log(v) : v;
    };
    const double from = place(middles.front());
    const auto last = static_cast<double>(middles.size() - 1);
    const double distance = (place(middles.back()) - from) / last;
    std::vector<int> cells(static_cast<std::size_t>(count), -1);
    for (int i = 0; i < count; ++i) {
        const double at = place(axis->pixelToCoord(first + (i + 0.5) * step));
        const double cell = std::floor((at - from) / distance + 0.5);
        if (cell >= 0 && cell <= last)
            cells[static_cast<std::size_t>(i)] = static_cast<int>(cell);
    }
    return cells;
}

// One image pixel for each pixel of the device: whatever the axes, cells keep hard and true edges,
// and no painter has to scale (some smooth, some ignore what part of an image is meant).
void FigureMap::draw(QCPPainter* painter)
{
    if (!shown() || !m_figure->emptyText.isEmpty())
        return;
    const ColorMap& map = *m_figure->map;
    const QRect axes = m_axes->rect();
    const bool vector = painter->modes().testFlag(QCPPainter::pmVectorized);
    const double scale =
        vector ? kFinest : std::clamp(painter->deviceTransform().m11(), 1.0, kFinest);
    const int width = static_cast<int>(std::lround(axes.width() * scale));
    const int height = static_cast<int>(std::lround(axes.height() * scale));
    if (width < 1 || height < 1)
        return;
    const auto columns =
        cellsAt(m_axes->axis(QCPAxis::atBottom), map.x, axes.left(), 1 / scale, width);
    const auto rows = cellsAt(m_axes->axis(QCPAxis::atLeft), map.y, axes.top(), 1 / scale, height);
    const QCPRange range = m_axes->axis(QCPAxis::atRight)->range();
    std::vector<QRgb> colors(map.values.size());
    std::transform(map.values.begin(), map.values.end(), colors.begin(),
                   [&](double v) { return colorOf(v, range.lower, range.upper); });
    QImage image(width, height, QImage::Format_ARGB32);
    image.fill(Qt::transparent);
    for (int y = 0; y < height; ++y) {
        const int row = rows[static_cast<std::size_t>(y)];
        if (row < 0)
            continue;
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        const QRgb* const from = colors.data() + static_cast<std::size_t>(row) * map.x.size();
        for (int x = 0; x < width; ++x) {
            if (const int column = columns[static_cast<std::size_t>(x)]; column >= 0)
                line[x] = from[column];
        }
    }
    painter->drawImage(QRectF(axes), image);
    drawScale(painter);
    drawGroundsOfPoints(painter);
}

void FigureMap::drawScale(QCPPainter* painter) const
{
    const QRect axes = m_axes->rect();
    const QRect strip(axes.right() + 1 + kGap, axes.top(), kScaleWidth - kGap, axes.height());
    QImage image(1, 256, QImage::Format_RGB32);
    for (int i = 0; i < image.height(); ++i)
        image.setPixel(0, i, viridis(1 - i / (image.height() - 1.0)).rgb());
    painter->drawImage(QRectF(strip), image);
}

// A point must be seen on the darkest and on the lightest colour alike.
void FigureMap::drawGroundsOfPoints(QCPPainter* painter) const
{
    constexpr double kRadius = 7;
    QColor ground = m_style->theme->axesBackground;
    ground.setAlphaF(0.85F);
    painter->setAntialiasing(true);
    painter->setPen(Qt::NoPen);
    painter->setBrush(ground);
    for (const Series& series : m_figure->series) {
        if (series.kind != SeriesKind::Points)
            continue;
        for (std::size_t i = 0; i < series.x.size(); ++i) {
            const QPointF at(m_axes->axis(QCPAxis::atBottom)->coordToPixel(series.x[i]),
                             m_axes->axis(QCPAxis::atLeft)->coordToPixel(series.y[i]));
            if (QRectF(m_axes->rect()).contains(at))
                painter->drawEllipse(at, kRadius, kRadius);
        }
    }
    painter->setBrush(Qt::NoBrush);
}

QString FigureMap::labelAt(const QPointF& position) const
{
    if (!shown() || !m_axes->rect().contains(position.toPoint()))
        return {};
    const ColorMap& map = *m_figure->map;
    const int column = cellsAt(m_axes->axis(QCPAxis::atBottom), map.x, position.x() - 0.5, 1, 1)[0];
    const int row = cellsAt(m_axes->axis(QCPAxis::atLeft), map.y, position.y() - 0.5, 1, 1)[0];
    if (column < 0 || row < 0)
        return {};
    const auto named = [](const Axis& axis, double value) {
        return QStringLiteral("%1: %2").arg(axisTitle(axis), shortNumber(value));
    };
    const auto c = static_cast<std::size_t>(column);
    const auto r = static_cast<std::size_t>(row);
    return named(m_figure->x, map.x[c]) + QLatin1Char('\n') + named(m_figure->y, map.y[r]) +
           QLatin1Char('\n') + named(*m_figure->y2, map.at(c, r));
}

} // namespace qs
