// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_export.h"

#include <QSize>

#include <memory>

class QMimeData;

namespace qs {

/// The picture for other programs, `options.size` in pixels of 1/96 inch whatever its unit: as PNG
/// with twice as many pixels and as SVG, both with options.session inside. Null: such a picture
/// cannot be made.
std::unique_ptr<QMimeData> figureMimeData(const Figure& figure, ThemeId theme,
                                          const ExportOptions& options);

/// Its data: as CSV, and for spreadsheets as text with tabs between the fields.
std::unique_ptr<QMimeData> figureDataMime(const Figure& figure, const std::string& session = {});

/// Puts them on the clipboard. False: such a picture cannot be made.
bool copyFigure(const Figure& figure, ThemeId theme, const ExportOptions& options);
void copyFigureData(const Figure& figure, const std::string& session = {});

} // namespace qs
