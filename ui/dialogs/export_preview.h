// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_export.h"

#include <QWidget>

#include <memory>

namespace qs {

/// The page that an export would write, as large as there is room: painted by the painter of the
/// exports.
class ExportPreview : public QWidget {
    Q_OBJECT

public:
    explicit ExportPreview(QWidget* parent = nullptr);

    /// Shows the picture.
    void showFigure(std::shared_ptr<const Figure> figure, ThemeId theme,
                    const ExportOptions& options);
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

    std::shared_ptr<const Figure> m_figure;
    ThemeId m_theme = ThemeId::Print;
    ExportOptions m_options;
    QImage m_image;
    QString m_text;
};

} // namespace qs
