// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/recent_menu.h"

#include "ui/models/command_list.h"

#include <QFileInfo>

namespace qs {

RecentMenu::RecentMenu(RecentFiles& files, QWidget* parent)
    : QMenu(tr("Open &recent"), parent), m_files(files)
{
    setToolTipsVisible(true);
    connect(&m_files, &RecentFiles::changed, this, &RecentMenu::rebuild);
    // A file may have come or gone.
    connect(this, &QMenu::aboutToShow, this, &RecentMenu::rebuild);
    rebuild();
}

void RecentMenu::rebuild()
{
    clear();
    int number = addFiles(RecentFiles::Kind::Session, tr("Sessions"), 1);
    number = addFiles(RecentFiles::Kind::Data, tr("Data"), number);
    if (number == 1)
        setAvailable(*addAction(tr("Nothing was opened yet")), false, tr("no file was opened yet"));
    addSeparator();
    auto* manage = addAction(tr("&Pin and remove\u2026"));
    manage->setStatusTip(tr("Choose which files stay in these lists"));
    manage->setToolTip(manage->statusTip());
    connect(manage, &QAction::triggered, this, &RecentMenu::manageRequested);
    const auto addClear = [this](const QString& text, RecentFiles::Kind kind) {
        auto* action = addAction(text);
        action->setStatusTip(tr("Empties the list, but for what is pinned"));
        action->setToolTip(action->statusTip());
        setAvailable(*action, !m_files.entries(kind).empty(), tr("the list is empty"));
        // The menu is built anew, which must wait until this action has done its work.
        connect(
            action, &QAction::triggered, &m_files, [this, kind] { m_files.clear(kind); },
            Qt::QueuedConnection);
    };
    addClear(tr("Clear &sessions"), RecentFiles::Kind::Session);
    addClear(tr("Clear &data"), RecentFiles::Kind::Data);
}

int RecentMenu::addFiles(RecentFiles::Kind kind, const QString& title, int number)
{
    if (m_files.entries(kind).empty())
        return number;
    addSection(title);
    for (const auto& entry : m_files.entries(kind)) {
        QString name = QFileInfo(entry.path).fileName();
        name.replace(QLatin1Char('&'), QLatin1String("&&"));
        if (entry.pinned)
            name.prepend(QStringLiteral("\u2605 "));
        auto* action =
            addAction(number <= 9 ? QStringLiteral("&%1  %2").arg(number).arg(name) : name);
        setCommandText(*action, QFileInfo(entry.path).fileName());
        action->setToolTip(entry.path);
        action->setStatusTip(entry.path);
        setAvailable(*action, QFileInfo::exists(entry.path), tr("%1 is not there").arg(entry.path));
        connect(
            action, &QAction::triggered, this,
            [this, path = entry.path] { emit openRequested(path); }, Qt::QueuedConnection);
        ++number;
    }
    return number;
}

} // namespace qs
