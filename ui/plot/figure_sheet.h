// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_export.h"

#include <memory>
#include <vector>

namespace qs {

/// Pictures in one file, each of its own size. A PDF has a page for each of them; SVG and PNG show
/// them in a grid, row by row, where axes of the same values line up.
struct FigureSheet {
    struct Part {
        QString name; ///< what the data beside the file are called: "histogram"
        std::shared_ptr<const Figure> figure;
        /// Format, size, unit, dpi, text and session are those of the first part.
        ExportOptions options;
    };
    std::vector<Part> parts; ///< at least one
    int columns = 1;         ///< of the grid
};

/// A sheet of one picture; `figure` must outlive it.
FigureSheet sheetOf(const Figure& figure, const ExportOptions& options);

/// The columns of a grid of `parts` pictures where nobody chose: one below the other where all of
/// them share their x axis, as the window shows them; else about as many as rows, at most 3.
int defaultColumns(std::size_t parts, bool allShareX);

/// Columns and rows of the sheet's grid; without empty columns. 1 × 1 for a PDF, whose pages hold
/// one picture each.
QSize sheetGrid(const FigureSheet& sheet);

/// Errors (Usage): what is too large or too small about it, and what can be done.
Result<void> checkSheet(const FigureSheet& sheet);

/// The content of the sheet's file: a PNG where no format is given. The same arguments give the
/// same bytes; those of a sheet of one picture are figureBytes(). Errors: those of checkSheet();
/// (Usage) a format of data, which has one figure a file; (Io) painting failed.
Result<QByteArray> sheetBytes(const FigureSheet& sheet, ThemeId theme);

/// Writes the file, wholly or not at all.
Result<void> exportSheet(const FigureSheet& sheet, ThemeId theme, const QString& path);

/// The file beside a sheet that holds one part's data: "fig.pdf" and "histogram" give
/// "fig-histogram.csv".
QString sheetDataPath(const QString& path, const QString& name, ExportFormat data);

/// exportSheet(), and every part's data beside it where they are wanted. The names of what was
/// written.
Result<QStringList> exportSheetWithData(const FigureSheet& sheet, ThemeId theme,
                                        std::optional<ExportFormat> data, const QString& path);

/// The sheet as a PNG would show it; empty when its size is not usable.
QImage renderSheet(const FigureSheet& sheet, ThemeId theme);

} // namespace qs
