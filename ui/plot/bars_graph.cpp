// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/bars_graph.h"

#include "ui/plot/figure_style.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

constexpr double kWidest = 56; // pixels for a bar with its room
constexpr double kStroke = 2;

} // namespace

std::pair<double, double> BarsGraph::pixelsOf(const Series& series, std::size_t bar,
                                              const QCPAxis* x)
{
    const double middle = x->coordToPixel(series.x[bar]);
    double room = kWidest;
    if (bar > 0)
        room = std::min(room, std::fabs(middle - x->coordToPixel(series.x[bar - 1])));
    if (bar + 1 < series.x.size())
        room = std::min(room, std::fabs(x->coordToPixel(series.x[bar + 1]) - middle));
    const double half = std::max(room * series.share, 1.0) / 2;
    return {middle - half, middle + half};
}

void BarsGraph::draw(QCPPainter* painter)
{
    const QCPAxis* x = mKeyAxis.data();
    const QCPAxis* y = mValueAxis.data();
    if (m_series == nullptr || x == nullptr || y == nullptr)
        return;
    const QRectF axes(x->axisRect()->rect());
    const bool log = y->scaleType() == QCPAxis::stLogarithmic;
    const auto pixelY = [&](double value) {
        if (log && !(value > 0))
            return axes.bottom() + 1;
        return std::clamp(y->coordToPixel(value), axes.top() - 2, axes.bottom() + 3);
    };
    const std::size_t count =
        std::min({m_series->x.size(), m_series->y.size(), m_series->y2.size()});
    painter->setAntialiasing(false);
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(m_series->y[i]) || !std::isfinite(m_series->y2[i]))
            continue;
        const auto [left, right] = pixelsOf(*m_series, i, x);
        if (right < axes.left() || left > axes.right() + 1)
            continue;
        const double a = pixelY(m_series->y[i]);
        const double b = pixelY(m_series->y2[i]);
        const double top = std::min(a, b);
        const double height = std::fabs(a - b);
        // Narrow bars and level strokes have no outline.
        if (height < kStroke)
            painter->fillRect(QRectF(left, (a + b - kStroke) / 2, right - left, kStroke),
                              mPen.color());
        else if (right - left < 3)
            painter->fillRect(QRectF(left, top, right - left, height), tint(mPen.color(), 0.6));
        else {
            const QRectF rect(std::round(left), top, std::round(right - left) - 1, height);
            painter->fillRect(rect, mBrush);
            painter->setPen(mPen);
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(rect);
        }
    }
}

} // namespace qs
