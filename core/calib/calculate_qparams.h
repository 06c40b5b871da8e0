// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"

namespace qs {

/// The smallest scale an observer gives: 2^-23, torch.finfo(torch.float32).eps.
inline constexpr float kScaleEps = 0x1p-23F;

struct ScaleZeroPoint {
    float scale = 1;
    std::int32_t zeroPoint = 0;
    bool operator==(const ScaleZeroPoint&) const = default;
};

/// From an observed range to parameters, as UniformQuantizationObserverBase._calculate_qparams does
/// (torch/ao/quantization/observer.py), in float32. The range is first made to contain 0.
///
///     symmetric: scale = max(max(-min, max) / ((quant_max - quant_min) / 2), eps)
///                zero_point = symmetricZeroPoint(dtype, range)
///     affine:    scale = max((max - min) / (quant_max - quant_min), eps)
///                zero_point = clamp(quant_min - round_half_even(min / scale), quant_min,
///                quant_max)
///
/// min <= max, both finite. A range wider than float32's largest number gives an infinite scale,
/// which QuantParams::make refuses.
ScaleZeroPoint calculateQParams(float min, float max, DType dtype, QuantRange range,
                                bool symmetric);

/// The code of real 0 in a symmetric scheme: 0 for signed dtypes; for unsigned ones the middle code
/// 2^(bits-1) where all codes of an 8- or 16-bit dtype are in use (PyTorch's 128, torchao's 2^15),
/// floor((quant_min + quant_max) / 2) elsewhere (PyTorch's rule for customized ranges).
std::int32_t symmetricZeroPoint(DType dtype, QuantRange range);

} // namespace qs
