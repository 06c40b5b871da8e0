// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_canvas.h"

#include "ui/plot/figure_scene.h"

#include <QApplication>
#include <qcustomplot.h>

namespace qs {
namespace {

constexpr double pixelsPerInch = 96;
constexpr double pointsPerInch = 72;
constexpr double millimetresPerInch = 25.4;

} // namespace

struct FigureCanvas::Private {
    QSizeF size;
    mutable QCustomPlot plot;
    FigureScene scene{plot, FigureScene::Purpose::Export};
};

QSizeF sizeInInches(const ExportOptions& options)
{
    return options.size / (options.unit == SizeUnit::Millimetre ? millimetresPerInch : options.dpi);
}

FigureCanvas::FigureCanvas(const Figure& figure, ThemeId theme, const ExportOptions& options)
    : d(std::make_unique<Private>())
{
    d->size = sizeInInches(options) * pixelsPerInch;
    QFont family = QApplication::font();
    // Letters at their true distances: the picture is not bound to the pixels of a screen.
    family.setHintingPreference(QFont::PreferNoHinting);
    d->scene.setStyle(
        figureStyle(theme, family, options.fontPoints * pixelsPerInch / pointsPerInch));
    d->scene.setFigure(figure);
    FigureView view = d->scene.home();
    if (options.xRange)
        view.x = {options.xRange->first, options.xRange->second};
    if (options.yRange)
        view.y = {options.yRange->first, options.yRange->second};
    d->scene.setView(view);
    d->plot.setViewport(QRect(QPoint(0, 0), d->size.toSize()));
    d->scene.updateLayout();
}

FigureCanvas::~FigureCanvas() = default;

QSizeF FigureCanvas::size() const
{
    return d->size;
}

QRectF FigureCanvas::axesRect() const
{
    return d->scene.axesRect();
}

bool FigureCanvas::paint(QPaintDevice& device, Pass pass, double scale, bool vector) const
{
    const PlotTheme& theme = *d->scene.style().theme;
    const int data = d->plot.layer(QStringLiteral("main"))->index();
    QVector<QCPLayer*> hidden;
    for (int i = 0; i < d->plot.layerCount(); ++i) {
        const bool wanted = pass == Pass::All || (pass == Pass::BelowData && i < data) ||
                            (pass == Pass::Data && i == data) ||
                            (pass == Pass::AboveData && i > data);
        if (!wanted && d->plot.layer(i)->visible())
            hidden += d->plot.layer(i);
    }
    for (QCPLayer* layer : hidden)
        layer->setVisible(false);
    const bool ground = pass == Pass::All || pass == Pass::BelowData;
    d->plot.setBackground(Qt::NoBrush);

    QCPPainter painter;
    const bool begun = painter.begin(&device);
    if (begun) {
        painter.scale(scale, scale);
        if (ground)
            painter.fillRect(QRectF(QPointF(0, 0), d->size), theme.background);
        painter.setMode(QCPPainter::pmVectorized, vector);
        painter.setMode(QCPPainter::pmNoCaching);
        const QSize whole = d->size.toSize();
        d->plot.toPainter(&painter, whole.width(), whole.height());
        painter.end();
    }
    for (QCPLayer* layer : hidden)
        layer->setVisible(true);
    return begun;
}

} // namespace qs
