// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <cstdint>
#include <span>

namespace qs {

/// Sorts ascending, on all cores, in time that does not depend on how the keys are spread: digits
/// are taken from the range the keys are in, and a part that holds much of all is taken apart
/// again. scratch: as many numbers, which are lost. `stage` names the progress. Returns false when
/// it was stopped; the keys are then in no order, and some may be lost.
bool sortKeys(std::span<std::int32_t> keys, std::span<std::int32_t> scratch,
              const JobContext& context);

} // namespace qs
