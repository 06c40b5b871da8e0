// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLineEdit;
class QMainWindow;
class QTreeWidget;

namespace qs {

/// Every shortcut of the window, menu by menu, and the gestures of plots and fields; a field finds
/// among them. Generated each time it opens.
class ShortcutSheet : public QDialog {
    Q_OBJECT

public:
    explicit ShortcutSheet(QMainWindow& window);

    void open() override;

private:
    void fill();
    void find(const QString& text);

    QMainWindow& m_window;
    QLineEdit* m_field;
    QTreeWidget* m_list;
};

} // namespace qs
