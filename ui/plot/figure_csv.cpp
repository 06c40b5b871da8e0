// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/embedded_session.h"
#include "ui/plot/figure_columns.h"
#include "ui/plot/figure_export.h"

namespace qs {
namespace {

QByteArray field(const QString& text)
{
    if (!text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n'))
        return text.toUtf8();
    QString quoted = text;
    quoted.replace(u'"', QStringLiteral("\"\""));
    return '"' + quoted.toUtf8() + '"';
}

} // namespace

QByteArray figureCsv(const Figure& figure, const std::string& session)
{
    QByteArray csv;
    for (const QString& line : figureComments(figure))
        csv += "# " + line.toUtf8() + '\n';
    if (!session.empty())
        csv += QByteArray::fromStdString(sessionComment(session));
    const std::vector<FigureColumn> columns = figureColumns(figure);
    std::size_t rows = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        csv += (i ? "," : "") + field(columns[i].title);
        rows = std::max(rows, columns[i].size());
    }
    csv += '\n';
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i)
                csv += ',';
            if (row < columns[i].texts.size())
                csv += field(columns[i].texts[row]);
            else if (row < columns[i].values.size())
                csv += exactNumber(columns[i].values[row]);
        }
        csv += '\n';
    }
    return csv;
}

} // namespace qs
