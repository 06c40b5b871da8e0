// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/choose_elements_dialog.h"

#include "core/base/text.h"
#include "core/tensor/element_place.h"
#include "ui/controls/forms.h"
#include "ui/controls/interface_scale.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <cmath>
#include <limits>

namespace qs {
namespace {

struct Row {
    const char* name;
    SelectedBy by;
    ErrorUnit unit;
};

constexpr Row kRows[] = {
    {QT_TRANSLATE_NOOP("qs::ChooseElementsDialog", "value x"), SelectedBy::Value, ErrorUnit::Lsb},
    {QT_TRANSLATE_NOOP("qs::ChooseElementsDialog", "code q"), SelectedBy::Code, ErrorUnit::Lsb},
    {QT_TRANSLATE_NOOP("qs::ChooseElementsDialog", "error [LSB]"), SelectedBy::Error,
     ErrorUnit::Lsb},
    {QT_TRANSLATE_NOOP("qs::ChooseElementsDialog", "error, as a value"), SelectedBy::Error,
     ErrorUnit::Value},
};

/// Of a selection that is open at an end.
constexpr double kOpen = std::numeric_limits<double>::max();

QString exact(double v)
{
    return std::fabs(v) == kOpen ? QString() : QString::fromStdString(formatExact(v));
}

/// Empty: open. None where it is no finite number.
std::optional<double> endOf(const QLineEdit& edit, double open)
{
    const std::string typed = edit.text().trimmed().toStdString();
    const auto value = typed.empty() ? std::optional(open) : parseTypedNumber(typed);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

} // namespace

ChooseElementsDialog::ChooseElementsDialog(const Shape& shape, const TensorView& view,
                                           QWidget* parent)
    : QDialog(parent),
      m_shape(shape),
      m_element(new QLineEdit(this)),
      m_by(new QComboBox(this)),
      m_from(new QLineEdit(this)),
      m_to(new QLineEdit(this)),
      m_problem(new QLabel(this))
{
    setWindowTitle(tr("Choose elements"));
    auto* form = new QFormLayout;
    m_element->setAccessibleName(tr("picked element"));
    m_element->setPlaceholderText(tr("none; type 1234, or 3, 1, 4"));
    addRow(form, tr("&Picked"), m_element,
           tr("One element of shape %1, by its index or its place; negative numbers count from the "
              "end.")
               .arg(QString::fromStdString(shape.toString())));
    m_by->setAccessibleName(tr("selected by"));
    for (const auto& row : kRows)
        m_by->addItem(tr(row.name));
    addRow(form, tr("&Selected by"), m_by, tr("What the selected elements have in common"));
    m_from->setAccessibleName(tr("selected from"));
    m_to->setAccessibleName(tr("selected to"));
    m_from->setPlaceholderText(tr("open"));
    m_to->setPlaceholderText(tr("open; both empty: nothing is selected"));
    addRow(form, tr("&from"), m_from,
           tr("The smallest that is selected; empty: down to the lowest"));
    addRow(form, tr("&to"), m_to, tr("The largest that is selected; empty: up to the highest"));
    m_problem->setWordWrap(true);
    m_problem->setObjectName(QStringLiteral("problem"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_accept = buttons->button(QDialogButtonBox::Ok);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    setMinimumWidth(scaled(360));

    if (view.picked)
        m_element->setText(QString::fromStdString(placeText(shape, *view.picked)));
    if (view.brush) {
        for (int i = 0; i < m_by->count(); ++i) {
            const bool unit =
                view.brush->by != SelectedBy::Error || kRows[i].unit == view.brush->unit;
            if (kRows[i].by == view.brush->by && unit)
                m_by->setCurrentIndex(i);
        }
        m_from->setText(exact(view.brush->from));
        m_to->setText(exact(view.brush->to));
    }
    for (auto* edit : {m_element, m_from, m_to})
        connect(edit, &QLineEdit::textChanged, this, &ChooseElementsDialog::follow);
    connect(m_by, &QComboBox::currentIndexChanged, this, &ChooseElementsDialog::follow);
    m_element->selectAll();
    follow();
}

/// Reads everything; what cannot be read is said, and cannot be taken.
void ChooseElementsDialog::follow()
{
    QString problem;
    m_picked.reset();
    m_selection.reset();
    if (!m_element->text().trimmed().isEmpty()) {
        const auto index = elementFromText(m_shape, m_element->text().toStdString());
        if (index)
            m_picked = *index;
        else
            problem = QString::fromStdString(index.error().message);
    }
    const bool wanted = !m_from->text().trimmed().isEmpty() || !m_to->text().trimmed().isEmpty();
    if (wanted && problem.isEmpty()) {
        const auto from = endOf(*m_from, -kOpen);
        const auto to = endOf(*m_to, kOpen);
        const auto& row = kRows[static_cast<std::size_t>(std::max(m_by->currentIndex(), 0))];
        if (!from || !to)
            problem = tr("Expected numbers, from and to.");
        else if (*from > *to)
            problem = tr("Expected the smaller number first.");
        else
            m_selection = Selection{row.by, *from, *to, row.unit};
    }
    m_problem->setText(problem);
    allow(m_accept, problem.isEmpty(), problem);
}

} // namespace qs
