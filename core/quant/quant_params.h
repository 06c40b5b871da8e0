// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/quant/dtype.h"
#include "core/quant/qscheme.h"

#include <vector>

namespace qs {

/// The parameters of a uniform quantizer, real = scale * (code - zero_point). Cannot be invalid:
/// every scale is a normal positive float32, every zero_point is a code in [quant_min, quant_max],
/// there is one of each per tensor or one per channel.
class QuantParams {
public:
    /// 8-bit, scale 1, zero_point 0.
    QuantParams() = default;

    /// Errors (kind Usage), each naming the field, what was expected and what was found: no scale;
    /// a scale that is zero, negative, not finite or below float32's smallest normal number; as
    /// many zero_points as scales or one for all; a zero_point outside [quant_min, quant_max];
    /// quant_min >= quant_max, or outside the dtype's codes; several scales for a per-tensor
    /// scheme.
    static Result<QuantParams> make(DType dtype, QScheme qscheme, QuantRange range,
                                    std::vector<float> scale, std::vector<std::int32_t> zeroPoint,
                                    int axis = 0);

    DType dtype() const { return m_dtype; }
    QScheme qscheme() const { return m_qscheme; }
    QuantRange range() const { return m_range; }
    int axis() const { return m_axis; } ///< meaningful for per-channel schemes
    std::size_t channels() const { return m_scale.size(); }
    const std::vector<float>& scale() const { return m_scale; }
    const std::vector<std::int32_t>& zeroPoint() const { return m_zeroPoint; }
    float scaleAt(std::size_t channel) const { return m_scale[channel]; }
    std::int32_t zeroPointAt(std::size_t channel) const { return m_zeroPoint[channel]; }

    /// (code - zero_point) * scale in float32: the real value of a code.
    float level(std::int32_t code, std::size_t channel = 0) const;
    /// The same quantizer for one channel alone, per tensor. channel < channels().
    QuantParams forChannel(std::size_t channel) const;

    bool operator==(const QuantParams&) const = default;

private:
    DType m_dtype = DType::Qint8;
    QScheme m_qscheme = QScheme::PerTensorAffine;
    QuantRange m_range;
    int m_axis = 0;
    std::vector<float> m_scale = {1.0F};
    std::vector<std::int32_t> m_zeroPoint = {0};
};

/// A scale as a person typed it (a double) to float32. Errors: not finite, zero, negative, below
/// float32's smallest normal number 1.18e-38, above its largest.
Result<float> checkScale(double scale);

/// The codes in use for a dtype: its own, or quant_min/quant_max where given; narrow_range leaves
/// out the lowest code; reduce_range halves both ends (floor), as PyTorch's observers do. Errors:
/// quant_min >= quant_max, or outside the dtype's codes.
Result<QuantRange> chooseRange(DType dtype, std::optional<std::int32_t> quantMin,
                               std::optional<std::int32_t> quantMax, bool narrowRange,
                               bool reduceRange);

} // namespace qs
