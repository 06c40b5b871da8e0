// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/history_dialog.h"

#include "ui/controls/interface_scale.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QUndoView>
#include <QVBoxLayout>

namespace qs {

HistoryDialog::HistoryDialog(QUndoStack& steps, QWidget* parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("history"));
    setWindowTitle(tr("History"));
    resize(scaled(QSize(300, 420)));
    auto* view = new QUndoView(&steps, this);
    view->setEmptyLabel(tr("as it was opened"));
    view->setAccessibleName(tr("History"));
    view->setToolTip(tr("Every step since the session was opened; choose one to go there."));
    auto* note =
        new QLabel(tr("Zooms are not among them: Alt+Left goes back through those."), this);
    note->setObjectName(QStringLiteral("secondary"));
    note->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(view);
    layout->addWidget(note);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

} // namespace qs
