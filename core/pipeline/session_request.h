// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_pipeline.h"
#include "core/session/session.h"

namespace qs {

/// The question that a session asks about its tensor, the same for the window and the command line.
/// A zoom whose stretch is too narrow to be cut into bins is left out.
TensorRequest requestOf(const Tensor& tensor, const TensorSession& session);

/// Whether two questions have the same answer.
bool sameQuestion(const TensorRequest& a, const TensorRequest& b);

} // namespace qs
