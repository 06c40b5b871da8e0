// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/plot/figure.h"
#include "ui/plot/theme.h"

#include <QByteArray>
#include <QImage>
#include <QSizeF>
#include <QString>

#include <optional>
#include <utility>

namespace qs {

enum class ExportFormat { Png, Svg, Pdf, Csv };
enum class SizeUnit { Millimetre, Pixel };

/// How big and what part. Pixels are those of the PNG; its dots per inch then give the size on
/// paper.
struct ExportOptions {
    std::optional<ExportFormat> format; ///< nothing: by the ending of the file's name
    QSizeF size{160, 100};
    SizeUnit unit = SizeUnit::Millimetre;
    double dpi = 300;
    double fontPoints = 9; ///< tick labels a little smaller, the title a little larger
    std::optional<std::pair<double, double>> xRange; ///< nothing: the figure's own
    std::optional<std::pair<double, double>> yRange;
};

/// The format that the ending of `path` names, whatever its case.
std::optional<ExportFormat> exportFormatOf(const QString& path);

/// Writes what `figure` shows (or, for CSV, its numbers) to `path`, wholly or not at all. Handles
/// are plain lines; there is no cursor and no focus ring. The same arguments give the same SVG and
/// CSV.
Result<void> exportFigure(const Figure& figure, ThemeId theme, const ExportOptions& options,
                          const QString& path);

/// The picture as a PNG export would write it; empty when the size is not usable.
QImage renderFigure(const Figure& figure, ThemeId theme, const ExportOptions& options);

/// The numbers of `figure`: `# key: value` lines, one header line, then a row per point. Series
/// with the same x share its column; a histogram has two, its bars' ends; a series without more
/// points leaves its fields empty.
QByteArray figureCsv(const Figure& figure);

} // namespace qs
