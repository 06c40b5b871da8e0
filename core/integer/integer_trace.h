// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/integer/requantize.h"

#include <cstdint>
#include <vector>

namespace qs {

/// How one output of a Linear or Conv2d came about.
struct IntegerTrace {
    struct Term {
        int channel = 0; ///< of the input
        int ky = 0;      ///< in the window
        int kx = 0;
        bool padding = false; ///< outside the image: x = x_zero_point
        std::int32_t x = 0;   ///< q_x
        std::int32_t xZeroPoint = 0;
        std::int32_t w = 0; ///< q_w
        std::int32_t wZeroPoint = 0;
        std::int32_t product = 0; ///< (q_x - z_x) * (q_w - z_w)
        std::int64_t sum = 0;     ///< of products up to this one, without bias
    };
    std::vector<Term> terms; ///< in the order of the window: rows, columns, channels
    std::int32_t bias = 0;
    std::int64_t exact = 0;       ///< the last sum + bias
    std::int32_t accumulator = 0; ///< exact modulo 2^32
    RequantizeMode mode = RequantizeMode::Float;
    Multiplier multiplier;
    double level = 0;     ///< requantizedLevel(accumulator)
    double unclamped = 0; ///< level + zero_point
    std::int32_t code = 0;
    IntegerQuant output; ///< the code's
    IntegerActivation activation = IntegerActivation::None;
    float value = 0; ///< the code, dequantized
};

} // namespace qs
