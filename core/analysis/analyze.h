// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_bins.h"
#include "core/analysis/report.h"
#include "core/quant/quantizer.h"

namespace qs {

/// One read of the tensor: quantizes every element and gathers the whole report. `stats` are the
/// tensor's own (computeStats). On all cores; the same bits whatever their number.
/// Errors: parameters that do not fit the tensor; cancelled.
Result<Report> analyze(const Tensor& tensor, const TensorStats& stats, const QuantSpec& spec,
                       const QuantParams& params, const JobContext& context = {});

} // namespace qs
