// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recent_files.h"

#include <QMenu>

namespace qs {

/// File > Open recent: sessions, then data files. A missing one is grey; a pinned one has a mark.
class RecentMenu : public QMenu {
    Q_OBJECT

public:
    RecentMenu(RecentFiles& files, QWidget* parent);

signals:
    void openRequested(const QString& path);
    /// The dialog that pins and removes.
    void manageRequested();

private:
    void rebuild();
    int addFiles(RecentFiles::Kind kind, const QString& title, int number);

    RecentFiles& m_files;
};

} // namespace qs
