// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/study_board.h"

namespace qs {

StudyBoard::StudyBoard(TensorPipeline& pipeline, QObject* parent)
    : QObject(parent), m_studies(pipeline)
{
    m_job = new LatestJob<StudyRequest, std::shared_ptr<const TensorStudy>>(
        [this](const StudyRequest& request, const JobContext& context) {
            return m_studies.run(request, context);
        },
        [this](const StudyRequest& request, Result<std::shared_ptr<const TensorStudy>> answer) {
            finish(request, std::move(answer));
        },
        this);
    connect(m_job, &JobSignals::busyChanged, this, &StudyBoard::next);
    connect(m_job, &JobSignals::busyChanged, this, &StudyBoard::busyChanged);
    connect(m_job, &JobSignals::progressed, this, &StudyBoard::progressed);
}

void StudyBoard::want(const std::vector<StudyRequest>& requests)
{
    std::map<StudyKind, Entry> wanted;
    for (const auto& request : requests) {
        if (request.kind == StudyKind::None)
            continue;
        Entry entry{request, StudyKey::of(request), false, {}};
        const auto before = m_wanted.find(request.kind);
        if (before != m_wanted.end() && before->second.key == entry.key)
            entry = before->second;
        wanted[request.kind] = std::move(entry);
    }
    m_wanted = std::move(wanted);
    if (m_running && m_job->busy()) {
        const auto still = m_wanted.find(m_running->kind);
        if (still == m_wanted.end() || still->second.key.tensor != m_running->tensor)
            m_job->cancel();
    }
    next();
}

void StudyBoard::next()
{
    if (m_job->busy())
        return;
    for (auto& [kind, entry] : m_wanted) {
        const auto known = m_known.find(kind);
        if (known != m_known.end() && known->second->key == entry.key)
            entry.answered = true;
        if (entry.answered)
            continue;
        m_running = entry.key;
        m_job->request(entry.request);
        return;
    }
}

void StudyBoard::finish(const StudyRequest& request,
                        Result<std::shared_ptr<const TensorStudy>> answer)
{
    if (answer) {
        m_known[request.kind] = std::move(*answer);
    } else if (const auto it = m_wanted.find(request.kind);
               it != m_wanted.end() && it->second.key == StudyKey::of(request)) {
        it->second.answered = true;
        it->second.note = QString::fromStdString(answer.error().message);
    }
    emit changed();
    // The job says that it rests only after this: then the next one starts.
}

std::shared_ptr<const TensorStudy> StudyBoard::study(StudyKind kind) const
{
    const auto it = m_known.find(kind);
    return it == m_known.end() ? nullptr : it->second;
}

QString StudyBoard::note(StudyKind kind) const
{
    const auto it = m_wanted.find(kind);
    return it == m_wanted.end() ? QString() : it->second.note;
}

bool StudyBoard::isPending(StudyKind kind) const
{
    const auto it = m_wanted.find(kind);
    if (it == m_wanted.end() || it->second.answered)
        return false;
    const auto known = m_known.find(kind);
    return known == m_known.end() || known->second->key != it->second.key;
}

bool StudyBoard::isRenewing(StudyKind kind) const
{
    const auto known = m_known.find(kind);
    return isPending(kind) && known != m_known.end() &&
           known->second->key.tensor == m_wanted.at(kind).key.tensor;
}

void StudyBoard::cancel(const QString& note)
{
    m_job->cancel();
    for (auto& [kind, entry] : m_wanted) {
        if (isPending(kind)) {
            entry.answered = true;
            entry.note = note;
        }
    }
    emit changed();
}

} // namespace qs
