// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/recovery.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace qs {

/// Offers the work of programs that ended without saving, one session after the other, above what
/// is shown: "A session from 14:05 was not saved", Restore, Discard. Hidden where there is none.
class RecoveryBar : public QFrame {
    Q_OBJECT

public:
    explicit RecoveryBar(QWidget* parent = nullptr);

    void offer(std::vector<Leftover> leftovers);
    /// The one that is offered was restored or discarded: the next one is.
    void next();

signals:
    void restoreRequested(const Leftover& leftover);
    void discardRequested(const Leftover& leftover);

private:
    void refresh();

    std::vector<Leftover> m_leftovers; ///< the first is offered
    QLabel* m_text;
    QPushButton* m_restore;
};

} // namespace qs
