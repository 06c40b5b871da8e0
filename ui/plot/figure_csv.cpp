// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_export.h"
#include "ui/plot/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace qs {
namespace {

struct Column {
    QString name;
    std::vector<double> values;
    std::vector<QString> texts = {}; ///< instead of values
    std::size_t size() const { return std::max(values.size(), texts.size()); }
};

/// The shortest text that reads back as the same double, with a point whatever the locale is.
QByteArray exactNumber(double value)
{
    if (std::isnan(value))
        return QByteArrayLiteral("nan");
    if (std::isinf(value))
        return value > 0 ? QByteArrayLiteral("inf") : QByteArrayLiteral("-inf");
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return QByteArray(text, static_cast<int>(end - text));
}

QByteArray commentText(QString text)
{
    return text.replace(u'\n', u' ').replace(u'\r', u' ').toUtf8();
}

QByteArray field(const QString& text)
{
    if (!text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n'))
        return text.toUtf8();
    QString quoted = text;
    quoted.replace(u'"', QStringLiteral("\"\""));
    return '"' + quoted.toUtf8() + '"';
}

/// Every name once: a second "count" becomes "count (2)".
void makeUnique(std::vector<Column>& columns)
{
    std::set<QString> taken;
    for (Column& column : columns) {
        const QString wanted = column.name.isEmpty() ? QStringLiteral("value") : column.name;
        column.name = wanted;
        for (int number = 2; !taken.insert(column.name).second; ++number)
            column.name = QStringLiteral("%1 (%2)").arg(wanted).arg(number);
    }
}

/// A bar's two ends. On an axis of whole numbers, the first and the last number in it.
void addBarEnds(std::vector<Column>& columns, const Figure& figure,
                const std::vector<double>& edges)
{
    Column from{axisTitle(figure.x) + QStringLiteral(" from"), {}};
    Column to{axisTitle(figure.x) + QStringLiteral(" to"), {}};
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        from.values.push_back(figure.x.integers ? std::ceil(edges[i]) : edges[i]);
        to.values.push_back(figure.x.integers ? std::floor(edges[i + 1]) : edges[i + 1]);
    }
    columns.push_back(std::move(from));
    columns.push_back(std::move(to));
}

/// The last y of a histogram belongs to no bar.
std::vector<double> withoutLast(std::vector<double> values)
{
    if (!values.empty())
        values.pop_back();
    return values;
}

/// A map's cells, one a row.
void addMap(std::vector<Column>& columns, const Figure& figure)
{
    const ColorMap& map = *figure.map;
    Column x{axisTitle(figure.x), {}};
    Column y{axisTitle(figure.y), {}};
    for (const double row : map.y) {
        for (const double column : map.x) {
            x.values.push_back(column);
            y.values.push_back(row);
        }
    }
    columns.push_back(std::move(x));
    columns.push_back(std::move(y));
    columns.push_back({map.csvName, map.values});
}

std::vector<Column> columnsOf(const Figure& figure)
{
    std::vector<Column> columns;
    if (figure.map)
        addMap(columns, figure);
    std::vector<bool> done(figure.series.size(), false);
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        if (done[i])
            continue;
        const Series& first = figure.series[i];
        const bool bars = first.kind == SeriesKind::Histogram;
        if (bars)
            addBarEnds(columns, figure, first.x);
        else // a rug alone is its x: then the column carries the name of the series
            columns.push_back({first.kind == SeriesKind::Rug && !first.csvName.isEmpty()
                                   ? first.csvName
                                   : axisTitle(figure.x),
                               first.x});
        for (std::size_t j = i; j < figure.series.size(); ++j) {
            const Series& series = figure.series[j];
            if (done[j] || series.x != first.x || (series.kind == SeriesKind::Histogram) != bars)
                continue;
            done[j] = true;
            const QString name = series.csvName.isEmpty() ? series.name : series.csvName;
            if (series.kind == SeriesKind::Rug)
                continue;
            if (series.kind == SeriesKind::Band || series.kind == SeriesKind::Bars) {
                columns.push_back({QStringLiteral("%1 from").arg(name), series.y});
                columns.push_back({QStringLiteral("%1 to").arg(name), series.y2});
            } else {
                columns.push_back({name, bars ? withoutLast(series.y) : series.y});
            }
            if (!series.labels.empty())
                columns.push_back({QStringLiteral("%1: name").arg(name), {}, series.labels});
        }
    }
    makeUnique(columns);
    return columns;
}

} // namespace

QByteArray figureCsv(const Figure& figure)
{
    QByteArray csv;
    if (!figure.title.isEmpty())
        csv += "# title: " + commentText(figure.title) + '\n';
    for (const auto& [key, value] : figure.provenance)
        csv += "# " + commentText(key) + ": " + commentText(value) + '\n';
    const std::vector<Column> columns = columnsOf(figure);
    std::size_t rows = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        csv += (i ? "," : "") + field(columns[i].name);
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
