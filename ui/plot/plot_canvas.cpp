// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/plot_canvas.h"

#include "ui/plot/paint_queue.h"
#include "ui/plot/plot_overlay.h"

#include <qcustomplot.h>

#include <cmath>

namespace qs {
namespace {

/// The plot of a scene whose pixels are larger or smaller than the widget's. Its buffers have a
/// pixel for each of the screen's all the same.
class ScaledPlot : public QCustomPlot {
public:
    double scale = 1;

    QRect sceneRect(const QSize& size) const
    {
        return {0, 0, static_cast<int>(size.width() / scale),
                static_cast<int>(size.height() / scale)};
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        if (scale == 1) {
            QCustomPlot::paintEvent(event);
            return;
        }
        QCPPainter painter(this);
        painter.fillRect(rect(), mBackgroundBrush); // a part of a pixel may be left at the edge
        painter.scale(scale, scale);
        for (const auto& buffer : mPaintBuffers)
            buffer->draw(&painter);
    }
    void resizeEvent(QResizeEvent* event) override
    {
        Q_UNUSED(event)
        setViewport(sceneRect(size()));
        if (!viewport().isEmpty())
            replot(rpQueuedRefresh);
    }
};

} // namespace

struct PlotCanvas::Private {
    ScaledPlot plot; // shown as a child of the view, but owned here
    FigureScene scene{plot, FigureScene::Purpose::Screen};
    PlotOverlay* overlay = new PlotOverlay(&plot);
    bool laidOut = false;

    void replotOverlay() const { plot.layer(QStringLiteral("overlay"))->replot(); }
};

PlotCanvas::PlotCanvas(QWidget* parent) : d(std::make_unique<Private>())
{
    d->plot.setParent(parent);
    d->plot.setAttribute(Qt::WA_TransparentForMouseEvents);
    d->plot.setFocusPolicy(Qt::NoFocus);
    d->plot.setMinimumSize(0, 0);
    d->plot.layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    QObject::connect(&d->plot, &QCustomPlot::afterReplot, &d->plot, [this] { d->laidOut = true; });
}

PlotCanvas::~PlotCanvas()
{
    PaintQueue::instance().remove(&d->plot);
    d->plot.setParent(nullptr);
}

FigureScene& PlotCanvas::scene()
{
    return d->scene;
}

const FigureScene& PlotCanvas::laidOutScene()
{
    if (!d->laidOut) {
        d->scene.updateLayout();
        d->laidOut = true;
    }
    return d->scene;
}

void PlotCanvas::resize(const QSize& size)
{
    d->plot.resize(size);
    d->plot.setViewport(d->plot.sceneRect(size));
    d->laidOut = false;
}

void PlotCanvas::setScale(double scale)
{
    d->plot.scale = scale;
    // Kept pictures of letters would fall between the screen's pixels.
    d->plot.setPlottingHint(QCP::phCacheLabels, scale == 1);
    d->plot.setViewport(d->plot.sceneRect(d->plot.size()));
    followScreen();
    replotLater();
}

double PlotCanvas::scale() const
{
    return d->plot.scale;
}

void PlotCanvas::followScreen()
{
    const double ratio = d->plot.parentWidget()->devicePixelRatioF() * d->plot.scale;
    if (std::abs(ratio - d->plot.bufferDevicePixelRatio()) < 1e-9)
        return;
    d->plot.setBufferDevicePixelRatio(ratio);
    replotLater();
}

void PlotCanvas::setStyle(const FigureStyle& style)
{
    d->scene.setStyle(style);
    d->overlay->setStyle(&d->scene.style());
    replotLater();
}

void PlotCanvas::replotLater()
{
    d->laidOut = false;
    PaintQueue::instance().add(&d->plot);
}

void PlotCanvas::replotMarks()
{
    d->plot.layer(QStringLiteral("marks"))->replot();
}

void PlotCanvas::setCursorX(std::optional<double> x)
{
    if (d->overlay->cursorX == x)
        return;
    d->overlay->cursorX = x;
    d->replotOverlay();
}

void PlotCanvas::setBox(const QRectF& box)
{
    d->overlay->box = box;
    d->replotOverlay();
}

void PlotCanvas::setFocusRing(bool shown)
{
    if (d->overlay->focusRing == shown)
        return;
    d->overlay->focusRing = shown;
    d->replotOverlay();
}

void PlotCanvas::setBusy(BusyStage stage, double phase)
{
    d->overlay->busy = stage;
    d->overlay->busyPhase = phase;
    d->replotOverlay();
}

void PlotCanvas::onReplotted(std::function<void()> call)
{
    QObject::connect(&d->plot, &QCustomPlot::afterReplot, &d->plot, std::move(call));
}

} // namespace qs
