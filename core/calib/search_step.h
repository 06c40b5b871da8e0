// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace qs {

/// One range that a search looked at, in the order it looked: how pictures show its steps.
struct SearchStep {
    float min = 0;
    float max = 0;
    /// What the search compares: summed L2 error over the histogram (histogram), Kullback-Leibler
    /// divergence (entropy), mean squared error per element (mse).
    double error = 0;
    bool best = false; ///< whether it was the best so far
    bool operator==(const SearchStep&) const = default;
};

} // namespace qs
