// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_columns.h"

#include <QAbstractTableModel>
#include <QDialog>

class QTableView;

namespace qs {

/// A figure's numbers, row by row, as the CSV writes them.
class FigureTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    FigureTableModel(const Figure& figure, QObject* parent);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<FigureColumn> m_columns;
    int m_rows = 0;
};

/// Ctrl+C in the view copies what is selected as text, cells behind tabs.
void addCopyShortcut(QTableView* view);

/// A plot for those who read it: its words, and its numbers as a table. Ctrl+C copies what is
/// selected.
class TableDialog : public QDialog {
    Q_OBJECT

public:
    explicit TableDialog(const Figure& figure, QWidget* parent = nullptr);
};

} // namespace qs
