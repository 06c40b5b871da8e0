// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_caption.h"

#include "ui/plot/broken_lines.h"
#include "ui/plot/figure_export.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace qs {
namespace {

constexpr double edge = 10; // from the sides of the picture, as the title
constexpr double above = 4;
constexpr double below = 8;

} // namespace

FigureCaption::FigureCaption(const QString& text, const QFont& font, double width,
                             double mostHeight)
    : m_font(font)
{
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return;
    const QFontMetricsF metrics(font);
    m_lineHeight = metrics.height();
    m_ascent = metrics.ascent();
    const double room = std::max(width - 2 * edge, 20.0);
    for (const QString& paragraph : trimmed.split(u'\n'))
        m_lines += brokenLines(paragraph, font, room);
    const auto most = static_cast<qsizetype>(
        std::max(0.0, (mostHeight - above - below) / std::max(m_lineHeight, 1.0)));
    if (m_lines.size() > most) {
        m_whole = false;
        m_lines.resize(most);
        if (most == 0)
            return;
        m_lines.last() =
            metrics.elidedText(m_lines.last() + QStringLiteral(" \u2026"), Qt::ElideRight, room);
    }
    m_height = above + m_lineHeight * static_cast<double>(m_lines.size()) + below;
}

void FigureCaption::paint(QPainter& painter, double top) const
{
    painter.setFont(m_font);
    double y = top + above + m_ascent;
    for (const QString& line : m_lines) {
        painter.drawText(QPointF(edge, y), line);
        y += m_lineHeight;
    }
}

QString suggestedCaption(const Figure& figure)
{
    QStringList parts;
    for (const auto& [key, value] : figure.provenance) {
        if (!value.isEmpty())
            parts += QStringLiteral("%1 %2").arg(key, value);
    }
    return parts.isEmpty() ? QString() : parts.join(QStringLiteral(", ")) + u'.';
}

} // namespace qs
