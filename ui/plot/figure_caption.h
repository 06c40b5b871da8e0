// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QString>
#include <QStringList>

class QPainter;

namespace qs {

/// A text under a picture, broken into lines.
class FigureCaption {
public:
    FigureCaption() = default;
    /// In a picture of this width; lines beyond `mostHeight` are left out, and "…" says so.
    FigureCaption(const QString& text, const QFont& font, double width, double mostHeight);

    bool isWhole() const { return m_whole; }
    /// With the room around it; 0: nothing to show.
    double height() const { return m_height; }
    void paint(QPainter& painter, double top) const;

private:
    QFont m_font;
    QStringList m_lines;
    double m_lineHeight = 0;
    double m_ascent = 0;
    double m_height = 0;
    bool m_whole = true;
};

} // namespace qs
