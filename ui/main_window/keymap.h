// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QList>
#include <QMap>
#include <QObject>

#include <optional>

class QAction;
class QMainWindow;

namespace qs {

/// The keys of the window's commands: those the program gives them, and those a person gave them
/// instead, which are kept in the settings under "shortcuts" by the commands' ids. No two commands
/// ever have the same keys. Keys that plots and fields handle themselves (gesture_table.h) are
/// fixed: no command can be given them.
class Keymap : public QObject {
    Q_OBJECT

public:
    using Keys = QList<QKeySequence>;

    /// The keys that the commands of the window have now are their defaults.
    explicit Keymap(QMainWindow& window);

    /// Gives the commands the keys of the settings. Left out, and left in the file: what is no
    /// list of keys, keys that are fixed, and those of another command.
    void restore();

    /// Whether the command is one whose keys can be changed: it has an id.
    bool canChange(const QAction& action) const;
    Keys defaults(const QAction& action) const;
    /// The first keys that a command has now, in the system's own words; empty: none.
    QString keysOf(const QString& id) const;
    bool isChanged(const QAction& action) const;
    bool anyChanged() const;
    /// The command that has these keys; null: none.
    QAction* holderOf(const QKeySequence& keys) const;
    /// What the keys are fixed for; empty: a command can have them.
    QString fixedFor(const QKeySequence& keys) const;

    /// Gives the command these keys, and no others. Whatever other command had them loses them.
    void set(QAction& action, const Keys& keys);
    /// Gives the command its default keys back, likewise.
    void reset(QAction& action);
    void resetAll();

signals:
    /// Some command has other keys than before; tooltips say them already.
    void changed();

private:
    std::optional<Keys> read(const QString& id, const QVariant& value) const;
    void apply(const QString& id, const Keys& keys);
    void store(const QString& id) const;

    QMainWindow& m_window;
    QMap<QString, QAction*> m_actions;
    QMap<QString, Keys> m_defaults;
};

/// "Ctrl+E, Ctrl+Shift+E", in the system's own words.
QString keysText(const QList<QKeySequence>& keys);

} // namespace qs
