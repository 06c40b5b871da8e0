// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_canvas.h"

#include "ui/plot/figure_caption.h"
#include "ui/plot/figure_scene.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace qs {
namespace {

constexpr double pixelsPerInch = 96;
constexpr double pointsPerInch = 72;
constexpr double millimetresPerInch = 25.4;

/// Gives a name to what a layer keeps to itself: painting it alone. Hiding the other layers instead
/// would hide the axes, whose visibility is tied to an element on another layer.
struct Layer : QCPLayer {
    using QCPLayer::draw;
};

/// Axes come out of a hash, whose order changes with every start of the program: the same picture
/// shall be the same file.
void putInOrder(QCustomPlot& plot)
{
    for (const auto type : {QCPAxis::atLeft, QCPAxis::atBottom, QCPAxis::atRight, QCPAxis::atTop}) {
        QCPAxis* axis = plot.axisRect()->axis(type);
        axis->setLayer(axis->layer());
        axis->grid()->setLayer(axis->grid()->layer());
    }
}

Figure changedFigure(const Figure& figure, const ExportOptions& options)
{
    Figure changed = figure;
    changed.legend = figure.legend && options.legend;
    const auto put = [](QString& to, const QString& title) {
        if (!title.trimmed().isEmpty())
            to = title.simplified();
    };
    put(changed.title, options.titles.title);
    put(changed.x.title, options.titles.x);
    put(changed.y.title, options.titles.y);
    return changed;
}

} // namespace

struct FigureCanvas::Private {
    QSizeF size;
    /// Fonts have whole numbers of pixels: the picture is laid out with the nearest one and then
    /// drawn so much larger.
    double factor = 1;
    QSizeF laidOut;
    std::optional<Figure> changed; ///< where the options say otherwise
    const Figure* figure = nullptr;
    FigureCaption caption;
    QCustomPlot plot;
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
    const double fontPixels = options.fontPoints * pixelsPerInch / pointsPerInch;
    d->factor = fontPixels / std::max(1.0, std::round(fontPixels));
    d->laidOut = d->size / d->factor;
    // Not the desktop's font: the window and the command line write the same file.
    QFont family(QStringLiteral("Sans Serif"));
    family.setStyleHint(QFont::SansSerif);
    // Letters at their true distances: the picture is not bound to the pixels of a screen.
    family.setHintingPreference(QFont::PreferNoHinting);
    d->scene.setStyle(figureStyle(theme, family, fontPixels / d->factor));
    if ((!options.legend && figure.legend) || !(options.titles == FigureTitles()))
        d->changed = changedFigure(figure, options);
    d->figure = d->changed ? &*d->changed : &figure;
    d->scene.setFigure(*d->figure);
    putInOrder(d->plot);
    FigureView view = d->scene.home();
    if (options.xRange)
        view.x = {options.xRange->first, options.xRange->second};
    if (options.yRange)
        view.y = {options.yRange->first, options.yRange->second};
    d->scene.setView(view);
    d->caption = FigureCaption(options.caption, d->scene.style().base, d->laidOut.width(),
                               d->laidOut.height() / 2);
    const QSize room = (d->laidOut - QSizeF(0, d->caption.height())).toSize();
    d->plot.setViewport(QRect(QPoint(0, 0), room));
    d->scene.updateLayout();
}

FigureCanvas::~FigureCanvas() = default;

QSizeF FigureCanvas::size() const
{
    return d->size;
}

QRectF FigureCanvas::axesRect() const
{
    const QRectF axes = d->scene.axesRect();
    return {axes.topLeft() * d->factor, axes.size() * d->factor};
}

bool FigureCanvas::captionFits() const
{
    return d->caption.isWhole();
}

TableFit FigureCanvas::tableFit() const
{
    return d->scene.tableFit();
}

QString FigureCanvas::title() const
{
    return d->figure->title;
}

QString FigureCanvas::accessible() const
{
    return d->figure->accessible;
}

FigureCanvas::Sides FigureCanvas::sides() const
{
    return {d->scene.neededLeftMargin(), d->scene.neededRightMargin()};
}

void FigureCanvas::setSides(const Sides& sides)
{
    d->scene.setSideMargins(sides.left, sides.right);
    d->scene.updateLayout();
}

bool FigureCanvas::hasXAxisOf(const FigureCanvas& other) const
{
    const auto drawn = [](const Figure& figure) {
        return figure.emptyText.isEmpty() && !figure.table;
    };
    const Figure& a = *d->figure;
    const Figure& b = *other.d->figure;
    return drawn(a) && drawn(b) && a.x.log == b.x.log && a.x.unit == b.x.unit &&
           d->scene.view().x == other.d->scene.view().x;
}

void FigureCanvas::paint(QCPPainter& painter, Pass pass, bool vector) const
{
    painter.scale(d->factor, d->factor);
    if (pass == Pass::All || pass == Pass::BelowData)
        painter.fillRect(QRectF(QPointF(0, 0), d->laidOut), d->scene.style().theme->background);
    painter.setMode(QCPPainter::pmVectorized, vector);
    painter.setMode(QCPPainter::pmNoCaching);
    const int data = d->plot.layer(QStringLiteral("main"))->index();
    for (int i = 0; i < d->plot.layerCount(); ++i) {
        const bool wanted = pass == Pass::All || (pass == Pass::BelowData && i < data) ||
                            (pass == Pass::Data && i == data) ||
                            (pass == Pass::AboveData && i > data);
        if (wanted && d->plot.layer(i)->visible())
            (d->plot.layer(i)->*&Layer::draw)(&painter);
    }
    if (pass == Pass::All || pass == Pass::AboveData) {
        painter.setPen(d->scene.style().theme->text);
        d->caption.paint(painter, d->plot.viewport().bottom() + 1);
    }
}

} // namespace qs
