// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure_marks.h"

namespace qs {

/// The names of points beside them. One that would touch another name, a tag or any named point is
/// left to the pointer, and so are all but the first at one place.
class FigureLabels : public QCPLayerable {
    Q_OBJECT

public:
    /// `marks` must outlive it.
    FigureLabels(QCPAxisRect* axes, const FigureMarks* marks, const QString& layer);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }

    /// The names of the points at `position`, one a line; empty: none.
    QString labelAt(const QPointF& position) const;
    /// What a click there chooses (Series::choices): the nearest point's; empty: nothing.
    QString choiceAt(const QPointF& position) const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return m_axes->rect(); }
    void draw(QCPPainter* painter) override;

private:
    struct Point {
        QPointF at;
        QString text;
        bool shown;
        LabelSide side;
    };
    /// Those in the axes; bars have their names anywhere on them, and none beside them.
    QVector<Point> points() const;
    QString barAt(const Series& series, const QPointF& position) const;

    QCPAxisRect* m_axes;
    const FigureMarks* m_marks;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
};

} // namespace qs
