// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/command_list.h"

#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

#include <algorithm>

namespace qs {
namespace {

constexpr auto kWhyDisabled = "whyDisabled";
constexpr auto kCommandGroup = "commandGroup";
constexpr auto kCommandText = "commandText";
constexpr auto kCommandId = "commandId";

/// "&Open\u2026" as "Open"; "&&" as "&".
QString plain(QString text)
{
    text.replace(QLatin1String("&&"), QChar(0xE000)); // no letter of any text
    text.remove(QLatin1Char('&'));
    text.replace(QChar(0xE000), QLatin1Char('&'));
    while (text.endsWith(QChar(0x2026)))
        text.chop(1);
    return text;
}

Command command(QAction* action, const QString& group)
{
    return {action, commandText(*action), group,
            action->shortcut().toString(QKeySequence::NativeText)};
}

void addMenu(const QList<QAction*>& actions, const QString& group, std::vector<Command>& commands)
{
    for (auto* action : actions) {
        if (action->isSeparator() || !action->isVisible())
            continue;
        if (const auto* menu = action->menu()) {
            const QString inner = group.isEmpty()
                                      ? plain(action->text())
                                      : group + QStringLiteral(" \u203a ") + plain(action->text());
            addMenu(menu->actions(), inner, commands);
        } else if (!action->text().isEmpty()) {
            commands.push_back(command(action, group));
        }
    }
}

/// Where the word's letters follow each other in the text, with others between them: the larger,
/// the closer together.
std::optional<int> scattered(const QString& word, const QString& text)
{
    qsizetype at = -1;
    qsizetype first = -1;
    for (const QChar letter : word) {
        at = text.indexOf(letter, at + 1, Qt::CaseInsensitive);
        if (at < 0)
            return std::nullopt;
        if (first < 0)
            first = at;
    }
    const auto gaps = static_cast<int>(at - first + 1 - word.size());
    return std::max(1, 20 - gaps);
}

std::optional<int> fitWord(const QString& word, const QString& text)
{
    for (qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(word, at + 1, Qt::CaseInsensitive)) {
        if (at == 0)
            return 100;
        if (!text.at(at - 1).isLetterOrNumber())
            return 80;
    }
    if (text.contains(word, Qt::CaseInsensitive))
        return 50;
    return scattered(word, text);
}

} // namespace

std::vector<Command> commandsOf(const QMainWindow& window)
{
    std::vector<Command> commands;
    if (const auto* bar = qobject_cast<const QMenuBar*>(window.menuWidget()))
        addMenu(bar->actions(), {}, commands);
    for (auto* action : window.findChildren<QAction*>()) {
        const QString group = action->property(kCommandGroup).toString();
        const bool listed = std::any_of(commands.begin(), commands.end(),
                                        [&](const Command& c) { return c.action == action; });
        if (!group.isEmpty() && !listed && action->isVisible())
            commands.push_back(command(action, group));
    }
    return commands;
}

bool isInMenu(const Command& command)
{
    return command.action != nullptr && command.action->property(kCommandGroup).isNull();
}

QString commandText(const QAction& action)
{
    const QString own = action.property(kCommandText).toString();
    return own.isEmpty() ? plain(action.text()) : own;
}

QAction* asCommand(QAction* action, const QString& group)
{
    action->setProperty(kCommandGroup, group);
    return action;
}

void setCommandText(QAction& action, const QString& text)
{
    action.setProperty(kCommandText, text);
}

QAction* withId(QAction* action, const QString& id)
{
    action->setProperty(kCommandId, id);
    return action;
}

QString commandId(const QAction& action)
{
    return action.property(kCommandId).toString();
}

void setTip(QAction& action, const QString& tip)
{
    action.setStatusTip(tip);
    refreshTip(action);
}

void refreshTip(QAction& action)
{
    const QString keys = action.shortcut().toString(QKeySequence::NativeText);
    action.setToolTip(keys.isEmpty() ? action.statusTip()
                                     : QStringLiteral("%1 (%2)").arg(action.statusTip(), keys));
}

void setAvailable(QAction& action, bool available, const QString& whyNot)
{
    action.setProperty(kWhyDisabled, available ? QString() : whyNot);
    action.setEnabled(available);
}

QString whyDisabled(const QAction& action)
{
    return action.isEnabled() ? QString() : action.property(kWhyDisabled).toString();
}

std::optional<int> fit(const QString& words, const Command& command)
{
    int sum = 0;
    for (const auto& word : words.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const auto text = fitWord(word, command.text);
        // The group's name helps to narrow a search, but only as a word of its own.
        const auto group = fitWord(word, command.group);
        const int best = std::max(text.value_or(0), group && *group >= 50 ? *group / 2 : 0);
        if (best == 0)
            return std::nullopt;
        sum += best;
    }
    return sum;
}

} // namespace qs
