// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>

namespace qs {

/// A range moved so that 0 is a level, and how far everything moved.
struct Nudged {
    float requestedMin = 0;
    float requestedMax = 0;
    float scale = 0;    ///< (max - min) / (quant_max - quant_min)
    float invScale = 0; ///< (quant_max - quant_min) / (max - min): not 1 / scale
    std::int32_t zeroPoint = 0;
    float nudgedMin = 0; ///< (quant_min - zero_point) * scale
    float nudgedMax = 0; ///< (quant_max - zero_point) * scale
    /// The level of the grid before nudging, min + (zero_point - quant_min) * scale, that becomes
    /// 0: the distance of 0 from its nearest level. The grid moves by the negative of it.
    float atZero = 0;
    float atMin = 0; ///< nudged_min - min
    float atMax = 0; ///< nudged_max - max
};

/// TensorFlow's Nudge (tensorflow/core/kernels/fake_quant_ops_functor.h), in float32 as there:
///
///     scale      = (max - min) / (quant_max - quant_min)
///     from_min   = quant_min - min / scale
///     zero_point = round(from_min), half away from zero, clamped to [quant_min, quant_max]
///
/// The scale is kept: the range is shifted by less than half a step, further only where it does not
/// contain 0. min == max == 0, which TensorFlow's operators treat apart, has scale = inv_scale = 0,
/// zero_point = quant_min and the range [0, 0]. TensorFlow uses quant_min = 0, or 1 for
/// narrow_range, and quant_max = 2^bits - 1; any other codes will do.
/// Errors (Usage): min or max not finite, min > max, min == max other than 0, max - min beyond
/// float32 or so small that the scale or its inverse is; quant_min >= quant_max.
Result<Nudged> nudge(float min, float max, int quantMin, int quantMax);

} // namespace qs
