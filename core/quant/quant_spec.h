// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// What a person chose for one tensor: the input of everything, the unit of undo, saved as it is.
/// Nothing here is checked against a tensor; resolving it is (core/calib/observer.h).
struct QuantSpec {
    DType dtype = DType::Qint8;
    QScheme qscheme = QScheme::PerTensorAffine;
    int axis = 0;                         ///< for per-channel schemes; negative counts from the end
    std::string observer = "minmax";      ///< a name of the observer table
    double averagingConstant = 0.01;      ///< moving_average_minmax: weight of the newest batch
    std::vector<float> scale;             ///< observer "fixed": one, or one per channel
    std::vector<std::int32_t> zeroPoint;  ///< observer "fixed": likewise
    std::optional<std::int32_t> quantMin; ///< where not the dtype's own
    std::optional<std::int32_t> quantMax;
    bool narrowRange = false;
    bool reduceRange = false;
    Rounding rounding = Rounding::HalfEven;
    Dialect dialect = Dialect::Torch;

    bool isFixed() const { return observer == "fixed"; }
    Result<QuantRange> range() const
    {
        return chooseRange(dtype, quantMin, quantMax, narrowRange, reduceRange);
    }
    bool operator==(const QuantSpec&) const = default;
};

} // namespace qs
