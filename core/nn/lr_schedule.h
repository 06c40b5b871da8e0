// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qs {

/// How the learning rate changes from epoch to epoch, with the names and formulas of
/// torch.optim.lr_scheduler, whose step() is called once after each epoch.
struct LrSchedule {
    std::string name = "constant"; ///< one of lrScheduleNames()
    std::int64_t stepSize = 10;    ///< step: epochs between two changes
    double gamma = 0.1;            ///< step: the factor of a change
    std::int64_t tMax = 10;        ///< cosine: epochs of half a period
    double etaMin = 0;             ///< cosine: the lowest learning rate
    std::int64_t warmupSteps = 0;  ///< batches of the linear warm-up, whatever the name
    bool operator==(const LrSchedule&) const = default;
};

/// constant, step, cosine.
std::vector<std::string> lrScheduleNames();

/// Errors (Usage): a name that does not exist, with what does; step_size or T_max below 1; a gamma
/// that is not finite and above 0; eta_min or warmup_steps below 0.
Result<void> checkLrSchedule(const LrSchedule& schedule);

/// The learning rate of batch `step` (counted from 0 over the whole training) in `epoch` (from 0).
/// The schedule is one that checkLrSchedule accepts.
///
///     constant: base
///     step:     base * gamma^floor(epoch / step_size)                             (StepLR)
///     cosine:   eta_min + (base - eta_min) * (1 + cos(pi epoch / T_max)) / 2 (CosineAnnealingLR)
///
/// times (step + 1) / warmup_steps in the first warmup_steps batches, which is LinearLR called once
/// a batch with start_factor = 1 / warmup_steps and total_iters = warmup_steps - 1. After T_max
/// epochs the cosine rises again, as PyTorch's does.
double lrAt(const LrSchedule& schedule, double baseLr, std::int64_t epoch, std::int64_t step);

} // namespace qs
