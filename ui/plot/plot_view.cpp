// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/plot_view.h"

#include "ui/plot/plot_interaction.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QFontInfo>
#include <QMouseEvent>
#include <QTimer>
#include <QWindow>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr int barDelay = 150; // ms: what is faster needs no sign
constexpr int dimDelay = 1000;
constexpr int barInterval = 60; // ms between two positions of the bar
constexpr double barStep = 0.05;
constexpr double smallestText = 12; // pixels
constexpr int largeWidth = 1000;    // pixels of a plot whose texts are a pixel larger
constexpr int largeHeight = 480;

} // namespace

struct PlotView::Private {
    explicit Private(PlotView& owner) : view(owner), canvas(&owner), interaction(owner, canvas) {}

    PlotView& view;
    Figure figure;
    ThemeId theme = ThemeId::Light;
    PlotCanvas canvas;
    PlotInteraction interaction;
    bool styledLarge = false;
    bool keyboardFocus = false; ///< the focus came by a key
    int leftMargin = 0;
    int rightMargin = 0;
    int reportedLeft = -1;
    int reportedRight = -1;
    QTimer barTimer;
    QTimer dimTimer;
    QTimer animation;
    BusyStage busy = BusyStage::Idle;
    double phase = 0;
    QMetaObject::Connection screenConnection;

    /// On a large screen people sit further away.
    bool isLarge() const
    {
        return view.width() >= largeWidth * canvas.scale() &&
               view.height() >= largeHeight * canvas.scale();
    }

    void applyStyle()
    {
        styledLarge = isLarge();
        const double pixels =
            std::max(smallestText, QFontInfo(view.font()).pixelSize() / canvas.scale());
        canvas.setStyle(figureStyle(theme, view.font(), styledLarge ? pixels + 1 : pixels));
    }

    int inScene(int pixels) const
    {
        return static_cast<int>(std::floor(pixels / canvas.scale() + 1e-6));
    }

    int inWidget(int pixels) const
    {
        return static_cast<int>(std::ceil(pixels * canvas.scale() - 1e-6));
    }

    void setMargins()
    {
        canvas.scene().setSideMargins(inScene(leftMargin), inScene(rightMargin));
        canvas.replotLater();
    }

    void setStage(BusyStage stage)
    {
        busy = stage;
        // Where no picture is, its words stay readable.
        const bool dims = stage == BusyStage::Dimmed && figure.emptyText.isEmpty();
        canvas.setBusy(stage == BusyStage::Dimmed && !dims ? BusyStage::Bar : stage, phase);
    }

    void reportMargins()
    {
        const int left = view.neededLeftMargin();
        const int right = view.neededRightMargin();
        if (left == reportedLeft && right == reportedRight)
            return;
        reportedLeft = left;
        reportedRight = right;
        // Later: whoever aligns the stack now would start to paint inside of painting.
        QMetaObject::invokeMethod(&view, &PlotView::neededMarginsChanged, Qt::QueuedConnection);
    }
};

PlotView::PlotView(QWidget* parent) : QWidget(parent), d(std::make_unique<Private>(*this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    d->canvas.scene().setFigure(d->figure);
    d->canvas.scene().setView(d->canvas.scene().home());
    d->applyStyle();
    d->canvas.onReplotted([this] { d->reportMargins(); });
    d->barTimer.setSingleShot(true);
    d->barTimer.setInterval(barDelay);
    d->dimTimer.setSingleShot(true);
    d->dimTimer.setInterval(dimDelay);
    d->animation.setInterval(barInterval);
    connect(&d->barTimer, &QTimer::timeout, this, [this] {
        d->setStage(BusyStage::Bar);
        d->animation.start();
    });
    connect(&d->dimTimer, &QTimer::timeout, this, [this] { d->setStage(BusyStage::Dimmed); });
    connect(&d->animation, &QTimer::timeout, this, [this] {
        d->phase = std::fmod(d->phase + barStep, 1.0);
        d->setStage(d->busy);
    });
}

PlotView::~PlotView() = default;

void PlotView::setFigure(const Figure& figure)
{
    FigureScene& scene = d->canvas.scene();
    const FigureView oldHome = scene.home();
    const FigureView oldView = scene.view();
    const bool sameScales = figure.x.log == d->figure.x.log && figure.y.log == d->figure.y.log &&
                            figure.emptyText.isEmpty() == d->figure.emptyText.isEmpty() &&
                            figure.table.has_value() == d->figure.table.has_value();
    d->figure = figure;
    scene.setFigure(d->figure);
    FigureView next = scene.home();
    if (sameScales && next.x == oldHome.x) {
        next.x = oldView.x;
        if (oldView.y != oldHome.y) {
            next.y = oldView.y;
            next.y2 = oldView.y2;
        }
    }
    scene.setView(next);
    d->interaction.figureChanged();
    if (accessibleName() != figure.title)
        setAccessibleName(figure.title);
    if (accessibleDescription() != figure.accessible)
        setAccessibleDescription(figure.accessible);
    d->canvas.replotLater();
}

const Figure& PlotView::figure() const
{
    return d->figure;
}

void PlotView::setTheme(ThemeId theme)
{
    if (theme == d->theme)
        return;
    d->theme = theme;
    d->applyStyle();
}

ThemeId PlotView::theme() const
{
    return d->theme;
}

void PlotView::setScale(double scale)
{
    if (scale == d->canvas.scale())
        return;
    d->canvas.setScale(scale);
    d->applyStyle();
    d->setMargins();
    updateGeometry();
}

void PlotView::setXRange(double min, double max)
{
    FigureScene& scene = d->canvas.scene();
    FigureView next = scene.view();
    next.x = {min, max};
    scene.setView(next);
    d->canvas.replotLater();
}

double PlotView::xMin() const
{
    return d->canvas.scene().view().x.min;
}

double PlotView::xMax() const
{
    return d->canvas.scene().view().x.max;
}

void PlotView::resetView()
{
    d->interaction.resetView();
}

bool PlotView::isZoomed() const
{
    return d->canvas.scene().view() != d->canvas.scene().home();
}

void PlotView::setLeftMargin(int pixels)
{
    if (std::exchange(d->leftMargin, pixels) == pixels)
        return;
    d->setMargins();
}

void PlotView::setRightMargin(int pixels)
{
    if (std::exchange(d->rightMargin, pixels) == pixels)
        return;
    d->setMargins();
}

int PlotView::neededLeftMargin() const
{
    return d->inWidget(d->canvas.laidOutScene().neededLeftMargin());
}

int PlotView::neededRightMargin() const
{
    return d->inWidget(d->canvas.laidOutScene().neededRightMargin());
}

QRect PlotView::axesRect() const
{
    const QRectF axes = d->canvas.laidOutScene().axesRect();
    const double scale = d->canvas.scale();
    return QRectF(axes.topLeft() * scale, axes.size() * scale).toRect();
}

double PlotView::pixelOf(double x) const
{
    return d->canvas.laidOutScene().pixelOf(x) * d->canvas.scale();
}

double PlotView::xAt(double pixel) const
{
    const QRect axes = d->canvas.laidOutScene().axesRect();
    return valueAt((pixel / d->canvas.scale() - axes.left()) / std::max(1, axes.width()),
                   d->canvas.scene().view().x, d->figure.x.log);
}

void PlotView::setHeaderInset(int pixels)
{
    d->canvas.scene().setHeaderInset(d->inScene(pixels));
    d->canvas.replotLater();
}

void PlotView::setCursorX(std::optional<double> x)
{
    d->canvas.setCursorX(x);
}

void PlotView::setBusy(bool busy)
{
    if (busy) {
        if (d->busy == BusyStage::Idle && !d->barTimer.isActive()) {
            d->barTimer.start();
            d->dimTimer.start();
        }
        return;
    }
    d->barTimer.stop();
    d->dimTimer.stop();
    d->animation.stop();
    d->phase = 0;
    if (d->busy != BusyStage::Idle)
        d->setStage(BusyStage::Idle);
}

QSize PlotView::minimumSizeHint() const
{
    return QSizeF(QSizeF(300, 180) * d->canvas.scale()).toSize();
}

QSize PlotView::sizeHint() const
{
    return QSizeF(QSizeF(640, 280) * d->canvas.scale()).toSize();
}

void PlotView::mousePressEvent(QMouseEvent* event)
{
    d->interaction.press(event);
}

void PlotView::mouseMoveEvent(QMouseEvent* event)
{
    d->interaction.move(event);
}

void PlotView::mouseReleaseEvent(QMouseEvent* event)
{
    d->interaction.release(event);
}

void PlotView::mouseDoubleClickEvent(QMouseEvent* event)
{
    d->interaction.doubleClick(event);
}

void PlotView::wheelEvent(QWheelEvent* event)
{
    d->interaction.wheel(event);
}

bool PlotView::event(QEvent* event)
{
    // Esc lets go of a handle before it means anything to the window.
    if (event->type() == QEvent::ShortcutOverride && d->interaction.hasSelection() &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape)
        event->accept();
    return QWidget::event(event);
}

void PlotView::keyPressEvent(QKeyEvent* event)
{
    if (!d->interaction.key(event))
        QWidget::keyPressEvent(event);
}

void PlotView::keyReleaseEvent(QKeyEvent* event)
{
    d->interaction.keyRelease(event);
    QWidget::keyReleaseEvent(event);
}

void PlotView::contextMenuEvent(QContextMenuEvent* event)
{
    emit contextMenuRequested(event->globalPos());
}

void PlotView::leaveEvent(QEvent* event)
{
    d->interaction.leave();
    QWidget::leaveEvent(event);
}

void PlotView::focusInEvent(QFocusEvent* event)
{
    // A click shows by itself where it went; only who walks with the keyboard needs the ring.
    switch (event->reason()) {
    case Qt::TabFocusReason:
    case Qt::BacktabFocusReason:
    case Qt::ShortcutFocusReason:
        d->keyboardFocus = true;
        break;
    case Qt::ActiveWindowFocusReason:
    case Qt::PopupFocusReason:
        break; // as it was before the other window came
    default:
        d->keyboardFocus = false;
    }
    d->canvas.setFocusRing(d->keyboardFocus);
    QWidget::focusInEvent(event);
}

void PlotView::focusOutEvent(QFocusEvent* event)
{
    d->canvas.setFocusRing(false);
    QWidget::focusOutEvent(event);
}

void PlotView::resizeEvent(QResizeEvent* event)
{
    d->canvas.resize(size());
    if (d->styledLarge != d->isLarge())
        d->applyStyle();
    QWidget::resizeEvent(event);
}

void PlotView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    d->canvas.followScreen();
    QObject::disconnect(d->screenConnection);
    if (QWindow* handle = window()->windowHandle())
        d->screenConnection =
            connect(handle, &QWindow::screenChanged, this, [this] { d->canvas.followScreen(); });
    d->canvas.replotLater();
}

void PlotView::changeEvent(QEvent* event)
{
    switch (event->type()) {
    case QEvent::PaletteChange:
    case QEvent::FontChange:
    case QEvent::StyleChange:
        d->applyStyle();
        break;
    case QEvent::LanguageChange:
        d->canvas.replotLater();
        break;
    default:
        break;
    }
    QWidget::changeEvent(event);
}

void alignAxes(const std::vector<PlotView*>& views)
{
    int left = 0;
    int right = 0;
    for (const PlotView* view : views) {
        left = std::max(left, view->neededLeftMargin());
        right = std::max(right, view->neededRightMargin());
    }
    for (PlotView* view : views) {
        view->setLeftMargin(left);
        view->setRightMargin(right);
    }
}

} // namespace qs
