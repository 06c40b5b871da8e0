// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/tensor/tensor.h"

#include <optional>

namespace qs {

/// The element of a layout's set `set` whose value is nearest to x, by its flat row-major index in
/// the tensor; of equally near ones the first. Distances in double. None where the set has no
/// finite element. layout.numel() == tensor.numel(), 0 <= set < layout.count(). On all cores, the
/// same answer whatever their number. Errors: cancelled.
Result<std::optional<std::int64_t>> nearestElement(const Tensor& tensor, const ParamLayout& layout,
                                                   std::int64_t set, double x,
                                                   const JobContext& context = {});

/// The elements with lo <= value <= hi as float32 in one dimension, in memory order, under the
/// tensor's name. Errors: not enough memory (Data); cancelled.
Result<Tensor> elementsBetween(const Tensor& tensor, double lo, double hi,
                               const JobContext& context = {});

} // namespace qs
