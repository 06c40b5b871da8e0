// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_study.h"
#include "ui/jobs/latest_job.h"

#include <map>
#include <optional>
#include <vector>

namespace qs {

/// The studies that the panels in front need, made in the background one after the other. A study
/// under way is finished while its tensor and its kind are still wanted, so that a slider that
/// never rests still shows answers.
class StudyBoard : public QObject {
    Q_OBJECT

public:
    explicit StudyBoard(TensorPipeline& pipeline, QObject* parent);

    /// From now on these are wanted, one of a kind, and no others. What is known stays known.
    void want(const std::vector<StudyRequest>& requests);
    /// The newest answer of a kind, perhaps about something else; null: none yet.
    std::shared_ptr<const TensorStudy> study(StudyKind kind) const;
    /// Why there is none about what is wanted; empty: it is there or on its way.
    QString note(StudyKind kind) const;
    /// Whether an answer about what is wanted is on its way while an older one of the same tensor
    /// is there: then what is shown stays.
    bool isRenewing(StudyKind kind) const;
    bool isPending(StudyKind kind) const;
    bool busy() const { return m_job->busy(); }
    /// Stops; what was wanted has `note` from now on, until something else is wanted.
    void cancel(const QString& note);

signals:
    void changed();
    void busyChanged();
    void progressed(const QString& stage, double fraction);

private:
    struct Entry {
        StudyRequest request;
        StudyKey key; ///< what is wanted
        bool answered = false;
        QString note;
    };
    void next();
    void finish(const StudyRequest& request, Result<std::shared_ptr<const TensorStudy>> answer);

    TensorStudies m_studies;
    LatestJob<StudyRequest, std::shared_ptr<const TensorStudy>>* m_job;
    std::map<StudyKind, Entry> m_wanted;
    std::map<StudyKind, std::shared_ptr<const TensorStudy>> m_known;
    std::optional<StudyKey> m_running;
};

} // namespace qs
