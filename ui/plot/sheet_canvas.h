// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_canvas.h"
#include "ui/plot/figure_sheet.h"

#include <QPoint>

#include <memory>
#include <vector>

namespace qs {

/// A sheet ready to be painted on any device.
class SheetCanvas {
public:
    /// `sheet` must outlive it.
    SheetCanvas(const FigureSheet& sheet, ThemeId theme);

    std::size_t count() const { return m_canvases.size(); }
    const FigureCanvas& at(std::size_t part) const { return *m_canvases[part]; }
    /// Its column and row.
    QPoint placeOf(std::size_t part) const;
    /// Columns and rows.
    QSize grid() const { return m_grid; }
    QColor background() const { return m_background; }
    /// The titles of all parts.
    QString title() const;

private:
    void lineUp();

    std::vector<std::unique_ptr<FigureCanvas>> m_canvases;
    QSize m_grid;
    QColor m_background;
};

/// The whole sheet as an SVG or a PDF document with `session` inside, where there is one. Empty: it
/// could not be painted.
QByteArray sheetSvg(const SheetCanvas& sheet, SvgText text, const std::string& session);
QByteArray sheetPdf(const SheetCanvas& sheet, const std::string& session);

} // namespace qs
