// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"
#include "ui/document/document.h"
#include "ui/jobs/index_job.h"
#include "ui/jobs/latest_job.h"
#include "ui/models/source_store.h"
#include "ui/panels/panel.h"
#include "ui/plot/plot_view.h"

#include <QWidget>

#include <vector>

class QLabel;
class QProgressBar;
class QTimer;
class QTabBar;

namespace qs {

class FactsCard;
class QuantizerControls;
class ResultBox;
class ValueCard;

/// Sources on the left, three plots on one x axis in the middle, the quantizer and its results on
/// the right. Wiring only: the document's spec goes to the pipeline in the background, the newest
/// result to the controls, the panels and the result box.
class TensorWorkspace : public QWidget {
    Q_OBJECT

public:
    TensorWorkspace(Document& document, SourceStore& store, QWidget* parent = nullptr);

    void setTheme(ThemeId theme);
    /// The picture that has the focus, or the first one: what an export writes.
    const Figure& focusedFigure() const;
    QString focusedPanel() const;
    PanelInput panelInput() const;
    /// Whether the newest request is answered, and the study that a plot shows. The index may still
    /// be on its way.
    bool isIdle() const;
    /// What sorts the values in the background.
    IndexJob& indexJob() { return *m_indexJob; }
    /// One line about what is shown.
    QString status() const;
    /// A file could not be opened: said above the plots until the next file is opened.
    void showFileProblem(const QString& message);
    /// Stops the computation under way; the last good state stays. What Esc does.
    void cancel();
    /// Shows all of the x axis again.
    void resetViews();

signals:
    /// Something to say in the status bar: status(), or help.
    void statusChanged(const QString& text);
    void resultShown();
    void exportRequested(const QString& panelId);

private:
    struct Slot {
        PlotView* view = nullptr;
        const PanelInfo* panel = nullptr;
        const PanelInfo* drawn = nullptr; ///< whose figure the view shows
    };

    QWidget* buildLeft(SourceStore& store);
    QWidget* buildCentre();
    QWidget* buildRight();
    void follow();
    void requestResult();
    void finish(Result<std::shared_ptr<const TensorResult>> answer);
    void showProblem(const QString& message);
    void refreshBanner();
    void refreshFigures();
    void refreshFacts();
    void requestStudy();
    void refreshBusy();
    bool awaitsStudy(const PanelInfo& panel) const;
    void chooseLowerPanel(int index);
    void connectSlot(std::size_t index);
    const Tensor* chosenTensor() const;

    Document& m_document;
    SourceStore& m_store;
    TensorPipeline m_pipeline;
    LatestJob<TensorRequest, std::shared_ptr<const TensorResult>>* m_job;
    IndexJob* m_indexJob;
    TensorStudies m_studies{m_pipeline};
    LatestJob<StudyRequest, std::shared_ptr<const TensorStudy>>* m_studyJob;
    std::shared_ptr<const TensorStudy> m_study;
    std::optional<StudyKey> m_studyWanted; ///< asked for last: on its way, there, or failed
    QString m_studyNote;                   ///< why that one failed
    std::shared_ptr<const TensorResult> m_result;
    std::optional<TensorRequest> m_requested;
    TensorSession m_shown; ///< what the views were last set from
    std::vector<Slot> m_slots;
    QTabBar* m_lowerTabs;
    QLabel* m_banner;
    QWidget* m_progressRow; ///< shown when a computation takes more than a second
    QProgressBar* m_progress;
    QTimer* m_progressDelay;
    FactsCard* m_facts;
    ValueCard* m_value;
    QuantizerControls* m_controls;
    ResultBox* m_resultBox;
    QString m_problem;     ///< why the newest request has no answer
    QString m_fileProblem; ///< the file that was opened last could not be read
    bool m_linking = false;
    bool m_dragging = false;
};

} // namespace qs
