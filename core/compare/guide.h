// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compare/compare_methods.h"

namespace qs {

/// A method beside the float network, in the terms a person chooses by.
struct GuideRow {
    PtqMethod method = PtqMethod::Float;
    std::optional<double> accuracyDrop; ///< float's accuracy minus its own, as it would be run
    double lossRise = 0;                ///< its loss minus float's
    double smaller = 1;                 ///< float's bytes / its bytes
    double faster = 1;                  ///< float's time / its time, as it would be run
    CoverageCount coverage;
    bool calibrates = false;
    bool trains = false;
    bool accurate = true; ///< the drop is within the tolerance
};

struct Guide {
    double tolerance = 0; ///< of the accuracy drop: 0.01 is one point
    std::vector<GuideRow> rows;
    std::optional<PtqMethod> recommended;
    std::vector<std::string> sentences; ///< the answer, each figure of it measured
};

/// Which method to choose, from figures alone: of the methods within the tolerance (of accuracy; of
/// targets, of the loss relative to float's) the smallest, where several are within 5 % of it the
/// fastest, and of equally fast ones (5 %) the one with less effort. None where float was not
/// measured or nothing is accurate enough.
Guide guideOf(const std::vector<MethodReport>& reports, double tolerance = 0.01);

} // namespace qs
