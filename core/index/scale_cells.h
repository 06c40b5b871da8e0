// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/index/squared_errors.h"

#include <algorithm>
#include <limits>

namespace qs {

/// One scale with every zero_point at once. Where an element is rounded before zero_point is added,
/// round(x / scale) cuts the elements into the same cells whatever zero_point is; that only decides
/// which cells are clipped. So all zero_points together cost about as much as one.
class ScaleCells {
public:
    /// Whether elements are rounded before zero_point is added: integers of at most 16 bits with an
    /// integer zero_point, in the dialects torch, torch_fused, onnx and aimet; no stochastic
    /// rounding.
    static bool exists(const QuantParams& params, Rounding rounding);

    /// `params`: any of this dtype, dialect and range; scale: a normal positive float32. None where
    /// exists() is false, or QuantParams refuses the scale.
    static std::optional<ScaleCells> make(const SortedValues& values, const QuantParams& params,
                                          float scale, Rounding rounding);

    /// What squaredErrors() says of this scale and zero_point; quant_min <= zeroPoint <= quant_max.
    SquaredErrors errors(std::int32_t zeroPoint) const;
    /// Σ (code - zero_point)² over all elements: how fast Σe² can bend when the scale changes.
    double squaredCodes(std::int32_t zeroPoint) const;

private:
    /// Limited to float32's largest number, as StairStep::level.
    double level(std::int64_t m) const
    {
        constexpr float kMost = std::numeric_limits<float>::max();
        return static_cast<double>(std::clamp(static_cast<float>(m) * m_scale, -kMost, kMost));
    }
    std::size_t at(std::int64_t m) const { return static_cast<std::size_t>(m + m_levels - 1); }

    float m_scale = 1;
    std::int64_t m_quantMin = 0;
    std::int64_t m_quantMax = 0;
    std::int64_t m_levels = 0;
    Moments m_start;
    Moments m_end;
    std::vector<Moments> m_before;       ///< of what rounds to less than m, -levels < m <= levels
    std::vector<DoubleDouble> m_errors;  ///< Σe² of the cells before m
    std::vector<DoubleDouble> m_squares; ///< Σ m² of the cells before m
};

} // namespace qs
