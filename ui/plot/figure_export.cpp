// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_export.h"

#include "core/session/embedded_session.h"
#include "ui/plot/figure_canvas.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
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
    QImage image = renderFigure(figure, theme, options);
    if (!options.session.empty())
        image.setText(QLatin1String(kSessionKeyword), QString::fromStdString(options.session));
    if (image.isNull() || !image.save(&buffer, "PNG"))
        return {};
    return buffer.data();
}

struct FormatRow {
    ExportFormat format;
    const char* ending;
};
constexpr FormatRow formats[] = {{ExportFormat::Png, "png"},
                                 {ExportFormat::Svg, "svg"},
                                 {ExportFormat::Pdf, "pdf"},
                                 {ExportFormat::Csv, "csv"},
                                 {ExportFormat::Npy, "npy"}};

} // namespace

std::optional<ExportFormat> exportFormatOf(const QString& path)
{
    const QString ending = QFileInfo(path).suffix().toLower();
    for (const FormatRow& row : formats) {
        if (ending == QLatin1String(row.ending))
            return row.format;
    }
    return std::nullopt;
}

QString exportEnding(ExportFormat format)
{
    for (const FormatRow& row : formats) {
        if (row.format == format)
            return QLatin1String(row.ending);
    }
    return {};
}

bool isPicture(ExportFormat format)
{
    return format != ExportFormat::Csv && format != ExportFormat::Npy;
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

bool captionFits(const Figure& figure, const ExportOptions& options)
{
    return !isUsable(options) || FigureCanvas(figure, ThemeId::Print, options).captionFits();
}

Result<QByteArray> figureBytes(const Figure& figure, ThemeId theme, const ExportOptions& options)
{
    const ExportFormat format = options.format.value_or(ExportFormat::Png);
    if (isPicture(format) && !isUsable(options))
        return Error::usage(tr("a picture of %1 × %2 at %3 dpi cannot be made")
                                .arg(options.size.width())
                                .arg(options.size.height())
                                .arg(options.dpi)
                                .toStdString());
    QByteArray bytes;
    switch (format) {
    case ExportFormat::Png:
        bytes = pngOf(figure, theme, options);
        break;
    case ExportFormat::Svg:
        bytes = figureSvg(FigureCanvas(figure, theme, options), figure.title, options.session);
        break;
    case ExportFormat::Pdf:
        bytes = figurePdf(FigureCanvas(figure, theme, options), figure.title, options.session);
        break;
    case ExportFormat::Csv:
        bytes = figureCsv(figure, options.session);
        break;
    case ExportFormat::Npy:
        bytes = figureNpy(figure, options.session);
        break;
    }
    if (bytes.isEmpty())
        return Error::io(tr("the picture could not be painted").toStdString());
    return bytes;
}

Result<void> exportFigure(const Figure& figure, ThemeId theme, const ExportOptions& options,
                          const QString& path)
{
    ExportOptions used = options;
    if (!used.format)
        used.format = exportFormatOf(path);
    if (!used.format)
        return Error::usage(
            tr("%1: the name must end in .png, .svg, .pdf, .csv or .npy").arg(path).toStdString());
    const auto bytes = figureBytes(figure, theme, used);
    if (!bytes)
        return Error{bytes.error().kind, path.toStdString() + ": " + bytes.error().message};
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(*bytes) != bytes->size() || !file.commit())
        return Error::io(
            tr("%1: cannot be written: %2").arg(path, file.errorString()).toStdString());
    return {};
}

QString dataPathBeside(const QString& path, ExportFormat data)
{
    const QFileInfo info(path);
    return info.dir().filePath(info.completeBaseName() + u'.' + exportEnding(data));
}

Result<QStringList> exportWithData(const Figure& figure, ThemeId theme,
                                   const ExportOptions& options, std::optional<ExportFormat> data,
                                   const QString& path)
{
    if (auto done = exportFigure(figure, theme, options, path); !done)
        return done.error();
    QStringList written{path};
    const auto format = options.format ? options.format : exportFormatOf(path);
    if (!data || !isPicture(*format))
        return written;
    ExportOptions beside = options;
    beside.format = data;
    written += dataPathBeside(path, *data);
    if (auto done = exportFigure(figure, theme, beside, written.last()); !done)
        return done.error();
    return written;
}

} // namespace qs
