// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QUndoStack;

namespace qs {

/// The steps that can be undone and redone, by name; choosing one goes there. Not modal: the window
/// follows beside it.
class HistoryDialog : public QDialog {
    Q_OBJECT

public:
    HistoryDialog(QUndoStack& steps, QWidget* parent);
};

} // namespace qs
