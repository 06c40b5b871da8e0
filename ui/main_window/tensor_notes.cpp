// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/tensor_notes.h"

#include "core/base/text.h"
#include "core/io/messages.h"
#include "ui/controls/file_problem_card.h"
#include "ui/controls/forms.h"
#include "ui/dialogs/non_finite_dialog.h"
#include "ui/panels/grid_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace qs {
namespace {

QString count(std::int64_t n)
{
    return QString::fromStdString(formatCount(n));
}

bool sameTensor(const std::shared_ptr<const TensorResult>& a,
                const std::shared_ptr<const TensorResult>& b)
{
    return a && b && TensorKey::of(a->facts->tensor) == TensorKey::of(b->facts->tensor);
}

/// Whether the line tells of a file, by its path.
bool isOfAFile(const QString& line)
{
    return line.startsWith(QLatin1Char('/')) && fileProblem(line.toStdString());
}

} // namespace

TensorNotes::TensorNotes(QWidget* parent) : QWidget(parent)
{
    m_card = new FileProblemCard(this);
    connect(m_card, &FileProblemCard::dismissed, this, [this] {
        m_dismissed = m_card->problem();
        refresh();
    });
    m_row = new QWidget(this);
    m_banner = new QLabel(m_row);
    m_banner->setObjectName(QStringLiteral("banner"));
    m_banner->setWordWrap(true);
    m_positions = new QPushButton(tr("Show &positions\u2026"), m_row);
    m_positions->setAccessibleName(tr("Show positions"));
    m_positions->setToolTip(tr("Lists the elements that are NaN or infinite, and picks them."));
    connect(m_positions, &QPushButton::clicked, this, &TensorNotes::showPositions);
    auto* row = new QHBoxLayout(m_row);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(m_banner, 1);
    row->addWidget(m_positions);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_card);
    layout->addWidget(m_row);
    refresh();
}

void TensorNotes::setFileProblem(const QString& message)
{
    m_fileProblem = message;
    m_dismissed.clear();
    refresh();
}

void TensorNotes::setAnswers(const std::shared_ptr<const TensorResult>& result,
                             const QString& problem, const QString& otherProblem)
{
    // Its rows would pick elements of another tensor.
    if (m_dialog && !sameTensor(m_result, result))
        m_dialog->close();
    m_result = result;
    m_problem = problem;
    m_otherProblem = otherProblem;
    refresh();
}

void TensorNotes::refresh()
{
    // Of the file that was opened last, or of the one that is looked at.
    const bool ownFile = m_fileProblem.isEmpty() && isOfAFile(m_problem);
    const QString& file = ownFile ? m_problem : m_fileProblem;
    m_card->setProblem(file == m_dismissed ? QString() : file);
    QStringList lines;
    if (!m_problem.isEmpty() && m_problem != file)
        lines << (m_result ? tr("\u26a0 %1. The plots show the last good state.").arg(m_problem)
                           : QStringLiteral("\u26a0 ") + m_problem);
    else if (ownFile && m_result)
        lines << tr("The plots show the last good state.");
    if (!m_otherProblem.isEmpty())
        lines << tr("\u26a0 The other side of A|B: %1").arg(m_otherProblem);
    bool nonFinite = false;
    if (m_result && m_problem.isEmpty()) {
        const auto& stats = m_result->facts->stats;
        const auto& type = info(m_result->facts->tensor.type());
        nonFinite = stats.nonfiniteCount() > 0;
        if (nonFinite)
            lines << tr("%1 NaN, %2 +Inf, %3 \u2212Inf of %4 elements are in no statistic.")
                         .arg(count(stats.nanCount), count(stats.posInfCount),
                              count(stats.negInfCount), count(stats.count));
        else if (stats.min == stats.max && stats.count > 0)
            lines << tr("A constant tensor: every element is %1.")
                         .arg(QString::fromStdString(formatShort(static_cast<double>(stats.min))));
        if (!type.exactInFloat32)
            lines
                << tr("%1 elements are read as float32, rounded to nearest.").arg(text(type.name));
    }
    m_banner->setText(lines.join(QLatin1Char('\n')));
    m_banner->setVisible(!lines.isEmpty());
    m_positions->setVisible(nonFinite);
    m_row->setVisible(!lines.isEmpty());
    setVisible(!lines.isEmpty() || !m_card->isHidden());
}

void TensorNotes::showPositions()
{
    if (!m_result || m_result->facts->stats.nonfiniteCount() == 0)
        return;
    if (!m_dialog) {
        m_dialog = new NonFiniteDialog(m_result->facts->tensor, this);
        m_dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(m_dialog, &NonFiniteDialog::elementChosen, this, &TensorNotes::elementChosen);
    }
    m_dialog->show();
    m_dialog->raise();
    m_dialog->activateWindow();
}

} // namespace qs
