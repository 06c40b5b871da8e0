// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "ui/panels/panel.h"

#include <memory>
#include <optional>

namespace qs {

/// The figures of a session with everything that their panels need, computed when it is asked for:
/// what the render command and the export of panels that are not shown draw from.
class SessionFigures {
public:
    /// Computes what the window shows at first: the session's tensor through its quantizer. Errors:
    /// reading, calibration and analysis; cancelled.
    static Result<std::unique_ptr<SessionFigures>> compute(const SessionFile& file,
                                                           const JobContext& job = {});

    /// From what was computed already, by `pipeline`, whose indices are used. `request`: the
    /// question that input.tensor answers; without it there are no studies but input's own.
    SessionFigures(PanelInput input, std::optional<TensorRequest> request,
                   std::shared_ptr<TensorPipeline> pipeline = std::make_shared<TensorPipeline>());

    /// Makes the panel's study first, where input has none of its kind. Callable from any thread,
    /// one at a time. Errors: cancelled. A study that cannot be made is said in the figure.
    Result<Figure> figure(const PanelInfo& panel, const JobContext& job = {});

    const PanelInput& input() const { return m_input; }

private:
    Result<void> addViewed(const TensorSession& session, const JobContext& job);
    Result<void> study(StudyKind kind, const JobContext& job);

    PanelInput m_input;
    std::optional<TensorRequest> m_request;
    std::shared_ptr<TensorPipeline> m_pipeline;
    TensorStudies m_studies{*m_pipeline};
    TensorStudies m_otherStudies{*m_pipeline};
};

} // namespace qs
