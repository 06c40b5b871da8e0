// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_sheet.h"

#include <QWidget>

namespace qs {

/// What an export would write, as large as there is room, painted by the painter of the exports:
/// a picture, a grid of them, the pages of a PDF.
class ExportPreview : public QWidget {
    Q_OBJECT

public:
    explicit ExportPreview(QWidget* parent = nullptr);

    /// At least one part.
    void showSheet(FigureSheet sheet, ThemeId theme);
    /// Shows a text instead: what is on its way, or what is wrong.
    void showText(const QString& text);
    /// What is shown; null where it is a text.
    const QImage& image() const { return m_image; }
    QSize sizeHint() const override { return {620, 460}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void render();
    QImage pageImage(FigureSheet page, double dpi) const;

    FigureSheet m_sheet; ///< without parts: a text is shown
    ThemeId m_theme = ThemeId::Print;
    QImage m_image;
    QString m_text;
};

} // namespace qs
