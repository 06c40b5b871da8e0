// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/keys_dialog.h"

#include "ui/main_window/keymap.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace qs {

void KeyField::keyPressEvent(QKeyEvent* event)
{
    const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    if (plain && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        emit entered();
        return;
    }
    if (plain && event->key() == Qt::Key_Escape) {
        emit left();
        return;
    }
    QKeySequenceEdit::keyPressEvent(event);
    const QKeySequence now = keySequence();
    if (now.isEmpty())
        return; // a modifier alone
    const QKeySequence last(now[static_cast<uint>(now.count() - 1)]);
    setKeySequence(last);
    emit typed(last);
}

KeysDialog::KeysDialog(Keymap& keymap, QAction& action, QWidget* parent)
    : QDialog(parent),
      m_keymap(keymap),
      m_action(action),
      m_field(new KeyField(this)),
      m_note(new QLabel(this))
{
    setObjectName(QStringLiteral("keysDialog"));
    setWindowTitle(tr("New keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* ask = new QLabel(tr("&Type the new keys of \u201c%1\u201d:").arg(commandText(action)));
    ask->setBuddy(m_field);
    m_field->setAccessibleName(tr("New keys"));
    m_field->setToolTip(tr("One key, with Ctrl, Shift or Alt held or not; the last one counts."));
    m_note->setObjectName(QStringLiteral("secondary"));
    m_note->setWordWrap(true);
    m_note->setAccessibleName(tr("About these keys"));
    m_note->setMinimumWidth(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 48);
    m_note->setMinimumHeight(2 * fontMetrics().lineSpacing());
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_ok = buttons->addButton(tr("Use these keys"), QDialogButtonBox::AcceptRole);
    auto* none = buttons->addButton(tr("&No keys"), QDialogButtonBox::ResetRole);
    none->setToolTip(tr("The command is then in menus and in the list of commands only."));
    none->setAutoDefault(false);
    none->setEnabled(!action.shortcuts().isEmpty());
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(ask);
    layout->addWidget(m_field);
    layout->addWidget(m_note);
    layout->addWidget(buttons);
    connect(m_field, &KeyField::typed, this, &KeysDialog::judge);
    connect(m_field, &KeyField::entered, this, [this] {
        if (m_ok->isEnabled())
            accept();
    });
    connect(m_field, &KeyField::left, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &KeysDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(none, &QPushButton::clicked, this, [this] {
        m_keymap.set(m_action, {});
        QDialog::accept();
    });
    judge({});
    m_field->setFocus();
}

void KeysDialog::judge(const QKeySequence& keys)
{
    const QString typed = keys.toString(QKeySequence::NativeText);
    const QString fixed = m_keymap.fixedFor(keys);
    const auto* holder = m_keymap.holderOf(keys);
    const bool own =
        m_action.shortcuts().contains(keys) || m_keymap.defaults(m_action).contains(keys);
    const bool taken = holder != nullptr && holder != &m_action;
    const bool refused = !fixed.isEmpty() && !own;
    QString note;
    if (keys.isEmpty())
        note = m_action.shortcuts().isEmpty() ? tr("It has no keys now.")
                                              : tr("Now: %1").arg(keysText(m_action.shortcuts()));
    else if (refused)
        note = tr("\u26a0 %1 is fixed. %2.").arg(typed, fixed);
    else if (taken)
        note = tr("\u26a0 %1 belongs to \u201c%2\u201d, which loses it when it is taken over.")
                   .arg(typed, commandText(*holder));
    else
        note = tr("%1 is free.").arg(typed);
    if (!refused && holder == &m_action)
        note = tr("The command has %1 already.").arg(typed);
    m_note->setText(note);
    m_field->setAccessibleDescription(note);
    m_ok->setText(taken && !refused ? tr("Take over") : tr("Use these keys"));
    m_ok->setEnabled(!keys.isEmpty() && !refused);
}

void KeysDialog::accept()
{
    m_keymap.set(m_action, {m_field->keySequence()});
    QDialog::accept();
}

} // namespace qs
