// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/keymap.h"

#include "ui/main_window/gesture_table.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QMainWindow>
#include <QMenuBar>
#include <QSettings>

#include <algorithm>

namespace qs {
namespace {

const auto kGroup = QLatin1String("shortcuts");
const auto kNone = QLatin1String("none"); ///< in the settings: a command without keys

bool overlap(const Keymap::Keys& a, const Keymap::Keys& b)
{
    return std::any_of(a.begin(), a.end(), [&](const auto& keys) { return b.contains(keys); });
}

bool isUsable(const QKeySequence& keys)
{
    return keys.count() == 1 && keys[0].key() != Qt::Key_unknown && keys[0].key() != 0;
}

} // namespace

QString keysText(const QList<QKeySequence>& keys)
{
    QStringList texts;
    for (const auto& each : keys)
        texts << each.toString(QKeySequence::NativeText);
    return texts.join(QStringLiteral(", "));
}

Keymap::Keymap(QMainWindow& window) : QObject(&window), m_window(window)
{
    for (auto* action : window.findChildren<QAction*>()) {
        const QString id = commandId(*action);
        if (id.isEmpty())
            continue;
        m_actions.insert(id, action);
        m_defaults.insert(id, action->shortcuts());
    }
}

bool Keymap::canChange(const QAction& action) const
{
    return m_actions.contains(commandId(action));
}

Keymap::Keys Keymap::defaults(const QAction& action) const
{
    return m_defaults.value(commandId(action));
}

QString Keymap::keysOf(const QString& id) const
{
    const auto* action = m_actions.value(id);
    return action != nullptr ? action->shortcut().toString(QKeySequence::NativeText) : QString();
}

bool Keymap::isChanged(const QAction& action) const
{
    return canChange(action) && action.shortcuts() != defaults(action);
}

bool Keymap::anyChanged() const
{
    return std::any_of(m_actions.begin(), m_actions.end(),
                       [this](const QAction* action) { return isChanged(*action); });
}

QAction* Keymap::holderOf(const QKeySequence& keys) const
{
    for (auto* action : m_actions) {
        if (action->shortcuts().contains(keys))
            return action;
    }
    return nullptr;
}

QString Keymap::fixedFor(const QKeySequence& keys) const
{
    for (const auto& gesture : gestures()) {
        if (gesture.keys.contains(keys))
            return gesture.group + QStringLiteral(": ") + gesture.does;
    }
    if (const auto* bar = qobject_cast<const QMenuBar*>(m_window.menuWidget())) {
        for (const auto* action : bar->actions()) {
            if (keys == QKeySequence::mnemonic(action->text())) {
                QString menu = action->text();
                return tr("opens the menu %1").arg(menu.remove(QLatin1Char('&')));
            }
        }
    }
    return {};
}

std::optional<Keymap::Keys> Keymap::read(const QString& id, const QVariant& value) const
{
    const QStringList texts = value.toStringList();
    if (texts == QStringList{kNone})
        return Keys{};
    Keys all;
    for (const auto& text : texts) {
        const auto keys = QKeySequence::fromString(text, QKeySequence::PortableText);
        const bool own = m_defaults.value(id).contains(keys);
        if (!isUsable(keys) || all.contains(keys) || (!own && !fixedFor(keys).isEmpty()))
            return std::nullopt;
        all << keys;
    }
    return all.isEmpty() ? std::nullopt : std::optional(all);
}

void Keymap::restore()
{
    QSettings settings;
    settings.beginGroup(kGroup);
    QMap<QString, Keys> chosen;
    for (const auto& id : settings.childKeys()) {
        if (!m_actions.contains(id))
            continue;
        if (const auto keys = read(id, settings.value(id)))
            chosen.insert(id, *keys);
    }
    const auto next = [&](const QString& id) {
        return chosen.value(id, m_defaults.value(id));
    };
    const auto conflicts = [&](const QString& id) {
        return std::any_of(m_actions.keyBegin(), m_actions.keyEnd(), [&](const QString& other) {
            return other != id && overlap(next(id), next(other));
        });
    };
    // Defaults do not conflict: this ends, at the latest with them.
    for (bool again = true; again;) {
        const auto wrong = std::find_if(chosen.keyBegin(), chosen.keyEnd(), conflicts);
        again = wrong != chosen.keyEnd();
        if (again)
            chosen.remove(QString(*wrong));
    }
    for (auto it = m_actions.keyBegin(); it != m_actions.keyEnd(); ++it)
        apply(*it, next(*it));
    emit changed();
}

void Keymap::apply(const QString& id, const Keys& keys)
{
    auto* action = m_actions.value(id);
    if (action->shortcuts() == keys)
        return;
    action->setShortcuts(keys);
    refreshTip(*action);
}

void Keymap::store(const QString& id) const
{
    QSettings settings;
    settings.beginGroup(kGroup);
    const auto keys = m_actions.value(id)->shortcuts();
    if (keys == m_defaults.value(id)) {
        settings.remove(id);
        return;
    }
    QStringList texts;
    for (const auto& each : keys)
        texts << each.toString(QKeySequence::PortableText);
    settings.setValue(id, texts.isEmpty() ? QStringList{kNone} : texts);
}

void Keymap::set(QAction& action, const Keys& keys)
{
    const QString id = commandId(action);
    if (!canChange(action))
        return;
    for (auto it = m_actions.begin(); it != m_actions.end(); ++it) {
        Keys left = (*it)->shortcuts();
        if (it.key() == id || !overlap(left, keys))
            continue;
        left.removeIf([&](const QKeySequence& each) { return keys.contains(each); });
        apply(it.key(), left);
        store(it.key());
    }
    apply(id, keys);
    store(id);
    emit changed();
}

void Keymap::reset(QAction& action)
{
    set(action, defaults(action));
}

void Keymap::resetAll()
{
    for (auto it = m_defaults.begin(); it != m_defaults.end(); ++it)
        apply(it.key(), *it);
    // With what could not be used.
    QSettings().remove(kGroup);
    emit changed();
}

} // namespace qs
