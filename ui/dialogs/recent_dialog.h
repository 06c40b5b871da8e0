// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recent_files.h"

#include <QDialog>

class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace qs {

/// Pins and removes recent files; missing ones are grey.
class RecentDialog : public QDialog {
    Q_OBJECT

public:
    RecentDialog(RecentFiles& files, QWidget* parent);

signals:
    void openRequested(const QString& path);

private:
    void fill();
    void refreshButtons();
    void openCurrent();

    RecentFiles& m_files;
    QTreeWidget* m_list;
    QPushButton* m_open;
    QPushButton* m_pin;
    QPushButton* m_remove;
};

} // namespace qs
