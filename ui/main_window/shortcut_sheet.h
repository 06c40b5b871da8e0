// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QHash>
#include <QPointer>

class QAction;
class QLabel;
class QLineEdit;
class QMainWindow;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace qs {

class Keymap;

/// Every command of the window with its keys, menu by menu, then the gestures of plots and fields,
/// then the commands of no menu; a field finds among them. The chosen command can get other keys.
/// Generated each time it opens.
class ShortcutSheet : public QDialog {
    Q_OBJECT

public:
    ShortcutSheet(QMainWindow& window, Keymap& keymap);

    void open() override;

private:
    void build();
    void fill();
    void find(const QString& text);
    QAction* chosen() const;
    void describe();
    void change();
    void reset();

    QMainWindow& m_window;
    Keymap& m_keymap;
    QLineEdit* m_field;
    QTreeWidget* m_list;
    QLabel* m_note;
    QPushButton* m_change;
    QPushButton* m_reset;
    QPushButton* m_resetAll;
    QHash<QTreeWidgetItem*, QPointer<QAction>> m_actions; ///< of the rows that are commands
};

} // namespace qs
