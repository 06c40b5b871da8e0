// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_scene.h"

#include "ui/plot/axis_tickers.h"
#include "ui/plot/figure_axes.h"
#include "ui/plot/figure_header.h"
#include "ui/plot/figure_labels.h"
#include "ui/plot/figure_links.h"
#include "ui/plot/figure_map.h"
#include "ui/plot/figure_marks.h"
#include "ui/plot/figure_series.h"
#include "ui/plot/figure_table_item.h"
#include "ui/plot/number_text.h"

#include <qcustomplot.h>

#include <algorithm>
#include <vector>

namespace qs {
namespace {

ViewRange homeOf(const Axis& axis)
{
    return sanitized({axis.min, axis.max}, axis.log);
}

} // namespace

struct FigureScene::Private {
    QCustomPlot& plot;
    FigureAxes* axes = nullptr;
    FigureHeader* header = nullptr;
    FigureMap* map = nullptr;
    FigureGround* regions = nullptr;
    FigureGround* rugs = nullptr;
    FigureMarks* marks = nullptr;
    FigureLabels* labels = nullptr;
    FigureLinks* links = nullptr;
    FigureSideBins* sides = nullptr;
    FigureTableItem* table = nullptr;
    QSharedPointer<RoundTicker> roundX{new RoundTicker}, roundY{new RoundTicker},
        roundY2{new RoundTicker};
    QSharedPointer<LogTicker> logX{new LogTicker}, logY{new LogTicker}, logY2{new LogTicker};
    QSharedPointer<NameTicker> namesX{new NameTicker}, namesY{new NameTicker};
    std::vector<std::unique_ptr<SeriesPlot>> series;
    FigureStyle style;
    FigureView view;
    const Figure* figure = nullptr;

    explicit Private(QCustomPlot& target) : plot(target) {}

    void setUpAxis(QCPAxis* target, const Axis& axis, const QSharedPointer<RoundTicker>& round,
                   const QSharedPointer<LogTicker>& log,
                   const QSharedPointer<NameTicker>& names = {})
    {
        target->setScaleType(axis.log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        round->setIntegers(axis.integers);
        target->setTicker(axis.log ? QSharedPointer<QCPAxisTicker>(log)
                                   : QSharedPointer<QCPAxisTicker>(round));
        if (names && !axis.names.empty()) {
            names->setNames(axis.names);
            target->setTicker(names);
        }
        target->setLabel(axisTitle(axis));
        target->setRangeReversed(axis.reversed);
    }

    void applyLook();
    void applyAxisLook(QCPAxis* axis);
};

FigureScene::FigureScene(QCustomPlot& plot, Purpose purpose) : d(std::make_unique<Private>(plot))
{
    plot.setPlottingHints(QCP::phFastPolylines | QCP::phCacheLabels);
    plot.plotLayout()->clear();
    d->axes = new FigureAxes(&plot);
    plot.plotLayout()->addElement(0, 0, d->axes);
    plot.plotLayout()->setRowSpacing(0);
    plot.addLayer(QStringLiteral("regions"), plot.layer(QStringLiteral("main")),
                  QCustomPlot::limBelow);
    plot.addLayer(QStringLiteral("rugs"), plot.layer(QStringLiteral("main")),
                  QCustomPlot::limAbove);
    plot.addLayer(QStringLiteral("marks"), plot.layer(QStringLiteral("legend")),
                  QCustomPlot::limAbove);
    plot.layer(QStringLiteral("marks"))->setMode(QCPLayer::lmBuffered);
    for (QCPAxis* axis : d->axes->axes()) {
        axis->setLayer(QStringLiteral("axes"));
        axis->grid()->setLayer(QStringLiteral("grid"));
    }
    d->axes->axis(QCPAxis::atTop)->setVisible(false);
    d->axes->axis(QCPAxis::atRight)->grid()->setVisible(false);
    d->header = new FigureHeader(&plot);
    d->table = new FigureTableItem(&plot, d->header, purpose == Purpose::Export);
    d->map = new FigureMap(d->axes, QStringLiteral("regions"));
    d->regions = new FigureGround(d->axes, FigureGround::Part::Regions, QStringLiteral("regions"));
    d->links = new FigureLinks(d->axes, QStringLiteral("main"));
    d->rugs = new FigureGround(d->axes, FigureGround::Part::Rugs, QStringLiteral("rugs"));
    d->marks = new FigureMarks(d->axes, purpose == Purpose::Screen, QStringLiteral("marks"));
    d->labels = new FigureLabels(d->axes, d->marks, QStringLiteral("marks"));
    d->sides = new FigureSideBins(d->axes, QStringLiteral("rugs"));
    d->axes->sides = d->sides;
    d->axes->header = d->header;
    d->axes->marks = d->marks;
}

FigureScene::~FigureScene()
{
    d->series.clear();
    delete d->table;
    delete d->links;
    delete d->sides;
    delete d->header;
    delete d->map;
    delete d->regions;
    delete d->rugs;
    delete d->labels;
    delete d->marks;
}

void FigureScene::setFigure(const Figure& figure)
{
    d->figure = &figure;
    d->header->setFigure(&figure);
    d->map->setFigure(&figure);
    d->regions->setFigure(&figure);
    d->rugs->setFigure(&figure);
    d->marks->setFigure(&figure);
    d->labels->setFigure(&figure);
    d->links->setFigure(&figure);
    d->sides->setFigure(&figure);
    d->table->setFigure(&figure);

    QCPAxis* x = d->axes->axis(QCPAxis::atBottom);
    QCPAxis* y = d->axes->axis(QCPAxis::atLeft);
    QCPAxis* y2 = d->axes->axis(QCPAxis::atRight);
    d->setUpAxis(x, figure.x, d->roundX, d->logX, d->namesX);
    d->setUpAxis(y, figure.y, d->roundY, d->logY, d->namesY);
    d->setUpAxis(y2, figure.y2.value_or(Axis{}), d->roundY2, d->logY2);
    const bool hasAxes = figure.emptyText.isEmpty() && !figure.table;
    x->setVisible(hasAxes);
    y->setVisible(hasAxes);
    y2->setVisible(hasAxes && figure.y2.has_value());
    y2->setOffset(figure.map ? FigureMap::kScaleWidth : 0);

    bool same = d->series.size() == figure.series.size();
    for (std::size_t i = 0; same && i < d->series.size(); ++i)
        same = d->series[i]->fits(figure.series[i]);
    if (!same)
        d->series.clear();
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        const Series& series = figure.series[i];
        const bool right = series.rightAxis && figure.y2;
        if (!same)
            d->series.push_back(std::make_unique<SeriesPlot>(x, right ? y2 : y, series));
        d->series[i]->setData(series, figure.x, right ? *figure.y2 : figure.y);
    }
    d->plot.layer(QStringLiteral("main"))->setVisible(hasAxes);
    d->applyLook();
}

void FigureScene::setStyle(const FigureStyle& style)
{
    d->style = style;
    d->header->setStyle(&d->style);
    d->map->setStyle(&d->style);
    d->regions->setStyle(&d->style);
    d->rugs->setStyle(&d->style);
    d->marks->setStyle(&d->style);
    d->labels->setStyle(&d->style);
    d->links->setStyle(&d->style);
    d->sides->setStyle(&d->style);
    d->table->setStyle(&d->style);
    d->applyLook();
}

const FigureStyle& FigureScene::style() const
{
    return d->style;
}

void FigureScene::Private::applyAxisLook(QCPAxis* axis)
{
    const PlotTheme& theme = *style.theme;
    const QPen line(theme.axisLine, 1);
    axis->setBasePen(line);
    axis->setTickPen(line);
    axis->setSubTickPen(line);
    axis->setTickLabelColor(theme.text);
    axis->setTickLabelFont(style.ticks);
    axis->setLabelColor(theme.secondaryText);
    axis->setLabelFont(style.base);
    axis->setTickLength(0, 4);
    axis->setSubTickLength(0, 2);
    axis->setTickLabelPadding(axis->axisType() == QCPAxis::atBottom ? 2 : 4);
    axis->setLabelPadding(axis->axisType() == QCPAxis::atBottom ? 0 : 4);
    axis->setPadding(0);
    axis->grid()->setPen(QPen(theme.grid, 1));
    const bool dark = theme.axesBackground.lightness() < theme.text.lightness();
    axis->grid()->setZeroLinePen(QPen(theme.grid.darker(dark ? 65 : 115), 1));
    axis->grid()->setAntialiased(false);
}

void FigureScene::Private::applyLook()
{
    const PlotTheme& theme = *style.theme;
    plot.setBackground(QBrush(theme.background));
    const bool bare = theme.axesBackground == theme.background || (figure && figure->table);
    axes->setBackground(bare ? QBrush(Qt::NoBrush) : QBrush(theme.axesBackground));
    for (QCPAxis* axis : axes->axes())
        applyAxisLook(axis);
    if (!figure)
        return;
    for (std::size_t i = 0; i < series.size(); ++i)
        series[i]->setLook(figure->series[i], theme);
}

FigureView FigureScene::home() const
{
    if (!d->figure)
        return {};
    return {homeOf(d->figure->x), homeOf(d->figure->y), homeOf(d->figure->y2.value_or(Axis{}))};
}

const FigureView& FigureScene::view() const
{
    return d->view;
}

void FigureScene::setView(const FigureView& view)
{
    const Figure none;
    const Figure& figure = d->figure ? *d->figure : none;
    d->view = {sanitized(view.x, figure.x.log), sanitized(view.y, figure.y.log),
               sanitized(view.y2, figure.y2 && figure.y2->log)};
    d->axes->axis(QCPAxis::atBottom)->setRange(d->view.x.min, d->view.x.max);
    d->axes->axis(QCPAxis::atLeft)->setRange(d->view.y.min, d->view.y.max);
    d->axes->axis(QCPAxis::atRight)->setRange(d->view.y2.min, d->view.y2.max);
}

void FigureScene::setSideMargins(int left, int right)
{
    d->axes->minimumLeft = left;
    d->axes->minimumRight = right;
}

int FigureScene::neededLeftMargin() const
{
    return d->axes->needed(QCP::msLeft);
}

int FigureScene::neededRightMargin() const
{
    return d->axes->needed(QCP::msRight);
}

QRect FigureScene::axesRect() const
{
    return d->axes->rect();
}

void FigureScene::updateLayout()
{
    QCPLayoutGrid* layout = d->plot.plotLayout();
    layout->update(QCPLayoutElement::upPreparation);
    layout->update(QCPLayoutElement::upMargins);
    layout->update(QCPLayoutElement::upLayout);
}

double FigureScene::pixelOf(double x) const
{
    return d->axes->axis(QCPAxis::atBottom)->coordToPixel(x);
}

double FigureScene::pixelOfY(double y) const
{
    return d->axes->axis(QCPAxis::atLeft)->coordToPixel(y);
}

int FigureScene::handleAt(const QPointF& position) const
{
    return d->marks->handleAt(position);
}

QString FigureScene::labelAt(const QPointF& position) const
{
    if (const QString cut = d->header->labelAt(position); !cut.isEmpty())
        return cut;
    if (d->figure && d->figure->table)
        return d->table->labelAt(position);
    const QString label = d->labels->labelAt(position);
    if (!label.isEmpty())
        return label;
    const QString side = d->sides->labelAt(position);
    return side.isEmpty() ? d->map->labelAt(position) : side;
}

QString FigureScene::choiceAt(const QPointF& position) const
{
    const bool table = d->figure && d->figure->table;
    return table ? d->table->choiceAt(position) : d->labels->choiceAt(position);
}

TableFit FigureScene::tableFit() const
{
    return d->table->fit();
}

void FigureScene::setHeaderInset(int pixels)
{
    d->header->setInset(pixels);
}

void FigureScene::setDragged(int handle, const QPointF& at)
{
    d->marks->setDragged(handle, at);
}

void FigureScene::clearDragged()
{
    d->marks->clearDragged();
}

void FigureScene::setSelected(int handle)
{
    d->marks->setSelected(handle);
}

} // namespace qs
