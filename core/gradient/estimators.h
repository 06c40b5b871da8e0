// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace qs {

/// A way to send gradients through a quantizer. The value is the row in THE table of estimators.
enum class Estimator : std::uint8_t {
    Ste,
    SteTensorflow,
    PassThrough,
    Learnable,
    Lsq,
    LsqPlus,
    Pact,
    Dorefa,
};

/// Everything any estimator asks for; each reads the fields its row lists in fields.
struct EstimatorParams {
    float scale = 1;
    /// Whole for ste and pass_through; rounded to the nearest code by learnable.
    float zeroPoint = 0;
    int quantMin = -8;
    int quantMax = 7;
    /// The range that is nudged.
    float min = -8;
    float max = 7;
    float beta = 0;  ///< the offset of LSQ+
    float alpha = 6; ///< where PACT clips
    int bits = 4;    ///< of PACT and DoReFa
    /// DoReFa's rule: that of weights with this max |tanh(w)|, or that of activations with 0.
    double maxTanh = 0;
};

/// y of one x, and by how much it moves with x and with each learned parameter, as the estimator
/// has it (for dy = 1 and without gradient scale).
struct EstimatorPoint {
    float y = 0;
    float dx = 0;
    /// In the order of EstimatorInfo::learned; 0 behind.
    std::array<double, 2> learned{};
};

/// One row of THE table of estimators. Pictures, combo boxes and the property tests iterate it.
struct EstimatorInfo {
    Estimator id;
    std::string_view name;                     ///< "lsq_plus"
    std::string_view source;                   ///< the function of PyTorch or TensorFlow, or paper
    std::string_view description;              ///< one sentence
    std::span<const std::string_view> fields;  ///< what evaluate reads of EstimatorParams
    std::span<const std::string_view> learned; ///< the parameters that get a gradient, up to two
    /// The forward and backward functions of the estimator's file on one element.
    /// Errors (Usage): theirs.
    Result<EstimatorPoint> (*evaluate)(float x, const EstimatorParams& params);
};

std::span<const EstimatorInfo> estimators();
const EstimatorInfo& info(Estimator estimator);
std::optional<Estimator> estimatorByName(std::string_view name);

} // namespace qs
