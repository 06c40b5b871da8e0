// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"

#include <QWidget>

class QCheckBox;
class QToolButton;

namespace qs {

/// A|B: the two configurations that a person goes back and forth between, whether the other one is
/// drawn over the one in force, and the snapshots that either can become.
class CompareBar : public QWidget {
    Q_OBJECT

public:
    explicit CompareBar(Document& document, QWidget* parent = nullptr);

private:
    void follow();
    void fillSnapshots();

    Document& m_document;
    QToolButton* m_a;
    QToolButton* m_b;
    QCheckBox* m_overlay;
    QToolButton* m_snapshots;
    bool m_following = false;
};

/// A and B change places; where there is no B yet it begins as a copy of A, to be changed.
void toggleAB(Document& document);
/// The other side drawn over this one, or not.
void toggleOverlay(Document& document);
/// Keeps the configuration in force under a name made of what it is.
void keepSnapshot(Document& document);

} // namespace qs
