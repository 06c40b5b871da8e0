// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/command_list.h"

#include <QFrame>

class QLabel;
class QLineEdit;
class QTreeWidget;

namespace qs {

/// A field over the window that finds every command by some letters of its words, says its shortcut
/// and why it cannot be done now, and does it. Enter runs, Up and Down choose, Esc closes.
class CommandPalette : public QFrame {
    Q_OBJECT

public:
    explicit CommandPalette(QMainWindow& window);

    /// Lists what the window can do now, with an empty field that has the focus.
    void open();

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void place();
    void list();
    void move(int rows);
    void describe();
    void run();
    void dismiss();

    QMainWindow& m_window;
    QLineEdit* m_field;
    QTreeWidget* m_list;
    QLabel* m_note; ///< what the chosen command does, or why it cannot be done
    std::vector<Command> m_commands;
    QPointer<QWidget> m_before; ///< had the focus
};

} // namespace qs
