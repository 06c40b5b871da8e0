// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/shortcut_sheet.h"

#include "ui/main_window/gesture_table.h"
#include "ui/models/command_list.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QMainWindow>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace qs {

ShortcutSheet::ShortcutSheet(QMainWindow& window)
    : QDialog(&window),
      m_window(window),
      m_field(new QLineEdit(this)),
      m_list(new QTreeWidget(this))
{
    setObjectName(QStringLiteral("shortcutSheet"));
    setWindowTitle(tr("Shortcuts and gestures"));
    resize(560, 640);
    m_field->setPlaceholderText(tr("Find"));
    m_field->setAccessibleName(tr("Find a shortcut"));
    m_field->setToolTip(tr("Words of what is done, or keys."));
    m_field->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("Shortcuts and gestures"));
    m_list->setToolTip(tr("What each key and each gesture does."));
    m_list->setColumnCount(2);
    m_list->setHeaderLabels({tr("does"), tr("keys or gesture")});
    m_list->headerItem()->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    m_list->setRootIsDecorated(false);
    m_list->setIndentation(12);
    m_list->setUniformRowHeights(true);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_field);
    layout->addWidget(m_list);
    layout->addWidget(buttons);
    connect(m_field, &QLineEdit::textChanged, this, &ShortcutSheet::find);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ShortcutSheet::open()
{
    m_field->clear();
    fill();
    // Beside the plots that a person tries the gestures on: not modal.
    show();
    raise();
    activateWindow();
    m_field->setFocus();
}

void ShortcutSheet::fill()
{
    m_list->clear();
    QTreeWidgetItem* group = nullptr;
    const auto add = [&](const QString& name, const QString& does, const QString& how) {
        if (group == nullptr || group->text(0) != name) {
            group = new QTreeWidgetItem(m_list, {name});
            group->setFirstColumnSpanned(true);
            group->setExpanded(true);
            QFont bold = font();
            bold.setBold(true);
            group->setFont(0, bold);
        }
        auto* item = new QTreeWidgetItem(group, {does, how});
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    };
    for (const auto& command : commandsOf(m_window)) {
        QStringList keys;
        for (const auto& key : command.action->shortcuts())
            keys << key.toString(QKeySequence::NativeText);
        if (!keys.isEmpty())
            add(command.group, command.text, keys.join(QStringLiteral(", ")));
    }
    for (const auto& gesture : gestures())
        add(gesture.group, gesture.does, gesture.how);
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
    }
}

} // namespace qs
