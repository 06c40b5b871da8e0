// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/shortcut_sheet.h"

#include "ui/controls/forms.h"
#include "ui/main_window/gesture_table.h"
#include "ui/main_window/keymap.h"
#include "ui/main_window/keys_dialog.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace qs {
namespace {

constexpr int kClosed = Qt::UserRole; ///< a group that is closed while nothing is looked for

} // namespace

ShortcutSheet::ShortcutSheet(QMainWindow& window, Keymap& keymap)
    : QDialog(&window),
      m_window(window),
      m_keymap(keymap),
      m_field(new QLineEdit(this)),
      m_list(new QTreeWidget(this)),
      m_note(new QLabel(this))
{
    build();
    connect(m_field, &QLineEdit::textChanged, this, &ShortcutSheet::find);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &ShortcutSheet::describe);
    connect(m_list, &QTreeWidget::itemActivated, this, &ShortcutSheet::change);
    connect(m_change, &QPushButton::clicked, this, &ShortcutSheet::change);
    connect(m_reset, &QPushButton::clicked, this, &ShortcutSheet::reset);
    connect(m_resetAll, &QPushButton::clicked, &m_keymap, &Keymap::resetAll);
    connect(&m_keymap, &Keymap::changed, this, &ShortcutSheet::fill);
}

void ShortcutSheet::build()
{
    setObjectName(QStringLiteral("shortcutSheet"));
    setWindowTitle(tr("Shortcuts and gestures"));
    m_field->setPlaceholderText(tr("Find"));
    m_field->setAccessibleName(tr("Find a shortcut"));
    m_field->setToolTip(tr("Words of what is done, or keys."));
    m_field->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("Shortcuts and gestures"));
    m_list->setToolTip(tr("What each key and each gesture does. Enter changes a command's keys."));
    m_list->setColumnCount(2);
    m_list->setHeaderLabels({tr("does"), tr("keys or gesture")});
    m_list->headerItem()->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    m_list->setRootIsDecorated(true);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setExpandsOnDoubleClick(false);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_note->setObjectName(QStringLiteral("secondary"));
    m_note->setWordWrap(true);
    m_note->setAccessibleName(tr("About the chosen row"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_change = buttons->addButton(tr("C&hange\u2026"), QDialogButtonBox::ActionRole);
    m_change->setToolTip(tr("Other keys for the chosen command."));
    m_reset = buttons->addButton(tr("&Reset"), QDialogButtonBox::ActionRole);
    m_reset->setToolTip(tr("The chosen command gets its first keys back."));
    m_resetAll = buttons->addButton(tr("Reset &all"), QDialogButtonBox::ActionRole);
    m_resetAll->setToolTip(tr("Every command gets its first keys back."));
    // Enter belongs to the list.
    for (auto* button : buttons->findChildren<QPushButton*>())
        button->setAutoDefault(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_field);
    layout->addWidget(m_list);
    layout->addWidget(m_note);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ShortcutSheet::open()
{
    m_field->clear();
    m_list->setCurrentItem(nullptr);
    fill();
    const QSize wanted(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 80,
                       fontMetrics().height() * 42);
    resize(wanted.boundedTo(m_window.size()));
    // Beside the plots that a person tries the gestures on: not modal.
    show();
    raise();
    activateWindow();
    m_field->setFocus();
}

void ShortcutSheet::fill()
{
    const QPointer<QAction> before = chosen();
    const QSignalBlocker quiet(m_list);
    m_actions.clear();
    m_list->clear();
    QTreeWidgetItem* group = nullptr;
    const auto add = [&](const QString& name, const QString& does, const QString& how) {
        if (group == nullptr || group->text(0) != name) {
            group = new QTreeWidgetItem(m_list, {name});
            group->setFirstColumnSpanned(true);
            QFont bold = font();
            bold.setBold(true);
            group->setFont(0, bold);
        }
        auto* item = new QTreeWidgetItem(group, {does, how});
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setToolTip(0, does); // long ones are cut
        return item;
    };
    const auto addCommands = [&](bool ofMenus) {
        for (const auto& command : commandsOf(m_window)) {
            // Files that were opened come and go: nothing to give keys to.
            const bool listed = m_keymap.canChange(*command.action) || !command.shortcut.isEmpty();
            if (!listed || isInMenu(command) != ofMenus)
                continue;
            auto* item = add(command.group, command.text, keysText(command.action->shortcuts()));
            m_actions.insert(item, command.action);
            if (m_keymap.isChanged(*command.action)) {
                QFont bold = font();
                bold.setBold(true);
                item->setFont(1, bold);
            }
            group->setData(0, kClosed, !ofMenus);
            if (command.action == before)
                m_list->setCurrentItem(item);
        }
    };
    addCommands(true);
    for (const auto& gesture : gestures())
        add(gesture.group, gesture.does, gesture.how);
    addCommands(false);
    allow(m_resetAll, m_keymap.anyChanged(), tr("Every command has its first keys."));
    find(m_field->text());
    if (auto* item = m_list->currentItem())
        m_list->scrollToItem(item);
    describe();
}

void ShortcutSheet::find(const QString& text)
{
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        auto* group = m_list->topLevelItem(i);
        int seen = 0;
        for (int j = 0; j < group->childCount(); ++j) {
            auto* item = group->child(j);
            const QString line = group->text(0) + QLatin1Char(' ') + item->text(0) +
                                 QLatin1Char(' ') + item->text(1);
            bool found = true;
            for (const auto& word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts))
                found = found && line.contains(word, Qt::CaseInsensitive);
            item->setHidden(!found);
            seen += found ? 1 : 0;
        }
        group->setHidden(seen == 0);
        group->setExpanded(!text.isEmpty() || !group->data(0, kClosed).toBool());
    }
}

QAction* ShortcutSheet::chosen() const
{
    return m_actions.value(m_list->currentItem());
}

void ShortcutSheet::describe()
{
    const auto* item = m_list->currentItem();
    const auto* action = chosen();
    const bool can = action != nullptr && m_keymap.canChange(*action);
    const QString none = tr("Choose a command in the list first.");
    allow(m_change, can, none);
    allow(m_reset, can && m_keymap.isChanged(*action),
          can ? tr("The command has its first keys.") : none);
    if (item == nullptr || item->parent() == nullptr)
        m_note->setText(tr("Choose a command to give it other keys."));
    else if (action == nullptr)
        m_note->setText(tr("Fixed: plots and fields handle this themselves."));
    else if (m_keymap.isChanged(*action))
        m_note->setText(
            m_keymap.defaults(*action).isEmpty()
                ? tr("Changed; at first it had no keys.")
                : tr("Changed; at first: %1").arg(keysText(m_keymap.defaults(*action))));
    else
        m_note->setText(action->statusTip());
}

void ShortcutSheet::change()
{
    auto* action = chosen();
    if (action == nullptr || !m_keymap.canChange(*action))
        return; // the note says why
    auto* dialog = new KeysDialog(m_keymap, *action, this);
    dialog->open();
}

void ShortcutSheet::reset()
{
    if (auto* action = chosen())
        m_keymap.reset(*action);
}

} // namespace qs
