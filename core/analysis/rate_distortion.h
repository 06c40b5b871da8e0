// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_curves.h"

#include <string>

namespace qs {

/// One format on the board.
struct RatePoint {
    QuantSpec spec;
    std::string problem; ///< why the format cannot hold this tensor; then the rest means nothing
    QuantParams params;
    SquaredErrors errors;
    double bitsPerWeight = 0; ///< Report::bitsPerWeight
    bool onFront = false;     ///< no other format has fewer bits and at least its SQNR
};

/// The spec of each listed row of the dtype table but codebook, which has no values of its own:
/// integers by `like`'s qscheme, axis, group_size, rounding and dialect where the dtype has these,
/// blocks with their own scheme along the last axis; the observer is `like`'s (minmax for fixed).
std::vector<QuantSpec> formatSpecs(const QuantSpec& like);

/// Bits per weight against SQNR of many specs for one tensor: what each format buys. Formats with
/// one scale per tensor (or per channel, as the index is cut) are answered from the index, all
/// others together in one read of the tensor. In the specs' order; Errors: cancelled.
Result<std::vector<RatePoint>> rateDistortion(const ErrorSource& source,
                                              std::span<const QuantSpec> specs,
                                              const JobContext& context = {});

} // namespace qs
