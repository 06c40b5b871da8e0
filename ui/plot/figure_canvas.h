// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_export.h"

#include <QSizeF>

#include <memory>

class QCPPainter;

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
    TableFit tableFit() const;
    /// As they are drawn and told.
    QString title() const;
    QString accessible() const;

    /// The room beside the axes.
    struct Sides {
        int left = 0;
        int right = 0;
    };
    Sides sides() const;
    /// At least so much.
    void setSides(const Sides& sides);
    /// Whether both have axes and show the same stretch of the same x.
    bool hasXAxisOf(const FigureCanvas& other) const;

    /// Paints from the origin of `painter`, whose unit is a pixel of 1/96 inch.
    void paint(QCPPainter& painter, Pass pass, bool vector) const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The size of a picture in inches.
QSizeF sizeInInches(const ExportOptions& options);

} // namespace qs
