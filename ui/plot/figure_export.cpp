// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_export.h"

#include "ui/plot/figure_canvas.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QPdfWriter>
#include <QSaveFile>

#include <cmath>

namespace qs {
namespace {

constexpr double maxPixels = 30000; // per side: what one image can hold in memory
constexpr double pixelsPerInch = 96;
constexpr double inchesPerMetre = 1 / 0.0254;

QString tr(const char* text)
{
    return QCoreApplication::translate("FigureExport", text);
}

bool isUsable(const ExportOptions& options)
{
    const QSizeF pixels = sizeInInches(options) * options.dpi;
    const auto good = [](double side) {
        return side >= 16 && side <= maxPixels;
    };
    return options.dpi >= 20 && options.dpi <= 2400 && options.fontPoints >= 1 &&
           options.fontPoints <= 200 && good(pixels.width()) && good(pixels.height()) &&
           pixels.width() * pixels.height() <= 4e8;
}

QByteArray pngOf(const Figure& figure, ThemeId theme, const ExportOptions& options)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    const QImage image = renderFigure(figure, theme, options);
    if (image.isNull() || !image.save(&buffer, "PNG"))
        return {};
    return buffer.data();
}

QByteArray pdfOf(const Figure& figure, ThemeId theme, const ExportOptions& options)
{
    constexpr int resolution = 1200;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(resolution);
    writer.setCreator(QStringLiteral("Quantoscope"));
    writer.setTitle(figure.title);
    writer.setPageSize(
        QPageSize(sizeInInches(options) * 72, QPageSize::Point, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    const FigureCanvas canvas(figure, theme, options);
    if (!canvas.paint(writer, FigureCanvas::Pass::All, resolution / pixelsPerInch, true))
        return {};
    return buffer.data();
}

} // namespace

std::optional<ExportFormat> exportFormatOf(const QString& path)
{
    const QString ending = QFileInfo(path).suffix().toLower();
    if (ending == QStringLiteral("png"))
        return ExportFormat::Png;
    if (ending == QStringLiteral("svg"))
        return ExportFormat::Svg;
    if (ending == QStringLiteral("pdf"))
        return ExportFormat::Pdf;
    if (ending == QStringLiteral("csv"))
        return ExportFormat::Csv;
    return std::nullopt;
}

QImage renderFigure(const Figure& figure, ThemeId theme, const ExportOptions& options)
{
    if (!isUsable(options))
        return {};
    const QSize pixels = (sizeInInches(options) * options.dpi).toSize();
    QImage image(pixels, QImage::Format_RGB32);
    if (image.isNull())
        return {};
    const FigureCanvas canvas(figure, theme, options);
    image.fill(plotTheme(theme).background);
    image.setDevicePixelRatio(options.dpi / pixelsPerInch);
    image.setDotsPerMeterX(static_cast<int>(std::lround(options.dpi * inchesPerMetre)));
    image.setDotsPerMeterY(static_cast<int>(std::lround(options.dpi * inchesPerMetre)));
    canvas.paint(image, FigureCanvas::Pass::All, 1, false);
    return image;
}

Result<void> exportFigure(const Figure& figure, ThemeId theme, const ExportOptions& options,
                          const QString& path)
{
    const std::optional<ExportFormat> format =
        options.format ? options.format : exportFormatOf(path);
    if (!format)
        return Error::usage(
            tr("%1: the name must end in .png, .svg, .pdf or .csv").arg(path).toStdString());
    if (*format != ExportFormat::Csv && !isUsable(options))
        return Error::usage(tr("%1: a picture of %2 × %3 at %4 dpi cannot be made")
                                .arg(path)
                                .arg(options.size.width())
                                .arg(options.size.height())
                                .arg(options.dpi)
                                .toStdString());
    QByteArray bytes;
    switch (*format) {
    case ExportFormat::Png:
        bytes = pngOf(figure, theme, options);
        break;
    case ExportFormat::Svg:
        bytes = figureSvg(FigureCanvas(figure, theme, options), figure.title);
        break;
    case ExportFormat::Pdf:
        bytes = pdfOf(figure, theme, options);
        break;
    case ExportFormat::Csv:
        bytes = figureCsv(figure);
        break;
    }
    if (bytes.isEmpty())
        return Error::io(tr("%1: the picture could not be painted").arg(path).toStdString());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return Error::io(
            tr("%1: cannot be written: %2").arg(path, file.errorString()).toStdString());
    return {};
}

} // namespace qs
