// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/numbers_field.h"

#include "core/base/text.h"

#include <QKeyEvent>
#include <QRegularExpression>

#include <cmath>

namespace qs {

NumbersField::NumbersField(const QString& accessibleName, QWidget* parent) : QLineEdit(parent)
{
    setAccessibleName(accessibleName);
    connect(this, &QLineEdit::editingFinished, this, &NumbersField::commit);
}

void NumbersField::setValues(const std::vector<float>& values)
{
    m_values = values;
    if (!(hasFocus() && isModified()))
        showValues();
}

void NumbersField::showValues()
{
    QStringList words;
    for (const float v : m_values)
        words << QString::fromStdString(formatExact(v));
    setText(words.join(QLatin1Char(' ')));
    setCursorPosition(0);
    setModified(false);
    setMessage({});
}

void NumbersField::setMessage(const QString& message)
{
    if (m_problem == message)
        return;
    m_problem = message;
    setStyleSheet(message.isEmpty() ? QString()
                                    : QStringLiteral("QLineEdit { border: 2px solid #C62828; "
                                                     "border-radius: 3px; padding: 1px; }"));
    setAccessibleDescription(message);
    emit messageChanged(message);
}

void NumbersField::commit()
{
    if (!isModified())
        return;
    static const QRegularExpression between(QStringLiteral("[\\s,;]+"));
    std::vector<float> values;
    for (const auto& word : text().split(between, Qt::SkipEmptyParts)) {
        const auto value = parseTypedNumber(word.toStdString());
        if (!value)
            return setMessage(tr("'%1' is not a number; write 0.25, 250m, 1/4 or 2^-2").arg(word));
        if (!std::isfinite(static_cast<float>(*value)))
            return setMessage(tr("'%1' is too large for float32").arg(word));
        values.push_back(static_cast<float>(*value));
    }
    if (m_check) {
        const QString problem = m_check(values);
        if (!problem.isEmpty())
            return setMessage(problem);
    }
    m_values = std::move(values);
    showValues();
    emit committed(m_values);
}

void NumbersField::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && isModified())
        return showValues();
    QLineEdit::keyPressEvent(event);
}

} // namespace qs
