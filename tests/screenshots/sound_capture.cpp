// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound_capture.h"

#include <QPainter>

namespace qs {
namespace {

PlotRecord plot(const QString& title, const QRectF& rect)
{
    PlotRecord record;
    record.figure.title = title;
    record.figure.x = {QStringLiteral("value x"), QStringLiteral("-"), -1, 1};
    record.figure.y = {QStringLiteral("y"), QStringLiteral("LSB"), 0, 1};
    Series series;
    series.name = QStringLiteral("identity");
    series.color = ColorRole::Reference;
    series.x = series.y = {-1, 1};
    record.figure.series = {series};
    record.rect = rect;
    record.axes = rect.adjusted(60, 30, -20, -40);
    record.theme = ThemeId::Dark;
    record.xMin = record.yMin = -1;
    return record;
}

} // namespace

void paintPlots(Capture& capture, Painted what)
{
    const auto& theme = plotTheme(ThemeId::Dark);
    capture.image.fill(theme.axesBackground);
    QPainter painter(&capture.image);
    for (const auto& plot : capture.record.plots) {
        const auto xOf = [&](double x) {
            return plot.axes.left() + plot.axes.width() * (x - plot.xMin) / (plot.xMax - plot.xMin);
        };
        if (what != Painted::NoAxes) {
            painter.setPen(theme.axisLine);
            painter.drawLine(plot.axes.topLeft(), plot.axes.bottomLeft());
        }
        if (what != Painted::NoSeries) {
            painter.setPen(QPen(theme.color(ColorRole::Reference), 2));
            painter.drawLine(plot.axes.bottomLeft(), plot.axes.topRight());
        }
        painter.setPen(theme.handle);
        for (const auto& marker : plot.figure.markers) {
            if (what != Painted::NoMarkers)
                painter.drawLine(QPointF(xOf(marker.x), plot.axes.top()),
                                 QPointF(xOf(marker.x), plot.axes.bottom()));
        }
    }
}

TextRecord text(const QString& words, const QRectF& rect, int plot)
{
    TextRecord record;
    record.text = words;
    record.rect = rect;
    record.px = 12;
    record.plot = plot;
    return record;
}

ControlRecord control(const char* kind, const char* name, const QString& words, const QRectF& rect)
{
    ControlRecord record;
    record.kind = QLatin1String(kind);
    record.name = QLatin1String(name);
    record.text = words;
    record.rect = rect;
    return record;
}

Capture sound()
{
    Capture shot;
    shot.image = QImage(1280, 800, QImage::Format_ARGB32);
    auto& record = shot.record;
    record.theme = QStringLiteral("dark");
    record.size = {1280, 800};
    record.controls = {
        control("QMenuBar", "", {}, {0, 0, 1280, 22}),
        control("QLineEdit", "scale", QStringLiteral("0.125"), {1100, 60, 100, 25}),
        control("QLineEdit", "zero_point", QStringLiteral("0"), {1100, 90, 100, 25}),
        control("QLineEdit", "quant_min", QStringLiteral("-8"), {1100, 150, 100, 25}),
        control("QLineEdit", "quant_max", QStringLiteral("7"), {1100, 120, 100, 25})};
    record.plots = {plot(QStringLiteral("Transfer of w"), {200, 60, 700, 220}),
                    plot(QStringLiteral("Histogram of w"), {200, 290, 700, 220}),
                    plot(QStringLiteral("Error of w"), {200, 520, 700, 220})};
    auto& transfer = record.plots[0].figure;
    transfer.markers = {{QStringLiteral("range_min"), QStringLiteral("min"), -1},
                        {QStringLiteral("zero_point"), QStringLiteral("0 is code 0"), 0},
                        {QStringLiteral("range_max"), QStringLiteral("max"), 0.875}};
    transfer.regions = {{0.9, 1, QStringLiteral("clipped 0.8 %")}};
    paintPlots(shot, Painted::All);
    int top = 0;
    for (int i = 0; i < 3; ++i) {
        record.texts.push_back(text(QStringLiteral("value x [-]"), {500, 250.0 + top, 60, 12}, i));
        record.texts.push_back(text(QStringLiteral("y [LSB]"), {210, 150.0 + top, 12, 60}, i));
        record.texts.push_back(text(QStringLiteral("-0.25"), {400, 242.0 + top, 30, 9}, i));
        top += 230;
    }
    record.texts.push_back(text(QStringLiteral("0 is code 0"), {500, 70, 80, 12}, 0));
    record.texts.push_back(text(QStringLiteral("clipped 0.8 %"), {800, 120, 80, 12}, 0));
    record.texts.push_back(text(QStringLiteral("64 bins, linear counts"), {700, 300, 100, 12}, 1));
    const char* const rows[][2] = {{"SQNR", "13.3 dB"},
                                   {"RMSE / scale (0.289)", "0.291"},
                                   {"clipped low", "0 %"},
                                   {"clipped high", "0.8 %"}};
    for (int i = 0; i < 4; ++i) {
        record.texts.push_back(text(QLatin1String(rows[i][0]), {1000, 500 + 20.0 * i, 120, 10}));
        record.texts.push_back(text(QLatin1String(rows[i][1]), {1200, 500 + 20.0 * i, 50, 10}));
    }
    record.texts.push_back(text(QStringLiteral("exact"), {2, 780, 40, 12}));
    return shot;
}

} // namespace qs
