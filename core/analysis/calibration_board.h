// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_curves.h"
#include "core/calib/observer.h"

#include <string>

namespace qs {

/// One range a search looked at, with what it costs: its place on the curve of error against
/// scale or clip range.
struct CalibrationStep {
    SearchStep step;  ///< with the search's own criterion
    double mse = 0;   ///< the exact mean squared error there
    double scale = 1; ///< of the parameters the range becomes
    double zeroPoint = 0;
};

/// What one observer of the table chooses for a tensor.
struct CalibratorChoice {
    std::string observer;
    std::string problem;  ///< why it has no choice; then the rest means nothing
    ChannelRange range;   ///< of the set that was asked for
    QuantParams params;   ///< of all sets
    SquaredErrors errors; ///< over all elements
    /// Its search in that set in order, at most `mostSteps` of them: the first, the last, every
    /// best so far, the others evenly thinned; `stepsSeen` says of how many.
    std::vector<CalibrationStep> steps;
    std::size_t stepsSeen = 0;
};

/// Every observer of the table that chooses a range (all but recording, noop and fixed), fed with
/// the tensor once, side by side on one footing: exact errors of their choices and of each step of
/// their searches. `set`: whose steps. Errors: an axis
/// or a set that does not exist (Usage); cancelled.
Result<std::vector<CalibratorChoice>> calibrationBoard(const ErrorSource& source,
                                                       const QuantSpec& spec, std::size_t set = 0,
                                                       std::size_t mostSteps = 512,
                                                       const JobContext& context = {});

} // namespace qs
