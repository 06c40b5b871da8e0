// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/controls/file_problem_card.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTest>

namespace qs {

/// A control by its accessible name: what a screen reader would find.
template <typename Widget>
Widget* control(const QWidget& parent, const char* name)
{
    for (auto* widget : parent.findChildren<Widget*>()) {
        if (widget->accessibleName() == QLatin1String(name))
            return widget;
    }
    qFatal("no control called %s", name);
}

inline void choose(QComboBox* combo, const char* text)
{
    const int row = combo->findText(QLatin1String(text));
    QVERIFY(row >= 0);
    combo->setCurrentIndex(row);
    emit combo->activated(row);
    emit combo->textActivated(combo->itemText(row));
}

inline void type(QLineEdit* edit, const char* text)
{
    edit->setFocus();
    edit->selectAll();
    QTest::keyClicks(edit, QLatin1String(text));
    QTest::keyClick(edit, Qt::Key_Return);
}

inline QString banner(const QWidget& workspace)
{
    for (const auto* label : workspace.findChildren<QLabel*>(QStringLiteral("banner"))) {
        if (!label->isHidden())
            return label->text();
    }
    return {};
}

/// What the card of a file that cannot be read tells; empty where there is none.
inline QString fileProblemShown(const QWidget& workspace)
{
    const auto* card = workspace.findChild<FileProblemCard*>();
    return card != nullptr && !card->isHidden() ? card->problem() : QString();
}

} // namespace qs
