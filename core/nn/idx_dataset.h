// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"

#include <string>

namespace qs {

/// One IDX file (gzipped or not) of unsigned bytes as a uint8 tensor.
/// Errors: Io: it cannot be read; Data: it is damaged; cancelled.
Result<Tensor> readIdxFile(const std::string& path, const JobContext& context);

} // namespace qs
