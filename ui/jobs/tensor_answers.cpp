// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/tensor_answers.h"

#include "core/analysis/selected_elements.h"
#include "core/pipeline/quantizer_study.h"
#include "core/pipeline/session_request.h"

namespace qs {
Result<std::optional<std::int64_t>> TensorAnswers::nearest(const PickRequest& request,
                                                           const JobContext& context)
{
    const auto& result = *request.result;
    const auto& tensor = result.facts->tensor;
    const auto& report = *result.report;
    if (request.wanted)
        return nearestElement(tensor, {report.spec, report.params}, *request.wanted,
                              request.channel, context);
    auto layout = ParamLayout::perTensor(tensor.numel());
    std::int64_t set = 0;
    if (const auto part = request.channel) {
        const auto own = channelLayout(report.spec, tensor.shape());
        if (own && *part >= 0 && *part < own->count()) {
            layout = *own;
            set = *part;
        }
    }
    return nearestElement(tensor, layout, set, request.at, context);
}

TensorAnswers::TensorAnswers(Document& document, SourceStore& store, QObject* parent)
    : QObject(parent), m_document(document), m_store(store)
{
    const auto run = [this](const TensorRequest& request, const JobContext& context) {
        return m_pipeline->run(request, context);
    };
    m_job = new ResultJob(
        run,
        [this](const TensorRequest&, Result<std::shared_ptr<const TensorResult>> answer) {
            finish(std::move(answer));
        },
        this);
    m_otherJob = new ResultJob(
        run,
        [this](const TensorRequest&, Result<std::shared_ptr<const TensorResult>> answer) {
            m_otherProblem = answer ? QString() : QString::fromStdString(answer.error().message);
            m_other = answer ? std::move(*answer) : nullptr;
            askStudies();
            emit problemChanged();
            emit changed();
        },
        this);
    m_indexJob = new IndexJob(*m_pipeline, this);
    m_studies = new StudyBoard(*m_pipeline, this);
    m_otherStudies = new StudyBoard(*m_pipeline, this);
    m_pickJob = new LatestJob<PickRequest, std::optional<std::int64_t>>(
        nearest,
        [this](const PickRequest&, Result<std::optional<std::int64_t>> answer) {
            if (answer)
                m_document.adjustView(
                    [&](Session& session) { session.tensor.view.picked = *answer; });
        },
        this);
    m_selectJob = new LatestJob<SelectionRequest, std::shared_ptr<const SelectedPart>>(
        [](const SelectionRequest& request, const JobContext& context) {
            return selectedPart(*request.result, request.brush, context);
        },
        [this](const SelectionRequest& request,
               Result<std::shared_ptr<const SelectedPart>> answer) {
            m_selection = answer ? std::move(*answer) : nullptr;
            m_selectionOf = request;
            emit changed();
        },
        this);
    connect(&m_document, &Document::changed, this, &TensorAnswers::follow);
    connect(&m_store, &SourceStore::loaded, this, &TensorAnswers::follow);
    connect(&m_store, &SourceStore::failed, this,
            [this](const QString& source, const QString& message) {
                if (source.toStdString() == m_document.session().tensor.source)
                    setProblem(message);
            });
    connect(m_indexJob, &IndexJob::changed, this, &TensorAnswers::askStudies);
    for (const auto* board : {m_studies, m_otherStudies}) {
        connect(board, &StudyBoard::changed, this, &TensorAnswers::changed);
        connect(board, &StudyBoard::busyChanged, this, &TensorAnswers::busyChanged);
        connect(board, &StudyBoard::progressed, this, &TensorAnswers::progressed);
    }
    for (const JobSignals* job :
         {static_cast<JobSignals*>(m_job), static_cast<JobSignals*>(m_otherJob)}) {
        connect(job, &JobSignals::busyChanged, this, &TensorAnswers::busyChanged);
        connect(job, &JobSignals::progressed, this, &TensorAnswers::progressed);
    }
    follow();
}

const Tensor* TensorAnswers::chosenTensor() const
{
    const auto& chosen = m_document.session().tensor;
    const auto file = m_store.file(QString::fromStdString(chosen.source));
    if (!file)
        return nullptr;
    for (const auto& entry : file->tensors) {
        if ((entry.name == chosen.tensor || chosen.tensor.empty()) && entry.tensor)
            return &*entry.tensor;
    }
    return nullptr;
}

void TensorAnswers::follow()
{
    const auto& session = m_document.session().tensor;
    if (!session.source.empty()) {
        const auto source = QString::fromStdString(session.source);
        if (m_store.problem(source).isEmpty())
            m_store.request(source);
    }
    ask();
    // Another slice is another study; of another tensor nothing is known yet.
    if (m_result && m_requested &&
        TensorKey::of(m_result->facts->tensor) == TensorKey::of(m_requested->tensor))
        askStudies();
    inspectPicked();
    select();
}

void TensorAnswers::forget()
{
    m_result = nullptr;
    m_other = nullptr;
    m_picked = nullptr;
    m_requested.reset();
    m_otherRequested.reset();
    m_otherProblem.clear();
    setProblem({});
    emit answered();
}

void TensorAnswers::ask()
{
    const auto& session = m_document.session().tensor;
    const Tensor* tensor = chosenTensor();
    if (tensor == nullptr) {
        const auto source = QString::fromStdString(session.source);
        if (session.source.empty()) {
            if (m_result || m_requested)
                forget();
        } else if (m_store.file(source)) {
            setProblem(tr("%1 has no readable tensor called '%2'")
                           .arg(source, QString::fromStdString(session.tensor)));
        }
        return;
    }
    auto request = requestOf(*tensor, session);
    std::optional<TensorRequest> otherRequest;
    if (session.other) {
        // With the same view and channel.
        TensorSession question = session;
        question.spec = *session.other;
        otherRequest = requestOf(*tensor, question);
    }
    exchangeSides(request, otherRequest);
    askOther(otherRequest);
    if (m_requested && sameQuestion(*m_requested, request))
        return;
    const bool otherTensor =
        !m_requested || m_requested->tensor.bytes().data() != tensor->bytes().data();
    if (otherTensor) {
        m_job->cancel();
        m_pickJob->cancel();
        m_studies->want({});
        m_otherStudies->want({});
    }
    m_indexJob->look(*tensor);
    m_requested = request;
    m_job->request(std::move(request));
}

/// Where A and B have changed places, so do their answers and studies: nothing is computed.
void TensorAnswers::exchangeSides(const TensorRequest& request,
                                  const std::optional<TensorRequest>& other)
{
    const bool exchanged = other && m_requested && m_otherRequested && m_result && m_other &&
                           !sameQuestion(*m_requested, request) &&
                           sameQuestion(*m_requested, *other) &&
                           sameQuestion(*m_otherRequested, request);
    if (!exchanged || m_job->busy() || m_otherJob->busy())
        return;
    std::swap(m_requested, m_otherRequested);
    std::swap(m_result, m_other);
    std::swap(m_studies, m_otherStudies);
    inspectPicked();
    select();
    emit answered();
}

void TensorAnswers::askOther(const std::optional<TensorRequest>& request)
{
    if (!request) {
        m_otherJob->cancel();
        m_otherRequested.reset();
        if (!std::exchange(m_otherProblem, {}).isEmpty())
            emit problemChanged();
        if (std::exchange(m_other, nullptr))
            emit changed();
    } else if (!m_otherRequested || !sameQuestion(*m_otherRequested, *request)) {
        m_otherRequested = request;
        m_otherJob->request(*request);
    }
}

void TensorAnswers::finish(Result<std::shared_ptr<const TensorResult>> answer)
{
    if (!answer) {
        setProblem(QString::fromStdString(answer.error().message));
        askStudies(); // of what is still shown
        return;
    }
    m_result = std::move(*answer);
    setProblem({});
    inspectPicked();
    select();
    emit answered();
    // Only now: the first picture of a tensor does not wait for its values to be sorted.
    if (m_requested)
        m_indexJob->want(*m_requested);
    askStudies();
}

void TensorAnswers::setStudies(const std::set<StudyKind>& kinds)
{
    if (kinds == m_kinds)
        return;
    m_kinds = kinds;
    askStudies();
}

void TensorAnswers::askStudies()
{
    m_studiesWait = false;
    if (!m_result) {
        m_studies->want({});
        m_otherStudies->want({});
        return;
    }
    // From the index they take a fraction of the time: worth the moment.
    if (m_indexJob->state() == IndexJob::State::Building && !m_kinds.empty()) {
        m_studiesWait = true;
        return;
    }
    const auto requests = [this](const TensorResult& result) {
        std::vector<StudyRequest> all;
        for (const auto kind : m_kinds)
            all.push_back(studyRequestOf(result, m_document.session().tensor.view, kind));
        return all;
    };
    m_studies->want(requests(*m_result));
    m_otherStudies->want(m_other ? requests(*m_other) : std::vector<StudyRequest>());
}

PanelInput TensorAnswers::input(const PanelInfo& panel) const
{
    const auto& session = m_document.session().tensor;
    PanelInput input;
    input.tensor = m_result;
    input.study = m_studies->study(panel.study);
    input.studyNote = m_studies->note(panel.study);
    input.other = session.other ? m_other : nullptr;
    input.otherStudy = m_otherStudies->study(panel.study);
    input.showsB = session.showsB;
    input.picked = m_picked;
    input.selection = selection();
    input.view = session.view;
    return input;
}

std::shared_ptr<const SelectedPart> TensorAnswers::selection() const
{
    // Only what is of this very result: counts of another one would be wrong ones.
    const auto& brush = m_document.session().tensor.view.brush;
    const bool isOfThis = m_selectionOf && m_selectionOf->result == m_result && brush &&
                          m_selectionOf->brush == *brush;
    return isOfThis ? m_selection : nullptr;
}

bool TensorAnswers::isRenewing(const PanelInfo& panel) const
{
    return m_studies->isRenewing(panel.study);
}

bool TensorAnswers::isBusy(const PanelInfo& panel) const
{
    return m_job->busy() || m_studies->isPending(panel.study);
}

bool TensorAnswers::busy() const
{
    return m_job->busy() || m_studies->busy();
}

bool TensorAnswers::isIdle() const
{
    return !busy() && !m_otherJob->busy() && !m_otherStudies->busy() && !m_pickJob->busy() &&
           !m_selectJob->busy() && !m_studiesWait;
}

void TensorAnswers::pickNear(double x)
{
    if (m_result)
        m_pickJob->request({m_result, x, m_result->channel});
}

void TensorAnswers::pickNear(double x, std::int64_t channel)
{
    if (m_result)
        m_pickJob->request({m_result, x, channel});
}

void TensorAnswers::pickNear(const Selection& wanted, bool ofShown)
{
    if (m_result)
        m_pickJob->request({m_result, 0, ofShown ? m_result->channel : std::nullopt, wanted});
}

void TensorAnswers::inspectPicked()
{
    const auto index = m_document.session().tensor.view.picked;
    if (index == m_pickedIndex && m_result == m_pickedResult)
        return;
    m_pickedIndex = index;
    m_pickedResult = m_result;
    const bool had = m_picked != nullptr;
    m_picked = nullptr;
    if (index && m_result && *index < m_result->facts->tensor.numel()) {
        const auto& report = *m_result->report;
        if (auto element =
                inspectElement(m_result->facts->tensor, report.spec, report.params, *index))
            m_picked = std::make_shared<const ElementInspection>(std::move(*element));
    }
    if (had || m_picked)
        emit changed();
}

void TensorAnswers::select()
{
    const auto& brush = m_document.session().tensor.view.brush;
    if (!brush || !m_result) {
        m_selected.reset();
        m_selectionOf.reset(); // it keeps a tensor
        m_selectJob->cancel();
        if (std::exchange(m_selection, nullptr))
            emit changed();
        return;
    }
    if (m_selected && m_selected->result == m_result && m_selected->brush == *brush)
        return;
    m_selected = SelectionRequest{m_result, *brush};
    m_selectJob->request(*m_selected);
}

void TensorAnswers::setProblem(const QString& problem)
{
    if (std::exchange(m_problem, problem) != problem)
        emit problemChanged();
}

void TensorAnswers::cancel()
{
    if (m_studies->busy())
        m_studies->cancel(tr("Cancelled. Choose another plot and this one again to compute it."));
    m_otherStudies->cancel({});
    if (m_otherJob->busy()) {
        m_otherJob->cancel();
        m_otherRequested.reset();
    }
    m_selectJob->cancel();
    m_pickJob->cancel();
    if (!m_job->busy())
        return;
    m_job->cancel();
    m_requested.reset(); // the next edit asks again, whatever it is
    setProblem(tr("Cancelled"));
}

} // namespace qs
