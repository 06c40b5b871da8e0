// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

#include <vector>

namespace qs {

/// Elements of what is shown that are not finite, and so in no bin: NaN and -Inf at the left, +Inf
/// at the right, those that there are. For `of` other than Float with what the shown quantizer
/// makes of each. Their bars end at their counts where the y axis is of counts, nowhere on one of
/// densities.
std::vector<SideBin> sideBins(const TensorResult& result, HistogramOf of, bool axisCounts);

/// A number as others are shown; "NaN", "+Inf" and "−Inf" for those that are none.
QString realText(double value);

/// "; not finite, in no bin: 12 NaN, 1 +Inf"; empty where all are finite.
QString sideBinWords(const TensorResult& result);

} // namespace qs
