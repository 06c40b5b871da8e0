// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_preview.h"

#include <QPainter>

#include <algorithm>

namespace qs {
namespace {

constexpr int edge = 14;
constexpr int gap = 8; // between pages
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

void ExportPreview::showSheet(FigureSheet sheet, ThemeId theme)
{
    m_sheet = std::move(sheet);
    m_theme = theme;
    m_text.clear();
    QStringList texts;
    for (const auto& part : m_sheet.parts)
        texts += part.figure->accessible;
    setAccessibleDescription(texts.join(u'\n'));
    render();
}

void ExportPreview::showText(const QString& text)
{
    m_sheet = {};
    m_image = {};
    m_text = text;
    setAccessibleDescription(text);
    update();
}

/// With other dots than the file has.
QImage ExportPreview::pageImage(FigureSheet page, double dpi) const
{
    const double fitted = std::clamp(dpi, leastDpi, 600.0);
    QSizeF inches;
    for (auto& part : page.parts) {
        auto& options = part.options;
        inches = options.size /
                 (options.unit == SizeUnit::Millimetre ? millimetresPerInch : options.dpi);
        options.unit = SizeUnit::Millimetre;
        options.size = inches * millimetresPerInch;
        options.dpi = fitted;
    }
    const QImage image = renderSheet(page, m_theme);
    if (image.isNull() || dpi >= leastDpi)
        return image;
    return image.scaled((QSizeF(image.size()) * (dpi / fitted)).toSize(), Qt::KeepAspectRatio,
                        Qt::SmoothTransformation);
}

void ExportPreview::render()
{
    if (m_sheet.parts.empty())
        return;
    update();
    m_image = {};
    if (const auto good = checkSheet(m_sheet); !good) {
        m_text = QString::fromStdString(good.error().message);
        return;
    }
    m_text.clear();
    std::vector<FigureSheet> pages;
    const ExportOptions& first = m_sheet.parts.front().options;
    if (first.format == ExportFormat::Pdf) {
        for (const auto& part : m_sheet.parts)
            pages.push_back({{part}, 1});
    } else {
        pages.push_back(m_sheet);
    }
    const QSize grid = sheetGrid(pages.front());
    const QSizeF one =
        first.size / (first.unit == SizeUnit::Millimetre ? millimetresPerInch : first.dpi);
    const QSizeF page(one.width() * grid.width(), one.height() * grid.height());
    // The same inches with fewer dots: letters and lines stand as they do in the file. Pages are
    // laid side by side as they have the most.
    const double ratio = devicePixelRatioF();
    const QSizeF room = QSizeF(size() - QSize(2 * edge, 2 * edge)) * ratio;
    const auto count = static_cast<int>(pages.size());
    double dpi = 0;
    int columns = 1;
    for (int tried = 1; tried <= count; ++tried) {
        const int rows = (count + tried - 1) / tried;
        const double fits =
            std::min((room.width() - gap * ratio * (tried - 1)) / (tried * page.width()),
                     (room.height() - gap * ratio * (rows - 1)) / (rows * page.height()));
        if (fits > dpi) {
            dpi = fits;
            columns = tried;
        }
    }
    if (count == 1) {
        m_image = pageImage(pages.front(), dpi);
    } else {
        const int rows = (count + columns - 1) / columns;
        const QSize each = (page * dpi).toSize();
        const int between = static_cast<int>(gap * ratio);
        const QSize step = each + QSize(between, between);
        m_image = QImage(step.width() * columns - between, step.height() * rows - between,
                         QImage::Format_RGB32);
        m_image.fill(palette().color(QPalette::Mid));
        QPainter painter(&m_image);
        for (int i = 0; i < count; ++i) {
            const auto image = pageImage(pages[static_cast<std::size_t>(i)], dpi);
            painter.drawImage(
                QRect(QPoint(i % columns * step.width(), i / columns * step.height()), each), image,
                QRect(QPoint(0, 0), image.size()));
        }
    }
    m_image.setDevicePixelRatio(ratio);
    if (m_image.isNull())
        m_text = tr("A picture of this size cannot be made");
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
