// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/dialects_panel.h"

#include "core/base/text.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/study_view.h"

namespace qs {
namespace {

QString view(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString count(std::int64_t n)
{
    return QString::fromStdString(formatCount(n));
}

/// Whose parameters are in the table: the shown set's, or the only one's.
std::size_t setOf(const TensorResult& result, const QuantParams& params)
{
    const auto set = static_cast<std::size_t>(result.channel.value_or(0));
    return set < params.channels() ? set : 0;
}

std::vector<QString> rowOf(const TensorResult& result, const DialectResult& dialect, bool isBase)
{
    std::vector<QString> row{view(info(dialect.dialect).title)};
    if (!dialect.error.empty()) {
        row.insert(row.end(), 6, QStringLiteral("\u2013"));
        row.push_back(QString::fromStdString(dialect.error));
        return row;
    }
    const auto& params = dialect.report.params;
    const auto set = setOf(result, params);
    const auto& d = dialect.difference;
    row.push_back(QString::fromStdString(formatExact(params.scaleAt(set))));
    const auto& zeros = params.zeroPoint();
    row.push_back(zeros.empty() ? QStringLiteral("\u2013")
                                : QString::number(zeros[zeros.size() > 1 ? set : 0]));
    row.push_back(Panels::tr("%1 to %2").arg(params.range().quantMin).arg(params.range().quantMax));
    if (isBase) {
        row.insert(row.end(), 3, QStringLiteral("\u2013"));
        row.push_back(Panels::tr("what the others are compared with"));
        return row;
    }
    row.push_back(count(d.elements));
    row.push_back(count(d.codes));
    row.push_back(QString::fromStdString(formatShort(d.largest)));
    if (d.rules.empty() || d.elements == 0) {
        row.push_back(d.elements == 0 ? Panels::tr("nothing differs") : QString());
        return row;
    }
    const auto& rule = d.rules[0];
    row.push_back(Panels::tr("%1: %2 \u2192 %3 (leaves %4)")
                      .arg(view(rule.rule), QString::fromStdString(rule.base),
                           QString::fromStdString(rule.other), count(rule.remaining)));
    return row;
}

} // namespace

Figure dialectsFigure(const PanelInput& input)
{
    Figure figure;
    const auto* study = studyOf(input, StudyKind::Dialects,
                                Panels::tr("The same ranges in other programs"), figure);
    if (study == nullptr)
        return figure;
    const auto& result = *input.tensor;
    const auto& results = study->dialects;
    const auto name = QString::fromStdString(result.facts->tensor.name());
    figure.title = Panels::tr("The same ranges in other programs: %1").arg(name);
    FigureTable table;
    table.columns = {
        {Panels::tr("dialect"), false},   {Panels::tr("scale"), true},
        {Panels::tr("zero_point"), true}, {Panels::tr("codes"), true},
        {Panels::tr("differ"), true},     {Panels::tr("in code"), true},
        {Panels::tr("at most by"), true}, {Panels::tr("the rule that explains most"), false},
    };
    std::int64_t most = 0;
    QString farthest;
    for (std::size_t i = 0; i < results.size(); ++i) {
        table.rows.push_back(rowOf(result, results[i], i == 0));
        const auto& first = results[i].difference.first;
        table.choices.push_back(
            first.empty() ? QString() : QStringLiteral("element:%1").arg(first.front().index));
        if (results[i].dialect == result.report->spec.dialect)
            table.current = i;
        if (results[i].error.empty() && results[i].difference.elements > most) {
            most = results[i].difference.elements;
            farthest = view(info(results[i].dialect).title);
        }
    }
    figure.table = std::move(table);
    const auto total = result.report->n();
    figure.note = result.channel ? Panels::tr("parameters of %1 %2, counts of all %3 elements")
                                       .arg(partName(result.report->spec))
                                       .arg(*result.channel)
                                       .arg(count(total))
                                 : Panels::tr("elements that differ, of %1").arg(count(total));
    figure.accessible =
        most == 0 ? Panels::tr("No dialect differs from PyTorch on any of %1 elements of %2")
                        .arg(count(total), name)
                  : Panels::tr("Dialects on %1: %2 differs most from PyTorch, in %3 of %4 elements")
                        .arg(name, farthest, count(most), count(total));
    return figure;
}

} // namespace qs
