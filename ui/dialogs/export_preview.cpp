// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_preview.h"

#include <QPainter>

#include <algorithm>

namespace qs {
namespace {

constexpr int edge = 14;
constexpr double millimetresPerInch = 25.4;
constexpr double leastDpi = 20; // what renderFigure takes

} // namespace

ExportPreview::ExportPreview(QWidget* parent) : QWidget(parent)
{
    setMinimumSize(320, 260);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("preview"));
    setToolTip(tr("What the file will show, at the size there is room for here"));
}

void ExportPreview::showFigure(std::shared_ptr<const Figure> figure, ThemeId theme,
                               const ExportOptions& options)
{
    m_figure = std::move(figure);
    m_theme = theme;
    m_options = options;
    m_text.clear();
    setAccessibleDescription(m_figure->accessible);
    render();
}

void ExportPreview::showText(const QString& text)
{
    m_figure.reset();
    m_image = {};
    m_text = text;
    setAccessibleDescription(text);
    update();
}

void ExportPreview::render()
{
    if (!m_figure)
        return;
    // The same inches with fewer dots: letters and lines stand as they do in the file.
    const QSizeF inches =
        m_options.size /
        (m_options.unit == SizeUnit::Millimetre ? millimetresPerInch : m_options.dpi);
    const QSizeF room = QSizeF(size() - QSize(2 * edge, 2 * edge)) * devicePixelRatioF();
    const double dpi = std::min(room.width() / inches.width(), room.height() / inches.height());
    ExportOptions fitted = m_options;
    fitted.unit = SizeUnit::Millimetre;
    fitted.size = inches * millimetresPerInch;
    fitted.dpi = std::clamp(dpi, leastDpi, 600.0);
    m_image = renderFigure(*m_figure, m_theme, fitted);
    if (!m_image.isNull() && dpi < leastDpi)
        m_image =
            m_image.scaled((inches * dpi).toSize(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
    m_image.setDevicePixelRatio(devicePixelRatioF());
    m_text = m_image.isNull() ? tr("A picture of this size cannot be made") : QString();
    update();
}

void ExportPreview::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    render();
}

void ExportPreview::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Mid));
    if (m_image.isNull()) {
        painter.setPen(palette().color(QPalette::WindowText));
        painter.fillRect(rect(), palette().color(QPalette::Window));
        painter.drawText(rect().adjusted(edge, edge, -edge, -edge),
                         Qt::AlignCenter | Qt::TextWordWrap, m_text);
        return;
    }
    const QSizeF shown = QSizeF(m_image.size()) / m_image.devicePixelRatio();
    const QPointF corner((width() - shown.width()) / 2, (height() - shown.height()) / 2);
    painter.drawImage(corner, m_image);
}

} // namespace qs
