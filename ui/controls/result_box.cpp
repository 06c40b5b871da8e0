// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/result_box.h"

#include "core/analysis/metrics.h"
#include "core/base/text.h"
#include "ui/controls/forms.h"
#include "ui/panels/grid_view.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>

#include <vector>

namespace qs {
namespace {

/// Longer counts have no room beside others.
constexpr std::int64_t kMostWritten = 1'000'000;

std::vector<const MetricInfo*> headlines()
{
    std::vector<const MetricInfo*> rows;
    for (const auto& metric : metrics()) {
        if (metric.headline)
            rows.push_back(&metric);
    }
    return rows;
}

QString shown(const MetricInfo& metric, const Report& report)
{
    const auto value = metric.value(report);
    // The scale is a step of integers only.
    const bool perScale = metric.id == "rmse_per_scale";
    if (!value || (perScale && !info(report.params.dtype()).isInteger()))
        return QStringLiteral("\u2013");
    if (metric.unit == "%")
        return QString::fromStdString(formatShort(*value * 100)) + QStringLiteral(" %");
    auto text = QString::fromStdString(formatShort(*value));
    if (metric.unit == "dB" || metric.unit == "bit")
        text += QLatin1Char(' ') +
                QString::fromUtf8(metric.unit.data(), static_cast<qsizetype>(metric.unit.size()));
    return text;
}

} // namespace

ResultBox::ResultBox(QWidget* parent) : QWidget(parent), m_table(new QTableWidget(this))
{
    const auto rows = headlines();
    // One more row than the table of metrics: codes in use, two numbers in one cell.
    m_table->setRowCount(static_cast<int>(rows.size()) + 1);
    m_table->setColumnCount(2);
    m_table->setAccessibleName(tr("Result"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::ContiguousSelection);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    QStringList names;
    for (const auto* metric : rows)
        names << qs::text(metric->title);
    names << tr("codes used");
    m_table->setVerticalHeaderLabels(names);
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString help = row < static_cast<int>(rows.size())
                                 ? qs::text(rows[static_cast<std::size_t>(row)]->help)
                                 : tr("codes that at least one element has, of all codes");
        m_table->verticalHeaderItem(row)->setToolTip(help);
        for (int column = 0; column < 2; ++column) {
            auto* item = new QTableWidgetItem;
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            item->setToolTip(help);
            m_table->setItem(row, column, item);
        }
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 0, 4, 4);
    layout->addWidget(m_table);
    setResult(nullptr);
}

/// As high as its rows.
void ResultBox::fit()
{
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 1);
    const bool heading = !m_table->isColumnHidden(1);
    m_table->setFixedHeight((heading ? m_table->horizontalHeader()->sizeHint().height() : 0) +
                            m_table->rowCount() * m_table->verticalHeader()->defaultSectionSize() +
                            4);
}

void ResultBox::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fit();
}

void ResultBox::setResult(const std::shared_ptr<const TensorResult>& result)
{
    const bool channel = result && result->channel;
    m_table->setColumnHidden(1, !channel);
    m_table->setHorizontalHeaderLabels(
        {tr("tensor"), channel
                           ? tr("%1 %2").arg(partName(result->report->spec)).arg(*result->channel)
                           : QString()});
    // One column needs no heading: the box is about the tensor.
    m_table->horizontalHeader()->setVisible(channel);
    fit();
    const auto rows = headlines();
    const auto fill = [&](int column, const Report* report) {
        for (int row = 0; row < m_table->rowCount(); ++row) {
            QString text = QStringLiteral("\u2013");
            if (report != nullptr && row < static_cast<int>(rows.size()))
                text = shown(*rows[static_cast<std::size_t>(row)], *report);
            else if (report != nullptr)
                text = tr("%1 of %2")
                           .arg(QString::fromStdString(formatCount(report->levelsUsed)),
                                QString::fromStdString(
                                    report->levelsTotal() < kMostWritten
                                        ? formatCount(report->levelsTotal())
                                        : formatShort(static_cast<double>(report->levelsTotal()))));
            m_table->item(row, column)->setText(text);
        }
    };
    fill(0, result ? result->report.get() : nullptr);
    fill(1, channel ? result->shown.get() : nullptr);
}

} // namespace qs
