// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/session_figures.h"

#include "core/io/formats.h"
#include "core/pipeline/session_request.h"

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
    auto result = figures->m_pipeline.run(*figures->m_request, job);
    if (!result)
        return result.error().kind == ErrorKind::Cancelled
                   ? result.error()
                   : Error{ErrorKind::Data, chosen.source + ": " + result.error().message};
    figures->m_input.tensor = std::move(*result);
    return figures;
}

SessionFigures::SessionFigures(PanelInput input, std::optional<TensorRequest> request)
    : m_input(std::move(input)), m_request(std::move(request))
{
}

Result<void> SessionFigures::study(StudyKind kind, const JobContext& job)
{
    if (!m_request || kind == StudyKind::None)
        return {};
    const StudyRequest wanted{*m_request, kind};
    if (m_input.study && m_input.study->key == StudyKey::of(wanted))
        return {};
    if (m_pipeline.wantsIndex(*m_request)) {
        if (auto built = m_pipeline.prepareIndex(*m_request, job); !built)
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
    return panel.build(m_input);
}

} // namespace qs
