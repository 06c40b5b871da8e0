// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_map.h"

#include "ui/plot/number_text.h"
#include "ui/plot/palettes.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace qs {
namespace {

constexpr int kGap = 8;
constexpr double kFinest = 4; // image pixels for one of ours: finer than print shows

/// Whether a pixel of the device is on a stripe of cells without a value.
bool isStripe(int x, int y, int period)
{
    return (x + y) % period < std::max(period / 6, 1);
}

} // namespace

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
    const double distance = last > 0 ? (place(middles.back()) - from) / last : 1;
    std::vector<int> cells(static_cast<std::size_t>(count), -1);
    for (int i = 0; i < count; ++i) {
        const double at = place(axis->pixelToCoord(first + (i + 0.5) * step));
        const double cell = std::floor((at - from) / distance + 0.5);
        if (cell >= 0 && cell <= last)
            cells[static_cast<std::size_t>(i)] = static_cast<int>(cell);
    }
    return cells;
}

void FigureMap::draw(QCPPainter* painter)
{
    if (!shown() || !m_figure->emptyText.isEmpty())
        return;
    drawCells(painter);
    drawTexts(painter);
    drawMarked(painter);
    drawScale(painter);
    drawGroundsOfPoints(painter);
}

// One image pixel for each pixel of the device: whatever the axes, cells keep hard and true edges,
// and no painter has to scale (some smooth, some ignore what part of an image is meant).
void FigureMap::drawCells(QCPPainter* painter) const
{
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
    for (std::size_t cell = 0; cell < colors.size(); ++cell)
        colors[cell] = std::isnan(map.values[cell]) ? 0 : colorOf(cell, range).rgba();
    const QRgb stripe = m_style->theme->color(ColorRole::Muted).rgba();
    const int period = static_cast<int>(std::lround(6 * scale));
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
                line[x] = from[column] == 0 && isStripe(x, y, period) ? stripe : from[column];
        }
    }
    painter->drawImage(QRectF(axes), image);
}

/// A faded cell keeps a fifth of its colour.
QColor FigureMap::colorOf(std::size_t cell, const QCPRange& range) const
{
    const ColorMap& map = *m_figure->map;
    const QColor color = paletteColor(
        map.palette, paletteShare(map.palette, map.values[cell], range.lower, range.upper));
    if (map.faded.empty() || !map.faded[cell])
        return color;
    constexpr float kKept = 0.2F;
    const QColor& ground = m_style->theme->axesBackground;
    const auto mixed = [](float a, float b) {
        return kKept * a + (1 - kKept) * b;
    };
    return QColor::fromRgbF(mixed(color.redF(), ground.redF()),
                            mixed(color.greenF(), ground.greenF()),
                            mixed(color.blueF(), ground.blueF()));
}

std::pair<double, double>
FigureMap::pixelsOf(const QCPAxis* axis, const std::vector<double>& middles, std::size_t cell) const
{
    const double middle = axis->coordToPixel(middles[cell]);
    if (middles.size() == 1)
        return {middle, std::fabs(axis->coordToPixel(middles[cell] + 1) - middle) / 2};
    const std::size_t other = cell > 0 ? cell - 1 : 1;
    return {middle, std::fabs(axis->coordToPixel(middles[other]) - middle) / 2};
}

QRectF FigureMap::cellRect(std::size_t column, std::size_t row) const
{
    const ColorMap& map = *m_figure->map;
    const auto [x, halfWidth] = pixelsOf(m_axes->axis(QCPAxis::atBottom), map.x, column);
    const auto [y, halfHeight] = pixelsOf(m_axes->axis(QCPAxis::atLeft), map.y, row);
    return {x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight};
}

// All of the cells in view or none: a number here and there would look like a choice.
void FigureMap::drawTexts(QCPPainter* painter) const
{
    const ColorMap& map = *m_figure->map;
    if (map.texts.empty() && !map.textOf)
        return;
    const QRectF axes(m_axes->rect());
    const QFontMetrics metrics(m_style->ticks);
    const QRectF any = cellRect(0, 0);
    if (any.width() < metrics.averageCharWidth() || any.height() < metrics.ascent())
        return;
    const QCPRange range = m_axes->axis(QCPAxis::atRight)->range();
    struct Text {
        QRectF rect;
        QString text;
        std::size_t cell;
    };
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < map.x.size(); ++column) {
        const double x = cellRect(column, 0).center().x();
        if (x >= axes.left() && x <= axes.right())
            columns.push_back(column);
    }
    std::vector<Text> texts;
    for (std::size_t row = 0; row < map.y.size(); ++row) {
        const double y = cellRect(0, row).center().y();
        if (y < axes.top() || y > axes.bottom())
            continue;
        for (const std::size_t column : columns) {
            const QRectF rect = cellRect(column, row);
            const std::size_t cell = row * map.x.size() + column;
            const QString text = map.textOf ? map.textOf(cell) : map.texts[cell];
            if (metrics.horizontalAdvance(text) > rect.width() - 2)
                return;
            texts.push_back({rect, text, cell});
        }
    }
    painter->setFont(m_style->ticks);
    for (const Text& text : texts) {
        painter->setPen(std::isnan(map.values[text.cell]) ? m_style->theme->text
                                                          : textColorOn(colorOf(text.cell, range)));
        painter->drawText(text.rect, Qt::AlignCenter | Qt::TextSingleLine, text.text);
    }
}

// Black and white, one of which can be seen on any colour.
void FigureMap::drawMarked(QCPPainter* painter) const
{
    const ColorMap& map = *m_figure->map;
    if (!map.marked || *map.marked >= map.values.size())
        return;
    QRectF rect = cellRect(*map.marked % map.x.size(), *map.marked / map.x.size());
    const QRectF axes(m_axes->rect());
    if (!axes.contains(rect.center()))
        return;
    constexpr double kSmallest = 9;
    const double more = std::max(0.0, kSmallest - rect.width()) / 2;
    const double higher = std::max(0.0, kSmallest - rect.height()) / 2;
    rect.adjust(-more, -higher, more, higher);
    painter->setAntialiasing(false);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(Qt::black, 1));
    painter->drawRect(rect.adjusted(0, 0, -1, -1));
    painter->setPen(QPen(Qt::white, 1));
    painter->drawRect(rect.adjusted(1, 1, -2, -2));
    painter->setPen(QPen(Qt::black, 1));
    painter->drawRect(rect.adjusted(2, 2, -3, -3));
}

void FigureMap::drawScale(QCPPainter* painter) const
{
    const QRect axes = m_axes->rect();
    const QRect strip(axes.right() + 1 + kGap, axes.top(), kScaleWidth - kGap, axes.height());
    const Palette palette = m_figure->map->palette;
    const QCPRange range = m_axes->axis(QCPAxis::atRight)->range();
    QImage image(1, 256, QImage::Format_RGB32);
    for (int i = 0; i < image.height(); ++i) {
        const double value = range.upper - range.size() * i / (image.height() - 1.0);
        const double share = paletteShare(palette, value, range.lower, range.upper);
        image.setPixel(0, i, paletteColor(palette, share).rgb());
    }
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
    const auto cell =
        static_cast<std::size_t>(row) * map.x.size() + static_cast<std::size_t>(column);
    if (map.describe)
        return map.describe(cell);
    const auto named = [](const Axis& axis, double value) {
        return QStringLiteral("%1: %2").arg(axisTitle(axis), shortNumber(value));
    };
    const auto c = static_cast<std::size_t>(column);
    const auto r = static_cast<std::size_t>(row);
    return named(m_figure->x, map.x[c]) + QLatin1Char('\n') + named(m_figure->y, map.y[r]) +
           QLatin1Char('\n') + named(*m_figure->y2, map.at(c, r));
}

} // namespace qs
