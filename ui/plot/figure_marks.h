// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Includes the plotting library: for the source files of this folder only.
#include "ui/plot/figure.h"
#include "ui/plot/figure_style.h"

#include <qcustomplot.h>

#include <utility>

namespace qs {

/// The left and right pixel of the visible part of `region`; of y the upper and the lower one.
std::pair<double, double> regionPixels(const QCPAxisRect* axes, const Region& region);

/// Regions (a hatch under the data) and rugs (short ticks at the lower edge of the axes).
class FigureGround : public QCPLayerable {
    Q_OBJECT

public:
    enum class Part { Regions, Rugs };
    FigureGround(QCPAxisRect* axes, Part part, const QString& layer);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return m_axes->rect(); }
    void draw(QCPPainter* painter) override;

private:
    void drawRegion(QCPPainter* painter, const Region& region) const;
    void drawRug(QCPPainter* painter, const Series& series) const;

    QCPAxisRect* m_axes;
    Part m_part;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
};

/// Marker lines with their tags, the grips of handles, and the labels of regions: above the data.
class FigureMarks : public QCPLayerable {
    Q_OBJECT

public:
    FigureMarks(QCPAxisRect* axes, bool showHandles, const QString& layer);
    /// Both must outlive the next paint.
    void setFigure(const Figure* figure) { m_figure = figure; }
    void setStyle(const FigureStyle* style) { m_style = style; }

    /// Pixels between the header and axes that reach from pixel `left` to `right`: rows of tags.
    int stripHeight(int left, int right) const;
    /// Where tags are, as of the last layout.
    QVector<QRectF> tagRects() const;
    /// What can be dragged at `position`: a marker, or, counted on after the markers, a point;
    /// -1: none.
    int handleAt(const QPointF& position) const;
    /// Where handle `index` is shown, whatever its figure says, while it is dragged.
    void setDragged(int index, const QPointF& at)
    {
        m_draggedIndex = index;
        m_draggedAt = at;
    }
    void clearDragged() { m_draggedIndex = -1; }
    /// The handle that the keyboard moves; -1: none.
    void setSelected(int index) { m_selected = index; }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    QRect clipRect() const override { return mParentPlot->viewport(); }
    void draw(QCPPainter* painter) override;

private:
    struct Tag {
        int marker;
        int row;
        QRectF rect;
    };
    double xOf(int marker) const;
    QVector<Tag> tagsFor(int left, int right) const;
    QVector<Tag> placedTags() const;
    int rowHeight() const;
    void drawRegionLabels(QCPPainter* painter, const QVector<Tag>& tags) const;
    void drawGrip(QCPPainter* painter, double x, bool selected) const;
    void drawPoints(QCPPainter* painter) const;
    /// The pixel of a point that can be dragged.
    QPointF pixelOf(int point) const;

    QCPAxisRect* m_axes;
    bool m_showHandles;
    const Figure* m_figure = nullptr;
    const FigureStyle* m_style = nullptr;
    int m_draggedIndex = -1;
    QPointF m_draggedAt; ///< in the axes' units
    int m_selected = -1;
};

} // namespace qs
