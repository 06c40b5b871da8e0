// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QString>

#include <optional>
#include <vector>

class QAction;
class QMainWindow;

namespace qs {

/// Something a person can do, as the command palette and the shortcut sheet list it.
struct Command {
    QPointer<QAction> action;
    QString text;     ///< without mnemonic and dots: "Export plot"
    QString group;    ///< where it is found: "File", "View \u203a Theme", "dtype"
    QString shortcut; ///< in the system's own words: "Ctrl+E"; empty: none
};

/// Whether a command is an entry of a menu, not one that asCommand() made.
bool isInMenu(const Command& command);
/// What the lists call the command of an action.
QString commandText(const QAction& action);

/// Everything the window can do: the entries of its menus, in their order, then actions that were
/// made commands by asCommand(), wherever below the window they are. What is hidden is left out.
std::vector<Command> commandsOf(const QMainWindow& window);

/// Lists an action that is in no menu as a command of `group`: "Show panel", "dtype".
QAction* asCommand(QAction* action, const QString& group);

/// What the lists call an action whose menu entry says more, a number say.
void setCommandText(QAction& action, const QString& text);

/// The name that the settings know a command by, whatever the language: "file.open". Only commands
/// that have one can get other keys.
QAction* withId(QAction* action, const QString& id);
/// Empty: it has none.
QString commandId(const QAction& action);

/// What an action does, for the status bar; its tooltip says it with the keys.
void setTip(QAction& action, const QString& tip);
/// The tooltip with the keys as they are now.
void refreshTip(QAction& action);

/// Enables an action, or disables it and says why: "there is nothing to undo".
void setAvailable(QAction& action, bool available, const QString& whyNot);
/// Why a disabled action cannot be done now; empty where it can be, or nothing was said.
QString whyDisabled(const QAction& action);

/// How well words fit a command, the more the better; nothing where one does not fit. A word fits
/// where its letters follow each other in the text, in any case: "exp" best in "Export plot", less
/// well in "Open example", less still with other letters between its own.
std::optional<int> fit(const QString& words, const Command& command);

} // namespace qs
