// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_clipboard.h"

#include "ui/plot/figure_columns.h"

#include <QApplication>
#include <QClipboard>
#include <QMimeData>

namespace qs {
namespace {

constexpr double pixelsPerInch = 96;
constexpr double scale = 2;

QString fieldText(QString text)
{
    return text.replace(u'\t', u' ').replace(u'\n', u' ');
}

QString tabbed(const Figure& figure)
{
    const FigureTable table = figureTable(figure);
    QString text;
    QStringList fields;
    for (const auto& column : table.columns)
        fields += fieldText(column.title);
    text += fields.join(u'\t') + u'\n';
    for (const auto& row : table.rows) {
        fields.clear();
        for (const QString& cell : row)
            fields += fieldText(cell);
        text += fields.join(u'\t') + u'\n';
    }
    return text;
}

} // namespace

std::unique_ptr<QMimeData> figureMimeData(const Figure& figure, ThemeId theme,
                                          const ExportOptions& options)
{
    ExportOptions fine = options;
    fine.unit = SizeUnit::Pixel;
    fine.size = options.size * scale;
    fine.dpi = pixelsPerInch * scale;
    fine.format = ExportFormat::Png;
    const auto png = figureBytes(figure, theme, fine);
    fine.format = ExportFormat::Svg;
    const auto svg = figureBytes(figure, theme, fine);
    if (!png || !svg)
        return nullptr;
    auto data = std::make_unique<QMimeData>();
    data->setData(QStringLiteral("image/png"), *png);
    data->setData(QStringLiteral("image/svg+xml"), *svg);
    data->setImageData(QImage::fromData(*png, "PNG"));
    return data;
}

std::unique_ptr<QMimeData> figureDataMime(const Figure& figure, const std::string& session)
{
    auto data = std::make_unique<QMimeData>();
    data->setData(QStringLiteral("text/csv"), figureCsv(figure, session));
    data->setText(tabbed(figure));
    return data;
}

bool copyFigure(const Figure& figure, ThemeId theme, const ExportOptions& options)
{
    auto data = figureMimeData(figure, theme, options);
    if (!data)
        return false;
    QApplication::clipboard()->setMimeData(data.release());
    return true;
}

void copyFigureData(const Figure& figure, const std::string& session)
{
    QApplication::clipboard()->setMimeData(figureDataMime(figure, session).release());
}

} // namespace qs
