// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"
#include "core/tensor/param_layout.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// What a person chose for one tensor: the input of everything, the unit of undo, saved as it is.
/// Nothing here is checked against a tensor; resolving it is (core/calib/observer.h).
struct QuantSpec {
    DType dtype = DType::Qint8;
    QScheme qscheme = QScheme::PerTensorAffine; ///< block formats bring their own: see qschemeInUse
    int axis = 0; ///< of channels and groups; negative counts from the end
    /// Elements along the axis that share a scale, for per-group schemes and block formats;
    /// 0: the format's own block, 32 where it has none.
    std::int64_t groupSize = 0;
    ScaleRule scaleRule = ScaleRule::Default;
    std::string observer = "minmax";      ///< a name of the observer table
    double averagingConstant = 0.01;      ///< moving_average_minmax: weight of the newest batch
    double percentile = 99.99;            ///< percentile: how many of 100 elements stay inside
    std::vector<float> scale;             ///< observer "fixed": one, or one per channel or group
    std::vector<std::int32_t> zeroPoint;  ///< observer "fixed": likewise
    std::vector<float> floatZeroPoint;    ///< observer "fixed", *_float_qparams: likewise
    std::optional<std::int32_t> quantMin; ///< where not the dtype's own
    std::optional<std::int32_t> quantMax;
    bool narrowRange = false;
    bool reduceRange = false;
    std::vector<float> codebook; ///< dtype codebook: 2 … 256 ascending values, the codes in order
    Rounding rounding = Rounding::HalfEven;
    std::uint64_t seed = 0; ///< of stochastic rounding
    Dialect dialect = Dialect::Torch;

    bool isFixed() const { return observer == "fixed"; }
    Result<QuantRange> range() const
    {
        return chooseRange(dtype, quantMin, quantMax, narrowRange, reduceRange);
    }
    /// The scheme that holds: the one chosen, or per_group_symmetric for block formats.
    QScheme qschemeInUse() const;
    /// groupSize, or what it stands for.
    std::int64_t groupSizeInUse() const;
    /// Which elements of a tensor share parameters. Errors (Usage): an axis the shape does not
    /// have; a group_size below 0.
    Result<ParamLayout> layout(const Shape& shape) const;

    bool operator==(const QuantSpec&) const = default;
};

/// Where channels or groups are when a person names no axis: the last one for groups and blocks,
/// else the first.
int defaultAxis(const QuantSpec& spec);

} // namespace qs
