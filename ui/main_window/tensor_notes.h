// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"

#include <QPointer>
#include <QWidget>

#include <memory>

class QLabel;
class QPushButton;

namespace qs {

class FileProblemCard;
class NonFiniteDialog;

/// What stands above the plots: a file that cannot be read, what else is wrong, and what is no
/// error but must not be left unsaid. Takes no room while there is nothing.
class TensorNotes : public QWidget {
    Q_OBJECT

public:
    explicit TensorNotes(QWidget* parent = nullptr);

    /// A file could not be opened: said until another message, or none, comes.
    void setFileProblem(const QString& message);
    bool hasFileProblem() const { return !m_fileProblem.isEmpty(); }
    /// `problem`: why the newest request has no answer; `otherProblem`: likewise of the other side.
    void setAnswers(const std::shared_ptr<const TensorResult>& result, const QString& problem,
                    const QString& otherProblem);
    /// The table of the elements that are not finite, where there are some.
    void showPositions();

signals:
    /// An element that shall be picked, by its flat index.
    void elementChosen(std::int64_t index);

private:
    void refresh();

    std::shared_ptr<const TensorResult> m_result;
    QString m_fileProblem;
    QString m_problem;
    QString m_otherProblem;
    FileProblemCard* m_card;
    QString m_dismissed; ///< the card of this message was taken away
    QWidget* m_row;
    QLabel* m_banner;
    QPushButton* m_positions;
    QPointer<NonFiniteDialog> m_dialog;
};

} // namespace qs
