// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_scene.h"

#include <QRectF>
#include <QSize>

#include <functional>
#include <memory>
#include <optional>

class QWidget;

namespace qs {

/// How long something newer has been awaited: not noticeably, for a bar, for a dimmed picture.
enum class BusyStage { Idle, Bar, Dimmed };

/// The painted surface of a PlotView: a scene, and above it what comes and goes with the pointer.
/// Everything is painted later, once for any number of changes.
class PlotCanvas {
public:
    explicit PlotCanvas(QWidget* parent);
    ~PlotCanvas();

    FigureScene& scene();
    /// The scene laid out as it will be painted next.
    const FigureScene& laidOutScene();

    void resize(const QSize& size);
    /// How many pixels of the parent one of the scene's is.
    void setScale(double scale);
    double scale() const;
    /// Takes over the pixel density of the screen the parent is on.
    void followScreen();
    void setStyle(const FigureStyle& style);

    /// Paints everything.
    void replotLater();
    /// Paints only what handles and markers are drawn on.
    void replotMarks();

    void setCursorX(std::optional<double> x);
    void setBox(const QRectF& box);
    void setFocusRing(bool shown);
    void setBusy(BusyStage stage, double phase);

    /// Called after each whole paint.
    void onReplotted(std::function<void()> call);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace qs
