// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/non_finite.h"
#include "ui/jobs/latest_job.h"

#include <QAbstractTableModel>
#include <QDialog>

class QLabel;
class QProgressBar;
class QTableView;

namespace qs {

/// A row for each element: its flat index, its place along each axis, and what it is.
class NonFiniteModel : public QAbstractTableModel {
    Q_OBJECT

public:
    NonFiniteModel(qs::Shape shape, QObject* parent);

    void setElements(std::vector<NonFiniteElement> elements);
    std::int64_t elementAt(int row) const
    {
        return m_elements[static_cast<std::size_t>(row)].index;
    }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    qs::Shape m_shape;
    std::vector<NonFiniteElement> m_elements;
};

/// Where a tensor's NaN and infinities are: looked for in the background, the first ones in a table
/// whose rows can be chosen, by a click or by Enter, and copied as text.
class NonFiniteDialog : public QDialog {
    Q_OBJECT

public:
    explicit NonFiniteDialog(const Tensor& tensor, QWidget* parent = nullptr);

signals:
    /// By its flat, row-major index.
    void elementChosen(std::int64_t index);

private:
    void tell(Result<NonFiniteElements> found);

    QString m_name;
    bool m_rounded; ///< read as float32, which cannot hold all that the file can
    QLabel* m_words;
    QProgressBar* m_progress;
    QTableView* m_view;
    NonFiniteModel* m_model;
    LatestJob<Tensor, NonFiniteElements>* m_job;
};

} // namespace qs
