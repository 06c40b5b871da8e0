// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"
#include "ui/document/document.h"
#include "ui/jobs/index_job.h"
#include "ui/jobs/latest_job.h"
#include "ui/jobs/study_board.h"
#include "ui/models/source_store.h"
#include "ui/panels/panel.h"

#include <set>

namespace qs {

/// Everything that is known about the document's tensor: asks in the background for what the
/// session and the panels in front need, and hands out the newest answers. Owned by the GUI thread.
class TensorAnswers : public QObject {
    Q_OBJECT

public:
    TensorAnswers(Document& document, SourceStore& store, QObject* parent = nullptr);

    /// What the panels in front need beside the result.
    void setStudies(const std::set<StudyKind>& kinds);
    /// What a panel draws from.
    PanelInput input(const PanelInfo& panel) const;
    /// Its study is on its way, and an older one is shown meanwhile.
    bool isRenewing(const PanelInfo& panel) const;
    bool isBusy(const PanelInfo& panel) const;

    const std::shared_ptr<const TensorResult>& result() const { return m_result; }
    const std::shared_ptr<const ElementInspection>& picked() const { return m_picked; }
    /// The selected elements through the quantizer in force; null: none, or not known yet.
    std::shared_ptr<const SelectedPart> selection() const;
    /// Why the newest request has no answer; empty: it has, or will.
    QString problem() const { return m_problem; }
    /// Likewise of the other side of A|B.
    QString otherProblem() const { return m_otherProblem; }
    /// With the indices that were built: for other figures of the same tensor.
    std::shared_ptr<TensorPipeline> pipeline() const { return m_pipeline; }
    bool busy() const;
    /// Whether everything that was asked is answered. The index may still be on its way.
    bool isIdle() const;
    IndexJob& indexJob() { return *m_indexJob; }

    /// Picks the element of what is shown whose value is nearest to x.
    void pickNear(double x);
    /// Likewise of one channel, group or block of the whole tensor (channelLayout).
    void pickNear(double x, std::int64_t channel);
    /// Picks the element whose code or error is nearest to wanted.from: of the whole tensor, or of
    /// what is shown of it.
    void pickNear(const Selection& wanted, bool ofShown);
    /// Stops what is under way; the last answers stay.
    void cancel();

signals:
    /// A new result: all is new.
    void answered();
    /// Something else that is drawn: a study, the other side, the picked element, the selection.
    void changed();
    void problemChanged();
    void busyChanged();
    void progressed(const QString& stage, double fraction);

private:
    struct PickRequest {
        std::shared_ptr<const TensorResult> result;
        double at = 0;
        std::optional<std::int64_t> channel{}; ///< nothing: of the whole tensor
        std::optional<Selection> wanted{};     ///< in the place of a value
    };
    struct SelectionRequest {
        std::shared_ptr<const TensorResult> result;
        Selection brush;
    };
    static Result<std::optional<std::int64_t>> nearest(const PickRequest& request,
                                                       const JobContext& context);
    using ResultJob = LatestJob<TensorRequest, std::shared_ptr<const TensorResult>>;

    void follow();
    const Tensor* chosenTensor() const;
    void ask();
    void exchangeSides(const TensorRequest& request, const std::optional<TensorRequest>& other);
    void askOther(const std::optional<TensorRequest>& request);
    void forget();
    void finish(Result<std::shared_ptr<const TensorResult>> answer);
    void askStudies();
    void inspectPicked();
    void select();
    void setProblem(const QString& problem);

    Document& m_document;
    SourceStore& m_store;
    std::shared_ptr<TensorPipeline> m_pipeline = std::make_shared<TensorPipeline>();
    ResultJob* m_job;
    ResultJob* m_otherJob;
    IndexJob* m_indexJob;
    StudyBoard* m_studies;
    StudyBoard* m_otherStudies;
    LatestJob<PickRequest, std::optional<std::int64_t>>* m_pickJob;
    LatestJob<SelectionRequest, std::shared_ptr<const SelectedPart>>* m_selectJob;
    std::set<StudyKind> m_kinds;
    bool m_studiesWait = false; ///< for the index

    std::optional<TensorRequest> m_requested;
    std::optional<TensorRequest> m_otherRequested;
    std::shared_ptr<const TensorResult> m_result;
    std::shared_ptr<const TensorResult> m_other;
    std::shared_ptr<const ElementInspection> m_picked;
    std::optional<std::int64_t> m_pickedIndex; ///< what m_picked is of
    std::shared_ptr<const TensorResult> m_pickedResult;
    std::shared_ptr<const SelectedPart> m_selection;
    std::optional<SelectionRequest> m_selected;    ///< what is selected
    std::optional<SelectionRequest> m_selectionOf; ///< what m_selection is of
    QString m_problem;
    QString m_otherProblem;
};

} // namespace qs
