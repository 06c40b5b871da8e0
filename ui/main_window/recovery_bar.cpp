// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/recovery_bar.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

namespace qs {

RecoveryBar::RecoveryBar(QWidget* parent) : QFrame(parent), m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("bar"));
    setAccessibleName(tr("Work that was not saved"));
    m_text->setWordWrap(true);
    m_restore = new QPushButton(tr("&Restore"), this);
    m_restore->setToolTip(tr("Opens the session as it was last kept; save it to keep it."));
    m_restore->setAccessibleName(tr("Restore"));
    auto* discard = new QPushButton(tr("&Discard"), this);
    discard->setToolTip(tr("Deletes what was kept of that session."));
    discard->setAccessibleName(tr("Discard"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_restore);
    layout->addWidget(discard);
    connect(m_restore, &QPushButton::clicked, this, [this] {
        if (!m_leftovers.empty())
            emit restoreRequested(Leftover(m_leftovers.front()));
    });
    connect(discard, &QPushButton::clicked, this, [this] {
        if (!m_leftovers.empty())
            emit discardRequested(Leftover(m_leftovers.front()));
    });
    hide();
}

void RecoveryBar::offer(std::vector<Leftover> leftovers)
{
    m_leftovers = std::move(leftovers);
    refresh();
}

void RecoveryBar::next()
{
    if (!m_leftovers.empty())
        m_leftovers.erase(m_leftovers.begin());
    refresh();
}

void RecoveryBar::refresh()
{
    setVisible(!m_leftovers.empty());
    if (m_leftovers.empty())
        return;
    const auto& first = m_leftovers.front();
    const bool today = first.time.date() == QDate::currentDate();
    const QString time = today ? QLocale().toString(first.time.time(), QStringLiteral("HH:mm"))
                               : QLocale().toString(first.time, QLocale::ShortFormat);
    const QString name = QFileInfo(first.origin).fileName();
    QString text = name.isEmpty() ? tr("A session from %1 was not saved.").arg(time)
                                  : tr("The changes of %1 from %2 were not saved.").arg(name, time);
    if (m_leftovers.size() > 1)
        text += QLatin1Char(' ') +
                tr("%n more after it.", nullptr, static_cast<int>(m_leftovers.size()) - 1);
    m_text->setText(text);
}

} // namespace qs
