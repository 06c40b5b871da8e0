// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/index_job.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace qs {

/// One quiet line about an IndexJob, for the status bar: how far it is, with a button to stop it;
/// why there is no index, where there is none. Hidden while there is nothing to say.
class IndexLine : public QWidget {
    Q_OBJECT

public:
    /// `job` must outlive it.
    explicit IndexLine(IndexJob& job, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fit();
    void refresh();

    IndexJob& m_job;
    QLabel* m_text;
    QPushButton* m_stop;
};

} // namespace qs
