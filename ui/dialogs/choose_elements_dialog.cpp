// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/choose_elements_dialog.h"

#include "core/base/text.h"
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

QString exact(double v)
{
    return QString::fromStdString(formatExact(v));
}

} // namespace

Result<std::int64_t> elementFromText(const Shape& shape, const QString& typed)
{
    QString inner = typed.trimmed();
    if (inner.startsWith(u'[') && inner.endsWith(u']'))
        inner = inner.mid(1, inner.size() - 2);
    const QStringList parts = inner.split(u',');
    std::vector<std::int64_t> at;
    for (const auto& part : parts) {
        bool ok = false;
        at.push_back(part.trimmed().toLongLong(&ok));
        if (!ok)
            return Error::usage("expected an index or a place like 3, 1, 4; found '" +
                                typed.toStdString() + "'");
    }
    if (at.size() == 1 && shape.rank() != 1) {
        if (at[0] < 0 || at[0] >= shape.numel())
            return Error::usage("index " + std::to_string(at[0]) + " does not exist: there are " +
                                formatCount(shape.numel()) + " elements");
        return at[0];
    }
    if (static_cast<int>(at.size()) != shape.rank())
        return Error::usage("expected " + std::to_string(shape.rank()) + " numbers for shape " +
                            shape.toString() + ", or one index");
    std::int64_t index = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        const std::int64_t size = shape[axis];
        const std::int64_t place = at[static_cast<std::size_t>(axis)];
        if (place < -size || place >= size)
            return Error::usage("axis " + std::to_string(axis) + " has places 0 to " +
                                std::to_string(size - 1) + "; found " + std::to_string(place));
        index = index * size + (place < 0 ? place + size : place);
    }
    return index;
}

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
    m_from->setPlaceholderText(tr("none"));
    m_to->setPlaceholderText(tr("none"));
    addRow(form, tr("&from"), m_from, tr("The smallest that is selected; empty: none is"));
    addRow(form, tr("&to"), m_to, tr("The largest that is selected; empty: none is"));
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
        m_element->setText(QString::number(*view.picked));
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
    follow();
}

/// Reads everything; what cannot be read is said, and cannot be taken.
void ChooseElementsDialog::follow()
{
    QString problem;
    m_picked.reset();
    m_selection.reset();
    if (!m_element->text().trimmed().isEmpty()) {
        const auto index = elementFromText(m_shape, m_element->text());
        if (index)
            m_picked = *index;
        else
            problem = QString::fromStdString(index.error().message);
    }
    const bool wanted = !m_from->text().trimmed().isEmpty() || !m_to->text().trimmed().isEmpty();
    if (wanted && problem.isEmpty()) {
        const auto from = parseTypedNumber(m_from->text().trimmed().toStdString());
        const auto to = parseTypedNumber(m_to->text().trimmed().toStdString());
        const auto& row = kRows[static_cast<std::size_t>(std::max(m_by->currentIndex(), 0))];
        if (!from || !to || !std::isfinite(*from) || !std::isfinite(*to))
            problem = tr("Expected two numbers, from and to.");
        else if (*from > *to)
            problem = tr("Expected the smaller number first.");
        else
            m_selection = Selection{row.by, *from, *to, row.unit};
    }
    m_problem->setText(problem);
    allow(m_accept, problem.isEmpty(), problem);
}

} // namespace qs
