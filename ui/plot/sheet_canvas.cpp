// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/sheet_canvas.h"

#include <algorithm>

namespace qs {

SheetCanvas::SheetCanvas(const FigureSheet& sheet, ThemeId theme)
    : m_grid(sheetGrid(sheet)), m_background(plotTheme(theme).background)
{
    for (const auto& part : sheet.parts)
        m_canvases.push_back(std::make_unique<FigureCanvas>(*part.figure, theme, part.options));
    lineUp();
}

QPoint SheetCanvas::placeOf(std::size_t part) const
{
    const auto at = static_cast<int>(part);
    return {at % m_grid.width(), at / m_grid.width()};
}

QString SheetCanvas::title() const
{
    QStringList titles;
    for (const auto& canvas : m_canvases) {
        if (!canvas->title().isEmpty())
            titles += canvas->title();
    }
    return titles.join(QStringLiteral(", "));
}

/// Pictures of the same x axis that stand below each other have it at the same place.
void SheetCanvas::lineUp()
{
    if (m_grid.height() < 2)
        return;
    std::vector<FigureCanvas::Sides> sides;
    for (const auto& canvas : m_canvases)
        sides.push_back(canvas->sides());
    for (std::size_t i = 0; i < count(); ++i) {
        auto most = sides[i];
        for (std::size_t k = 0; k < count(); ++k) {
            if (placeOf(k).x() != placeOf(i).x() || !m_canvases[k]->hasXAxisOf(*m_canvases[i]))
                continue;
            most.left = std::max(most.left, sides[k].left);
            most.right = std::max(most.right, sides[k].right);
        }
        m_canvases[i]->setSides(most);
    }
}

} // namespace qs
