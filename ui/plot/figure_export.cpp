// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_export.h"

#include "ui/plot/figure_sheet.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

namespace qs {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("FigureExport", text);
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
    return renderSheet(sheetOf(figure, options), theme);
}

Result<QByteArray> figureBytes(const Figure& figure, ThemeId theme, const ExportOptions& options)
{
    if (options.format == ExportFormat::Csv)
        return figureCsv(figure, options.session);
    if (options.format == ExportFormat::Npy)
        return figureNpy(figure, options.session);
    return sheetBytes(sheetOf(figure, options), theme);
}

Result<void> writeExport(const QByteArray& bytes, const QString& path)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return Error::io(
            tr("%1: cannot be written: %2").arg(path, file.errorString()).toStdString());
    return {};
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
    return writeExport(*bytes, path);
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
