// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QFormLayout;
class QLabel;

namespace qs {

/// A file that cannot be read: its name, where it is wrong, what was expected and what was found
/// there, and what can be done; with all of it to copy.
class FileProblemCard : public QFrame {
    Q_OBJECT

public:
    explicit FileProblemCard(QWidget* parent = nullptr);

    /// `message`: the line of an error of core/io (core/io/messages.h); another one is shown as it
    /// is. Empty: hides.
    void setProblem(const QString& message);
    const QString& problem() const { return m_message; }
    /// Everything that is known, in lines, with the path, its size and the program's version.
    QString details() const;

signals:
    void dismissed();

private:
    struct Row {
        QString name;
        QString value;
    };
    std::vector<Row> rows() const;
    QString whatToDo() const;

    QString m_message;
    QLabel* m_title;
    QFormLayout* m_form;
};

} // namespace qs
