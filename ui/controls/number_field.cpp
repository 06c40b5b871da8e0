// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/number_field.h"

#include "core/base/text.h"

#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <cmath>

namespace qs {

NumberField::NumberField(const QString& accessibleName, QWidget* parent)
    : QWidget(parent), m_edit(new QLineEdit(this)), m_message(new QLabel(this))
{
    m_edit->setAccessibleName(accessibleName);
    m_edit->installEventFilter(this);
    m_message->setWordWrap(true);
    m_message->setObjectName(QStringLiteral("fieldMessage"));
    m_message->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_edit);
    layout->addWidget(m_message);
    setFocusProxy(m_edit);
    m_format = [](double v) {
        return QString::fromStdString(formatExact(v));
    };
    connect(m_edit, &QLineEdit::editingFinished, this, &NumberField::commit);
}

void NumberField::setValue(double value)
{
    m_value = value;
    m_edit->setPlaceholderText({});
    if (!(m_edit->hasFocus() && m_edit->isModified()))
        showValue();
}

void NumberField::setNoValue(const QString& why)
{
    m_value.reset();
    m_edit->clear();
    m_edit->setPlaceholderText(QStringLiteral("\u2013"));
    m_edit->setToolTip(why);
    setMessage({});
}

void NumberField::setMessage(const QString& message)
{
    if (m_problem == message)
        return;
    m_problem = message;
    m_message->setText(QStringLiteral("\u26a0 ") + message);
    m_message->setVisible(m_inline && !message.isEmpty());
    m_edit->setProperty("invalid", !message.isEmpty());
    m_edit->setStyleSheet(message.isEmpty()
                              ? QString()
                              : QStringLiteral("QLineEdit { border: 2px solid #C62828; "
                                               "border-radius: 3px; padding: 1px; }"));
    m_edit->setAccessibleDescription(message);
    emit messageChanged(message);
}

void NumberField::showValue()
{
    if (m_value) {
        m_edit->setText(m_format(*m_value));
        // A number that has no room is told in full under the pointer.
        const bool cut =
            m_edit->fontMetrics().horizontalAdvance(m_edit->text()) > m_edit->width() - 8;
        if (cut || m_toldInFull)
            m_edit->setToolTip(cut ? m_edit->text() : QString());
        m_toldInFull = cut;
        if (!m_edit->hasFocus())
            m_edit->setCursorPosition(0); // of a long number the beginning is in sight
    }
    m_edit->setModified(false);
    setMessage({});
}

void NumberField::commit()
{
    if (!m_edit->isModified())
        return;
    const auto value = parseTypedNumber(m_edit->text().toStdString());
    if (!value) {
        setMessage(tr("not a finite number; write 0.0039, 3.9m, 1/256 or 2^-8"));
        return;
    }
    if (std::isinf(*value)) {
        setMessage(tr("too large for float32, which ends at 3.4028e+38"));
        return;
    }
    if (m_check) {
        const QString problem = m_check(*value);
        if (!problem.isEmpty()) {
            setMessage(problem);
            return;
        }
    }
    setMessage({});
    m_edit->setModified(false);
    m_value = *value;
    showValue();
    emit committed(*value);
}

bool NumberField::eventFilter(QObject* object, QEvent* event)
{
    // Esc takes back what is being typed before it means anything to the window.
    if (event->type() == QEvent::ShortcutOverride && m_edit->isModified() &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(object, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    int steps = 0;
    switch (key->key()) {
    case Qt::Key_Escape:
        if (!m_edit->isModified())
            return false;
        showValue();
        return true;
    case Qt::Key_Up:
        steps = 1;
        break;
    case Qt::Key_Down:
        steps = -1;
        break;
    case Qt::Key_PageUp:
        steps = 10;
        break;
    case Qt::Key_PageDown:
        steps = -10;
        break;
    default:
        return false;
    }
    if (m_value && m_step && !m_edit->isReadOnly()) {
        const double next = m_step(*m_value, steps);
        if (!m_check || m_check(next).isEmpty()) {
            m_value = next;
            showValue();
            emit committed(next);
        }
    }
    return true;
}

} // namespace qs
