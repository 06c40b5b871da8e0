// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/session_figures.h"

#include "core/io/formats.h"
#include "core/pipeline/session_request.h"
#include "ui/panels/panel_figure.h"

namespace qs {

Result<std::unique_ptr<SessionFigures>> SessionFigures::compute(const SessionFile& file,
                                                                const JobContext& job)
{
    PanelInput input;
    input.training = file.training;
    const auto& chosen = file.session.tensor;
    input.view = chosen.view;
    if (chosen.source.empty())
        return std::make_unique<SessionFigures>(std::move(input), std::nullopt);
    const auto source = readTensors(chosen.source, job);
    if (!source)
        return source.error();
    const auto tensor = source->tensor(chosen.tensor);
    if (!tensor)
        return Error::data(tensor.error().message);
    auto figures = std::make_unique<SessionFigures>(std::move(input), requestOf(*tensor, chosen));
    auto result = figures->m_pipeline->run(*figures->m_request, job);
    if (!result)
        return result.error().kind == ErrorKind::Cancelled
                   ? result.error()
                   : Error{ErrorKind::Data, chosen.source + ": " + result.error().message};
    figures->m_input.tensor = std::move(*result);
    if (auto added = figures->addViewed(chosen, job); !added)
        return added.error();
    return figures;
}

SessionFigures::SessionFigures(PanelInput input, std::optional<TensorRequest> request,
                               std::shared_ptr<TensorPipeline> pipeline)
    : m_input(std::move(input)), m_request(std::move(request)), m_pipeline(std::move(pipeline))
{
}

/// The other side of A|B, the picked element and the selected values.
Result<void> SessionFigures::addViewed(const TensorSession& session, const JobContext& job)
{
    const auto& result = *m_input.tensor;
    m_input.showsB = session.showsB;
    if (session.other) {
        TensorSession question = session;
        question.spec = *session.other;
        auto other = m_pipeline->run(requestOf(m_request->tensor, question), job);
        if (!other && other.error().kind == ErrorKind::Cancelled)
            return other.error();
        m_input.other = other ? std::move(*other) : nullptr;
    }
    if (const auto& picked = session.view.picked; picked && *picked < m_request->tensor.numel()) {
        auto element =
            inspectElement(m_request->tensor, result.report->spec, result.report->params, *picked);
        if (element)
            m_input.picked = std::make_shared<const ElementInspection>(std::move(*element));
    }
    if (session.view.brush) {
        auto selection = selectedPart(result, *session.view.brush, job);
        if (!selection && selection.error().kind == ErrorKind::Cancelled)
            return selection.error();
        m_input.selection = selection ? std::move(*selection) : nullptr;
    }
    return {};
}

Result<void> SessionFigures::study(StudyKind kind, const JobContext& job)
{
    if (!m_request || !m_input.tensor || kind == StudyKind::None)
        return {};
    if (m_input.other && m_input.view.overlay) {
        auto made = m_otherStudies.run(studyRequestOf(*m_input.other, m_input.view, kind), job);
        if (!made && made.error().kind == ErrorKind::Cancelled)
            return made.error();
        m_input.otherStudy = made ? std::move(*made) : nullptr;
    }
    const auto wanted = studyRequestOf(*m_input.tensor, m_input.view, kind);
    if (m_input.study && m_input.study->key == StudyKey::of(wanted))
        return {};
    if (m_pipeline->wantsIndex(*m_request)) {
        if (auto built = m_pipeline->prepareIndex(*m_request, job); !built)
            return built.error();
    }
    auto made = m_studies.run(wanted, job);
    if (!made && made.error().kind == ErrorKind::Cancelled)
        return made.error();
    m_input.study = made ? std::move(*made) : nullptr;
    m_input.studyNote = made ? QString() : QString::fromStdString(made.error().message);
    return {};
}

Result<Figure> SessionFigures::figure(const PanelInfo& panel, const JobContext& job)
{
    if (auto studied = study(panel.study, job); !studied)
        return studied.error();
    return figureOf(panel, m_input);
}

} // namespace qs
