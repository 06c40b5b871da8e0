// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_study.h"
#include "core/session/session.h"

namespace qs {

/// The question that a session asks about its tensor, the same for the window and the command line.
/// A zoom whose stretch is too narrow to be cut into bins is left out.
TensorRequest requestOf(const Tensor& tensor, const TensorSession& session);

/// The selected elements through the quantizer in force.
struct SelectedPart {
    Selection selection;
    std::shared_ptr<const Report> whole; ///< of the whole tensor
    std::shared_ptr<const Report> shown; ///< of the channel or group that is shown
    /// Of `shown`, in the bins of TensorResult::values(); none where values are what is selected
    /// by.
    std::optional<Histogram> values;
};

/// Errors: cancelled.
Result<std::shared_ptr<const SelectedPart>> selectedPart(const TensorResult& result,
                                                         const Selection& selection,
                                                         const JobContext& context = {});

/// Whether two questions have the same answer.
bool sameQuestion(const TensorRequest& a, const TensorRequest& b);

/// What a picture of `result` needs a study of: the one way to ask, so that who draws finds what
/// was computed.
StudyRequest studyRequestOf(const TensorResult& result, const TensorView& view, StudyKind kind);

} // namespace qs
