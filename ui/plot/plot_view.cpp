// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/plot_view.h"

#include <QMouseEvent>

namespace qs {

struct PlotView::Private {
    Figure figure;
    ThemeId theme = ThemeId::Light;
};

PlotView::PlotView(QWidget* parent) : QWidget(parent), d(std::make_unique<Private>()) {}
PlotView::~PlotView() = default;
void PlotView::setFigure(const Figure& figure)
{
    d->figure = figure;
}
const Figure& PlotView::figure() const
{
    return d->figure;
}
void PlotView::setTheme(ThemeId theme)
{
    d->theme = theme;
}
ThemeId PlotView::theme() const
{
    return d->theme;
}
void PlotView::setXRange(double, double) {}
double PlotView::xMin() const
{
    return d->figure.x.min;
}
double PlotView::xMax() const
{
    return d->figure.x.max;
}
void PlotView::resetView() {}
bool PlotView::isZoomed() const
{
    return false;
}
void PlotView::setLeftMargin(int) {}
void PlotView::setRightMargin(int) {}
int PlotView::neededLeftMargin() const
{
    return 0;
}
int PlotView::neededRightMargin() const
{
    return 0;
}
QRect PlotView::axesRect() const
{
    return rect();
}
double PlotView::pixelOf(double) const
{
    return 0;
}
double PlotView::xAt(double) const
{
    return 0;
}
void PlotView::setCursorX(std::optional<double>) {}
void PlotView::setBusy(bool) {}
QSize PlotView::minimumSizeHint() const
{
    return {300, 180};
}
QSize PlotView::sizeHint() const
{
    return {640, 260};
}
void PlotView::mousePressEvent(QMouseEvent* event)
{
    QWidget::mousePressEvent(event);
}
void PlotView::mouseMoveEvent(QMouseEvent* event)
{
    QWidget::mouseMoveEvent(event);
}
void PlotView::mouseReleaseEvent(QMouseEvent* event)
{
    QWidget::mouseReleaseEvent(event);
}
void PlotView::mouseDoubleClickEvent(QMouseEvent* event)
{
    QWidget::mouseDoubleClickEvent(event);
}
void PlotView::wheelEvent(QWheelEvent* event)
{
    QWidget::wheelEvent(event);
}
void PlotView::keyPressEvent(QKeyEvent* event)
{
    QWidget::keyPressEvent(event);
}
void PlotView::keyReleaseEvent(QKeyEvent* event)
{
    QWidget::keyReleaseEvent(event);
}
void PlotView::contextMenuEvent(QContextMenuEvent* event)
{
    QWidget::contextMenuEvent(event);
}
void PlotView::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
}
void PlotView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
}
void PlotView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
}
void PlotView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
}
void PlotView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
}
void PlotView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
}
void alignAxes(const std::vector<PlotView*>&) {}

} // namespace qs
