// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_labels.h"

#include "ui/plot/bars_graph.h"

#include <algorithm>

namespace qs {
namespace {

constexpr double kReach = 8;       // pixels from the pointer to a point
constexpr double kPointRadius = 4; // what a name keeps away from
constexpr double kNameless = 13; // farther from points without a name, which it could seem to be of
constexpr double kGap = 7;       // from a point to its name
constexpr double kSamePlace = 2;
constexpr double kIn = 2; // closer than that where the name is to a side and above or below

} // namespace

FigureLabels::FigureLabels(QCPAxisRect* axes, const FigureMarks* marks, const QString& layer)
    : QCPLayerable(axes->parentPlot(), layer), m_axes(axes), m_marks(marks)
{
}

QVector<FigureLabels::Point> FigureLabels::points() const
{
    QVector<Point> points;
    if (!m_figure || !m_style || !m_figure->emptyText.isEmpty())
        return points;
    const QCPAxis* x = m_axes->axis(QCPAxis::atBottom);
    for (const Series& series : m_figure->series) {
        if (series.kind == SeriesKind::Bars)
            continue;
        const QCPAxis* y = m_axes->axis(series.rightAxis ? QCPAxis::atRight : QCPAxis::atLeft);
        const std::size_t count =
            std::min({series.labels.size(), series.x.size(), series.y.size()});
        for (std::size_t i = 0; i < count; ++i) {
            const QPointF at(x->coordToPixel(series.x[i]), y->coordToPixel(series.y[i]));
            if (!series.labels[i].isEmpty() && QRectF(m_axes->rect()).contains(at))
                points += {at, series.labels[i], series.labelsShown, series.labelSide};
        }
    }
    return points;
}

QString FigureLabels::barAt(const Series& series, const QPointF& position) const
{
    if (series.kind != SeriesKind::Bars || !m_figure->emptyText.isEmpty() ||
        !m_axes->rect().contains(position.toPoint()))
        return {};
    const QCPAxis* x = m_axes->axis(QCPAxis::atBottom);
    const QCPAxis* y = m_axes->axis(series.rightAxis ? QCPAxis::atRight : QCPAxis::atLeft);
    const std::size_t count =
        std::min({series.labels.size(), series.x.size(), series.y.size(), series.y2.size()});
    QString name;
    double nearest = kReach;
    for (std::size_t i = 0; i < count; ++i) {
        const auto [left, right] = BarsGraph::pixelsOf(series, i, x);
        const double a = y->coordToPixel(series.y[i]);
        const double b = y->coordToPixel(series.y2[i]);
        const double off =
            std::max({left - position.x(), position.x() - right, std::min(a, b) - position.y(),
                      position.y() - std::max(a, b), 0.0});
        if (off >= nearest)
            continue;
        nearest = off;
        name = series.labels[i];
    }
    return name;
}

QString FigureLabels::labelAt(const QPointF& position) const
{
    QStringList names;
    for (const Point& point : points()) {
        const QPointF off = point.at - position;
        if (std::max(std::abs(off.x()), std::abs(off.y())) <= kReach)
            names += point.text;
    }
    for (const Series& series : m_figure->series)
        names += barAt(series, position);
    names.removeAll(QString());
    names.removeDuplicates();
    return names.join(QLatin1Char('\n'));
}

QString FigureLabels::choiceAt(const QPointF& position) const
{
    QString choice;
    if (!m_figure || !m_figure->emptyText.isEmpty())
        return choice;
    double nearest = kReach;
    const QCPAxis* x = m_axes->axis(QCPAxis::atBottom);
    for (const Series& series : m_figure->series) {
        const QCPAxis* y = m_axes->axis(series.rightAxis ? QCPAxis::atRight : QCPAxis::atLeft);
        const std::size_t count =
            std::min({series.choices.size(), series.x.size(), series.y.size()});
        for (std::size_t i = 0; i < count; ++i) {
            const QPointF off(x->coordToPixel(series.x[i]) - position.x(),
                              y->coordToPixel(series.y[i]) - position.y());
            double distance = std::max(std::abs(off.x()), std::abs(off.y()));
            if (series.kind == SeriesKind::Bars && i < series.y2.size()) {
                const double end = y->coordToPixel(series.y2[i]) - position.y();
                distance = off.y() * end <= 0 ? std::abs(off.x()) : nearest + 1;
            }
            if (distance <= nearest && !series.choices[i].isEmpty()) {
                nearest = distance;
                choice = series.choices[i];
            }
        }
    }
    return choice;
}

void FigureLabels::draw(QCPPainter* painter)
{
    const QVector<Point> all = points();
    if (all.isEmpty())
        return;
    const QFontMetrics metrics(m_style->base);
    const QRectF axes(m_axes->rect());
    QVector<QRectF> taken = m_marks->tagRects();
    for (const Point& point : all) {
        if (point.side != LabelSide::Any) // names above and below do not meet their points
            continue;
        const double x = point.shown ? kPointRadius : kNameless;
        taken += QRectF(point.at.x() - x, point.at.y() - kPointRadius, 2 * x, 2 * kPointRadius);
    }
    QColor ground = m_style->theme->axesBackground;
    ground.setAlphaF(0.75F);
    painter->setFont(m_style->base);
    QVector<QPointF> named;
    for (const Point& point : all) {
        // Of points at the same place the first one stands for all; the pointer names the others.
        const bool isNamed = std::any_of(named.begin(), named.end(), [&](const QPointF& other) {
            return (other - point.at).manhattanLength() < kSamePlace;
        });
        if (!point.shown || isNamed)
            continue;
        const QSizeF size(metrics.horizontalAdvance(point.text) + 4, metrics.height());
        const double left = point.at.x() - kGap - size.width();
        const double middle = point.at.y() - size.height() / 2;
        const double centre = point.at.x() - size.width() / 2;
        const double above = point.at.y() - kGap - size.height();
        const double right = point.at.x() + kGap;
        const double below = point.at.y() + kGap;
        QVector<QPointF> corners{{right, middle},
                                 {left, middle},
                                 {centre, above},
                                 {centre, below},
                                 {right - kIn, above + kIn},
                                 {left + kIn, above + kIn},
                                 {right - kIn, below - kIn},
                                 {left + kIn, below - kIn}};
        if (point.side != LabelSide::Any)
            corners = {{centre, point.side == LabelSide::Above ? above : below}};
        for (const QPointF& corner : corners) {
            const QRectF rect(corner, size);
            const bool free = axes.contains(rect) &&
                              std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) {
                                  return other.intersects(rect);
                              });
            if (!free)
                continue;
            taken += rect;
            named += point.at;
            painter->setAntialiasing(true);
            painter->setPen(Qt::NoPen);
            painter->setBrush(ground);
            painter->drawRoundedRect(rect, 3, 3);
            painter->setBrush(Qt::NoBrush);
            painter->setPen(m_style->theme->text);
            painter->drawText(rect, Qt::AlignCenter | Qt::TextSingleLine, point.text);
            break;
        }
    }
}

} // namespace qs
