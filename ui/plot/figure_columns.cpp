// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_columns.h"

#include "ui/plot/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

namespace qs {
namespace {

/// Every name once: a second "count" becomes "count (2)".
void makeUnique(std::vector<FigureColumn>& columns)
{
    std::set<QString> taken;
    for (FigureColumn& column : columns) {
        const QString wanted = column.title.isEmpty() ? QStringLiteral("value") : column.title;
        column.title = wanted;
        for (int number = 2; !taken.insert(column.title).second; ++number)
            column.title = QStringLiteral("%1 (%2)").arg(wanted).arg(number);
    }
}

/// A bar's two ends. On an axis of whole numbers, the first and the last number in it.
void addBarEnds(std::vector<FigureColumn>& columns, const Figure& figure,
                const std::vector<double>& edges)
{
    FigureColumn from{axisTitle(figure.x) + QStringLiteral(" from"), {}};
    FigureColumn to{axisTitle(figure.x) + QStringLiteral(" to"), {}};
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
void addMap(std::vector<FigureColumn>& columns, const Figure& figure)
{
    const ColorMap& map = *figure.map;
    FigureColumn x{axisTitle(figure.x), {}};
    FigureColumn y{axisTitle(figure.y), {}};
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

/// Elements beside the axes, one kind a row.
void addSideBins(std::vector<FigureColumn>& columns, const std::vector<SideBin>& bins)
{
    if (bins.empty())
        return;
    FigureColumn names{QStringLiteral("not finite"), {}};
    FigureColumn counts{QStringLiteral("count not finite"), {}};
    FigureColumn becomes{QStringLiteral("not finite becomes"), {}};
    bool any = false;
    for (const SideBin& bin : bins) {
        names.texts.push_back(bin.name);
        counts.values.push_back(static_cast<double>(bin.count));
        becomes.texts.push_back(bin.becomes);
        any = any || !bin.becomes.isEmpty();
    }
    columns.push_back(std::move(names));
    columns.push_back(std::move(counts));
    if (any)
        columns.push_back(std::move(becomes));
}

/// The number that a cell of a table shows: with a minus sign and groups as people write them.
std::optional<double> numberIn(QString cell)
{
    cell.replace(QChar(0x2212), u'-').remove(u',').remove(QChar(0x2009)).remove(QChar(0x202F));
    if (cell.isEmpty())
        return std::numeric_limits<double>::quiet_NaN();
    bool isNumber = false;
    const double value = cell.toDouble(&isNumber);
    return isNumber ? std::optional(value) : std::nullopt;
}

std::vector<FigureColumn> columnsOf(const FigureTable& table)
{
    std::vector<FigureColumn> columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        FigureColumn column{table.columns[i].title, {}};
        bool numbers = table.columns[i].number;
        for (const auto& row : table.rows) {
            const QString cell = i < row.size() ? row[i] : QString();
            const auto value = numbers ? numberIn(cell) : std::nullopt;
            numbers = numbers && value;
            column.values.push_back(value.value_or(0));
            column.texts.push_back(cell);
        }
        if (numbers)
            column.texts.clear();
        else
            column.values.clear();
        columns.push_back(std::move(column));
    }
    makeUnique(columns);
    return columns;
}

QString oneLine(QString text)
{
    for (QChar& c : text) {
        if (c < u' ' || c == QChar::LineSeparator || c == QChar::ParagraphSeparator)
            c = u' ';
    }
    return text;
}

} // namespace

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

std::vector<FigureColumn> figureColumns(const Figure& figure)
{
    std::vector<FigureColumn> columns;
    if (figure.table)
        return columnsOf(*figure.table);
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
    addSideBins(columns, figure.sideBins);
    makeUnique(columns);
    return columns;
}

FigureTable figureTable(const Figure& figure)
{
    if (figure.table)
        return *figure.table;
    FigureTable table;
    const auto columns = figureColumns(figure);
    std::size_t rows = 0;
    for (const auto& column : columns) {
        table.columns.push_back({column.title, column.texts.empty()});
        rows = std::max(rows, column.size());
    }
    table.rows.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        for (const auto& column : columns) {
            QString cell;
            if (row < column.texts.size())
                cell = column.texts[row];
            else if (row < column.values.size() && !std::isnan(column.values[row]))
                cell = QString::number(column.values[row], 'g', 9);
            table.rows[row].push_back(std::move(cell));
        }
    }
    return table;
}

std::vector<QString> figureComments(const Figure& figure)
{
    std::vector<QString> lines;
    if (!figure.title.isEmpty())
        lines.push_back(QStringLiteral("title: ") + oneLine(figure.title));
    for (const auto& [key, value] : figure.provenance)
        lines.push_back(QStringLiteral("%1: %2").arg(oneLine(key), oneLine(value)));
    return lines;
}

} // namespace qs
