// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/analyze.h"

#include <optional>

namespace qs {

/// The element of a layout's set `set` whose value is nearest to x, by its flat row-major index in
/// the tensor; of equally near ones the first. Distances in double. None where the set has no
/// finite element. layout.numel() == tensor.numel(), 0 <= set < layout.count(). On all cores, the
/// same answer whatever their number. Errors: cancelled.
Result<std::optional<std::int64_t>> nearestElement(const Tensor& tensor, const ParamLayout& layout,
                                                   std::int64_t set, double x,
                                                   const JobContext& context = {});

/// The finite element of which `wanted` (its value, the place of its code or its error, through
/// `item`'s quantizer; wanted.from) is nearest, likewise; of the whole tensor or of one set of
/// parameters. Errors: parameters that do not fit the tensor (Usage); cancelled.
Result<std::optional<std::int64_t>> nearestElement(const Tensor& tensor, const AnalysisItem& item,
                                                   const Selection& wanted,
                                                   std::optional<std::int64_t> set,
                                                   const JobContext& context = {});

} // namespace qs
