// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_study.h"
#include "core/session/session.h"

namespace qs {

/// The question that a session asks about its tensor, the same for the window and the command line.
/// A zoom whose stretch is too narrow to be cut into bins is left out.
TensorRequest requestOf(const Tensor& tensor, const TensorSession& session);

/// The elements of what is shown whose values lie in [brush[0], brush[1]], through its quantizer.
/// Null for ggml's blocks, which encode their elements together. Errors: cancelled.
Result<std::shared_ptr<const Report>> selectionReport(const TensorResult& result,
                                                      const std::array<double, 2>& brush,
                                                      const JobContext& context = {});

/// Whether two questions have the same answer.
bool sameQuestion(const TensorRequest& a, const TensorRequest& b);

/// What a picture of `result` needs a study of: the one way to ask, so that who draws finds what
/// was computed.
StudyRequest studyRequestOf(const TensorResult& result, const TensorView& view, StudyKind kind);

} // namespace qs
