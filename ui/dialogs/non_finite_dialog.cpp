// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/non_finite_dialog.h"

#include "core/base/text.h"
#include "core/tensor/element_place.h"
#include "ui/controls/forms.h"
#include "ui/controls/interface_scale.h"
#include "ui/dialogs/table_dialog.h"
#include "ui/panels/grid_view.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace qs {
namespace {

enum Column { kIndex, kPlace, kValue, kColumns };

QString count(std::int64_t n)
{
    return QString::fromStdString(formatCount(n));
}

} // namespace

NonFiniteModel::NonFiniteModel(qs::Shape shape, QObject* parent)
    : QAbstractTableModel(parent), m_shape(std::move(shape))
{
}

void NonFiniteModel::setElements(std::vector<NonFiniteElement> elements)
{
    beginResetModel();
    m_elements = std::move(elements);
    endResetModel();
}

int NonFiniteModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_elements.size());
}

int NonFiniteModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : kColumns;
}

QVariant NonFiniteModel::data(const QModelIndex& index, int role) const
{
    if (role == Qt::TextAlignmentRole)
        return QVariant((index.column() == kIndex ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const auto& element = m_elements[static_cast<std::size_t>(index.row())];
    if (index.column() == kIndex)
        return QString::number(element.index);
    if (index.column() == kValue)
        return text(name(element.kind));
    return QString::fromStdString(placeText(m_shape, element.index));
}

QVariant NonFiniteModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section;
    switch (section) {
    case kIndex:
        return tr("flat index");
    case kPlace:
        return tr("place in %1").arg(QString::fromStdString(m_shape.toString()));
    default:
        return tr("value");
    }
}

NonFiniteDialog::NonFiniteDialog(const Tensor& tensor, QWidget* parent)
    : QDialog(parent),
      m_name(QString::fromStdString(tensor.name())),
      m_rounded(!info(tensor.type()).exactInFloat32)
{
    setWindowTitle(tr("NaN and Inf in %1").arg(m_name));
    m_words = new QLabel(tr("Looking for them\u2026"), this);
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_progress = new QProgressBar(this);
    m_progress->setRange(0, 0);
    m_progress->setAccessibleName(tr("search progress"));
    m_view = new QTableView(this);
    m_view->setAccessibleName(tr("elements that are not finite"));
    m_view->setToolTip(tr("A click or Enter picks the element; Ctrl+C copies what is selected."));
    m_model = new NonFiniteModel(tensor.shape(), m_view);
    m_view->setModel(m_model);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setTabKeyNavigation(false);
    m_view->verticalHeader()->hide();
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 6);
    addCopyShortcut(m_view);
    const auto choose = [this](const QModelIndex& index) {
        emit elementChosen(m_model->elementAt(index.row()));
    };
    connect(m_view, &QTableView::clicked, this, choose);
    connect(m_view, &QTableView::activated, this, choose);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    // Enter is the table's.
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_words);
    layout->addWidget(m_progress);
    layout->addWidget(m_view, 1);
    layout->addWidget(buttons);
    resize(scaled(QSize(460, 420)));
    m_view->setFocus();
    m_job = new LatestJob<Tensor, NonFiniteElements>(
        [](const Tensor& subject, const JobContext& context) {
            return findNonFinite(subject, kMostNonFinite, context);
        },
        [this](const Tensor&, Result<NonFiniteElements> found) { tell(std::move(found)); }, this);
    m_job->request(tensor);
}

void NonFiniteDialog::tell(Result<NonFiniteElements> found)
{
    m_progress->hide();
    if (!found) {
        m_words->setText(QString::fromStdString(found.error().message));
        return;
    }
    const auto listed = static_cast<std::int64_t>(found->first.size());
    const QString which =
        listed < found->total()
            ? tr("The first %1 of %2 elements that are not finite, in memory order")
                  .arg(count(listed), count(found->total()))
            : tr("All %1 elements that are not finite, in memory order").arg(count(listed));
    QString words =
        tr("%1: %2\u00a0NaN, %3\u00a0+Inf, %4\u00a0\u2212Inf. A click or Enter picks one.")
            .arg(which, count(found->nanCount), count(found->posInfCount),
                 count(found->negInfCount));
    if (m_rounded)
        words += tr(" Read as float32: what it cannot hold counts as infinite.");
    m_words->setText(words);
    m_model->setElements(std::move(found->first));
    m_view->resizeColumnsToContents();
    if (m_model->rowCount() > 0)
        m_view->selectionModel()->setCurrentIndex(m_model->index(0, 0),
                                                  QItemSelectionModel::NoUpdate);
}

} // namespace qs
