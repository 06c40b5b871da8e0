// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_export.h"

#include <QByteArray>
#include <QSizeF>

#include <memory>

class QPaintDevice;

namespace qs {

/// A figure ready to be painted on any device, in pixels of 1/96 inch.
class FigureCanvas {
public:
    /// What one pass paints. Formats without clipping clip the data themselves, so they need it
    /// apart.
    enum class Pass { All, BelowData, Data, AboveData };

    /// `figure` must outlive it.
    FigureCanvas(const Figure& figure, ThemeId theme, const ExportOptions& options);
    ~FigureCanvas();

    QSizeF size() const;
    /// The part that the data may cover.
    QRectF axesRect() const;
    bool captionFits() const;
    /// Paints; `scale` is the number of device units in a pixel of 1/96 inch.
    bool paint(QPaintDevice& device, Pass pass, double scale, bool vector) const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The whole picture as an SVG or a PDF document with `session` inside, where there is one. Empty:
/// it could not be painted.
QByteArray figureSvg(const FigureCanvas& canvas, const QString& title, const std::string& session);
QByteArray figurePdf(const FigureCanvas& canvas, const QString& title, const std::string& session);

/// The size of a picture in inches.
QSizeF sizeInInches(const ExportOptions& options);

} // namespace qs
