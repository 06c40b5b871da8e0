// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_study.h"

#include <string>

namespace qs {

/// Why no observer chooses a range of this dtype; empty: one does.
std::string rangeProblem(const DTypeInfo& row);

/// StudyKind::Dialects. What cannot be compared is no error: study.problem says why. Errors:
/// cancelled.
Result<void> addDialects(const ErrorSource& source, const QuantSpec& spec, TensorStudy& study,
                         const JobContext& context);

/// StudyKind::Search, of a tensor that is one set of parameters. An observer that chooses nothing
/// is no error: study.problem says so. Errors: what observing says; cancelled.
Result<void> addSearch(const ErrorSource& source, const QuantSpec& spec, TensorStudy& study,
                       const JobContext& context);

} // namespace qs
