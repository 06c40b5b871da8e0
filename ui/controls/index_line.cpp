// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/index_line.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScopeGuard>

namespace qs {

IndexLine::IndexLine(IndexJob& job, QWidget* parent)
    : QWidget(parent),
      m_job(job),
      m_text(new QLabel(this)),
      m_stop(new QPushButton(tr("Stop"), this))
{
    m_text->setAccessibleName(tr("index"));
    m_stop->setAccessibleName(tr("stop indexing"));
    m_stop->setToolTip(tr("Stops sorting the values. Numbers stay exact: they come from reading "
                          "every element, until this tensor is chosen again."));
    fit();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 4, 0);
    layout->setSpacing(8);
    layout->addWidget(m_text);
    layout->addWidget(m_stop);
    connect(m_stop, &QPushButton::clicked, &m_job, &IndexJob::stop);
    connect(&m_job, &IndexJob::changed, this, &IndexLine::refresh);
    refresh();
}

/// No taller than the text: the status bar keeps its height when the line comes and goes.
void IndexLine::fit()
{
    m_stop->setFixedHeight(fontMetrics().height() + 4);
}

void IndexLine::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fit();
}

void IndexLine::refresh()
{
    const auto state = m_job.state();
    m_stop->setVisible(state == IndexJob::State::Building);
    setVisible(state != IndexJob::State::Idle);
    const QScopeGuard describe([this] { m_text->setAccessibleDescription(m_text->text()); });
    switch (state) {
    case IndexJob::State::Idle:
        break;
    case IndexJob::State::Building:
        m_text->setText(tr("indexing for instant answers %1 %")
                            .arg(static_cast<int>(m_job.fraction() * 100), 3));
        m_text->setToolTip(tr("The values are being sorted in the background. From then on every "
                              "change is answered at once; until then by reading every element. "
                              "The numbers are the same."));
        break;
    case IndexJob::State::Stopped:
        m_text->setText(tr("not indexed: stopped"));
        m_text->setToolTip(tr("Numbers are exact and come from reading every element. Choose "
                              "another tensor and this one again to index it."));
        break;
    case IndexJob::State::NoRoom:
        m_text->setText(tr("no memory to index: exact, from reading everything"));
        m_text->setToolTip(tr("Sorting the values would take more memory than there is. Numbers "
                              "are exact and come from reading every element."));
        break;
    }
}

} // namespace qs
