// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// Gives a histogram the elements of what is shown that are not finite, and so in no bin: NaN and
/// -Inf at the left, +Inf at the right, those that there are. For `of` other than Float with what
/// the shown quantizer makes of each. Their bars end at their counts where the y axis, which is
/// there already, is of counts; one of densities has no place for them, and the note says so.
void addSideBins(Figure& figure, const TensorResult& result, HistogramOf of);

/// "; not finite, in no bin: 12 NaN, 1 +Inf"; empty where all are finite.
QString sideBinWords(const TensorResult& result);

} // namespace qs
