// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QKeySequenceEdit>

class QAction;
class QLabel;
class QPushButton;

namespace qs {

class Keymap;

/// A field for one key with its modifiers: each stroke takes the place of the one before. Enter and
/// Esc are no keys here.
class KeyField : public QKeySequenceEdit {
    Q_OBJECT

public:
    using QKeySequenceEdit::QKeySequenceEdit;

signals:
    void typed(const QKeySequence& keys);
    void entered();
    void left();

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

/// Asks for the new keys of a command, and says who has them already.
class KeysDialog : public QDialog {
    Q_OBJECT

public:
    KeysDialog(Keymap& keymap, QAction& action, QWidget* parent);

    void accept() override;

private:
    void judge(const QKeySequence& keys);

    Keymap& m_keymap;
    QAction& m_action;
    KeyField* m_field;
    QLabel* m_note;
    QPushButton* m_ok;
};

} // namespace qs
