// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/table_dialog.h"

#include "core/base/text.h"
#include "ui/controls/interface_scale.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {

FigureTableModel::FigureTableModel(const Figure& figure, QObject* parent)
    : QAbstractTableModel(parent), m_columns(figureColumns(figure))
{
    std::size_t rows = 0;
    for (const auto& column : m_columns)
        rows = std::max(rows, column.size());
    m_rows = static_cast<int>(
        std::min<std::size_t>(rows, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

int FigureTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int FigureTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant FigureTableModel::data(const QModelIndex& index, int role) const
{
    const auto& column = m_columns[static_cast<std::size_t>(index.column())];
    const auto row = static_cast<std::size_t>(index.row());
    const bool isText = !column.texts.empty();
    if (role == Qt::TextAlignmentRole)
        return QVariant((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    if (row < column.texts.size())
        return column.texts[row];
    if (row < column.values.size() && !std::isnan(column.values[row]))
        return QString::fromStdString(formatExact(column.values[row]));
    return {};
}

QVariant FigureTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section;
    return m_columns[static_cast<std::size_t>(section)].title;
}

void addCopyShortcut(QTableView* view)
{
    auto* copy = new QShortcut(QKeySequence::Copy, view);
    copy->setContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QShortcut::activated, view, [view] {
        QString text;
        int row = -1;
        auto chosen = view->selectionModel()->selectedIndexes();
        std::sort(chosen.begin(), chosen.end());
        for (const auto& index : chosen) {
            if (row >= 0)
                text += index.row() == row ? QLatin1Char('\t') : QLatin1Char('\n');
            row = index.row();
            text += index.data().toString();
        }
        QGuiApplication::clipboard()->setText(text);
    });
}

TableDialog::TableDialog(const Figure& figure, QWidget* parent) : QDialog(parent)
{
    setWindowTitle(figure.title);
    auto* words = new QLabel(figure.accessible, this);
    words->setWordWrap(true);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* view = new QTableView(this);
    view->setAccessibleName(tr("numbers of the plot"));
    view->setModel(new FigureTableModel(figure, view));
    view->setSelectionMode(QAbstractItemView::ContiguousSelection);
    view->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    for (int column = 0; column < view->model()->columnCount(); ++column)
        view->setColumnWidth(column,
                             std::max(110, view->horizontalHeader()->sectionSizeHint(column)));
    addCopyShortcut(view);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(words);
    layout->addWidget(view, 1);
    layout->addWidget(buttons);
    resize(scaled(QSize(760, 480)));
}

} // namespace qs
