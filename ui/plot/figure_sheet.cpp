// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_sheet.h"

#include "core/session/embedded_session.h"
#include "ui/plot/sheet_canvas.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double maxPixels = 30000; // per side: what one image can hold in memory
constexpr double maxArea = 4e8;
constexpr double pixelsPerInch = 96;
constexpr double inchesPerMetre = 1 / 0.0254;

QString tr(const char* text)
{
    return QCoreApplication::translate("FigureSheet", text);
}

bool isUsable(const ExportOptions& options)
{
    const QSizeF pixels = sizeInInches(options) * options.dpi;
    const auto good = [](double side) {
        return side >= 16 && side <= maxPixels;
    };
    return options.dpi >= 20 && options.dpi <= 2400 && options.fontPoints >= 1 &&
           options.fontPoints <= 200 && good(pixels.width()) && good(pixels.height()) &&
           pixels.width() * pixels.height() <= maxArea;
}

ExportFormat formatOf(const FigureSheet& sheet)
{
    return sheet.parts.front().options.format.value_or(ExportFormat::Png);
}

QByteArray pngOf(const FigureSheet& sheet, ThemeId theme)
{
    const auto& session = sheet.parts.front().options.session;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QImage image = renderSheet(sheet, theme);
    if (!session.empty())
        image.setText(QLatin1String(kSessionKeyword), QString::fromStdString(session));
    if (image.isNull() || !image.save(&buffer, "PNG"))
        return {};
    return buffer.data();
}

} // namespace

FigureSheet sheetOf(const Figure& figure, const ExportOptions& options)
{
    FigureSheet sheet;
    sheet.parts.push_back({{}, {std::shared_ptr<const Figure>(), &figure}, options});
    return sheet;
}

int defaultColumns(std::size_t parts, bool allShareX)
{
    if (allShareX)
        return 1;
    const auto side = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(parts))));
    return std::clamp(side, 1, 3);
}

QSize sheetGrid(const FigureSheet& sheet)
{
    if (formatOf(sheet) == ExportFormat::Pdf)
        return {1, 1};
    const auto parts = static_cast<int>(sheet.parts.size());
    const int columns = std::clamp(sheet.columns, 1, parts);
    return {columns, (parts + columns - 1) / columns};
}

Result<void> checkSheet(const FigureSheet& sheet)
{
    for (const auto& part : sheet.parts) {
        if (!isUsable(part.options))
            return Error::usage(tr("a picture of %1 × %2 at %3 dpi cannot be made")
                                    .arg(part.options.size.width())
                                    .arg(part.options.size.height())
                                    .arg(part.options.dpi)
                                    .toStdString());
    }
    const ExportOptions& options = sheet.parts.front().options;
    const QSize grid = sheetGrid(sheet);
    if (grid == QSize(1, 1))
        return {};
    // Lines and letters have no dots: an SVG counts in its own pixels.
    const bool vector = formatOf(sheet) == ExportFormat::Svg;
    const QSizeF one = sizeInInches(options) * (vector ? pixelsPerInch : options.dpi);
    const double width = one.width() * grid.width();
    const double height = one.height() * grid.height();
    if (width <= maxPixels && height <= maxPixels && width * height <= maxArea)
        return {};
    const QString advice =
        vector ? tr("choose a smaller size, other columns, fewer panels, or PDF")
               : tr("choose a smaller size or resolution, other columns, fewer panels, or PDF");
    return Error::usage(
        tr("%1 × %2 panels are %3 × %4 pixels, but one picture has at most %5 a side "
           "and %6 million in all: %7")
            .arg(grid.width())
            .arg(grid.height())
            .arg(std::llround(width))
            .arg(std::llround(height))
            .arg(maxPixels)
            .arg(maxArea / 1e6)
            .arg(advice)
            .toStdString());
}

QImage renderSheet(const FigureSheet& sheet, ThemeId theme)
{
    if (!checkSheet(sheet))
        return {};
    const ExportOptions& options = sheet.parts.front().options;
    const QSize one = (sizeInInches(options) * options.dpi).toSize();
    const QSize grid = sheetGrid(sheet);
    QImage image(one.width() * grid.width(), one.height() * grid.height(), QImage::Format_RGB32);
    if (image.isNull())
        return {};
    const SheetCanvas canvas(sheet, theme);
    image.fill(plotTheme(theme).background);
    const double ratio = options.dpi / pixelsPerInch;
    image.setDevicePixelRatio(std::max(ratio, 1.0));
    image.setDotsPerMeterX(static_cast<int>(std::lround(options.dpi * inchesPerMetre)));
    image.setDotsPerMeterY(static_cast<int>(std::lround(options.dpi * inchesPerMetre)));
    QCPPainter painter;
    if (!painter.begin(&image))
        return {};
    // Painters take no image to have less than one pixel a pixel.
    painter.scale(std::min(ratio, 1.0), std::min(ratio, 1.0));
    for (std::size_t i = 0; i < canvas.count(); ++i) {
        const QPoint place = canvas.placeOf(i);
        painter.save();
        // Whole pixels, so that a picture looks the same wherever it stands.
        painter.translate(place.x() * one.width() / ratio, place.y() * one.height() / ratio);
        canvas.at(i).paint(painter, FigureCanvas::Pass::All, false);
        painter.restore();
    }
    painter.end();
    return image;
}

Result<QByteArray> sheetBytes(const FigureSheet& sheet, ThemeId theme)
{
    const ExportFormat format = formatOf(sheet);
    if (!isPicture(format))
        return Error::usage(tr("data of several panels cannot be in one file").toStdString());
    if (auto good = checkSheet(sheet); !good)
        return good.error();
    const ExportOptions& options = sheet.parts.front().options;
    QByteArray bytes;
    if (format == ExportFormat::Png)
        bytes = pngOf(sheet, theme);
    else if (format == ExportFormat::Svg)
        bytes = sheetSvg(SheetCanvas(sheet, theme), options.text, options.session);
    else
        bytes = sheetPdf(SheetCanvas(sheet, theme), options.session);
    if (bytes.isEmpty())
        return Error::io(tr("the picture could not be painted").toStdString());
    return bytes;
}

Result<void> exportSheet(const FigureSheet& sheet, ThemeId theme, const QString& path)
{
    const auto bytes = sheetBytes(sheet, theme);
    if (!bytes)
        return Error{bytes.error().kind, path.toStdString() + ": " + bytes.error().message};
    return writeExport(*bytes, path);
}

QString sheetDataPath(const QString& path, const QString& name, ExportFormat data)
{
    const QFileInfo info(path);
    return info.dir().filePath(info.completeBaseName() + u'-' + name + u'.' + exportEnding(data));
}

Result<QStringList> exportSheetWithData(const FigureSheet& sheet, ThemeId theme,
                                        std::optional<ExportFormat> data, const QString& path)
{
    if (auto done = exportSheet(sheet, theme, path); !done)
        return done.error();
    QStringList written{path};
    if (!data)
        return written;
    ExportOptions beside = sheet.parts.front().options;
    beside.format = data;
    for (const auto& part : sheet.parts) {
        written += sheetDataPath(path, part.name, *data);
        if (auto done = exportFigure(*part.figure, theme, beside, written.last()); !done)
            return done.error();
    }
    return written;
}

bool captionFits(const Figure& figure, const ExportOptions& options)
{
    return !isUsable(options) || FigureCanvas(figure, ThemeId::Print, options).captionFits();
}

TableFit tableFit(const Figure& figure, const ExportOptions& options)
{
    if (!figure.table || !isUsable(options))
        return {};
    return FigureCanvas(figure, ThemeId::Print, options).tableFit();
}

} // namespace qs
