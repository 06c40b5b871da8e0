// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/nn/qat_config.h"

#include <string>

namespace qs {

/// What --qat and its like name: a row of qatConfigNames(), or a QCONFIG.json.
/// Errors: qatConfigByName's and modelByName's; of a file: Io, Data, and qatConfigFromJson's with
/// its path.
Result<QatConfig> readQatConfig(const std::string& given, const std::string& modelName,
                                const JobContext& job);

} // namespace qs
