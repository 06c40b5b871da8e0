// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/quant/dtype.h"
#include "core/quant/qscheme.h"
#include "core/tensor/param_layout.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

namespace qs {

/// The parameters of a quantizer before they were checked.
struct QuantParts {
    DType dtype = DType::Qint8;
    QScheme qscheme = QScheme::PerTensorAffine;
    QuantRange range;         ///< of integer dtypes; others use all their codes
    std::vector<float> scale; ///< one, or one per channel or group; none for ggml's blocks
    std::vector<std::int32_t> zeroPoint; ///< of integer dtypes: as many, or one for all
    std::vector<float> floatZeroPoint;   ///< of *_float_qparams schemes, instead of zeroPoint
    int axis = 0;
    std::int64_t groupSize = 0;  ///< of per-group schemes, >= 1
    float globalScale = 1;       ///< nvfp4 with two levels: multiplies every block's scale
    std::vector<float> codebook; ///< of dtype codebook: 2 … 256 ascending finite values
    Dialect dialect = Dialect::Torch;
    /// What elements are divided by, where that is not what codes are multiplied with (ggml rounds
    /// the stored scale to float16 but divides by the unrounded one). Empty: scale.
    std::vector<float> encodeScale;
    /// The ranges that were asked for, for dialects whose elements' steps use them (TensorFlow,
    /// OpenVINO, ggml's affine blocks). Empty: the ranges that the codes cover.
    std::vector<float> requestedMin;
    std::vector<float> requestedMax;

    bool operator==(const QuantParts&) const = default;
};

/// The parameters of a quantizer, checked: cannot be invalid. For integer dtypes
///
///     real = scale * (code - zero_point)
///
/// in the dialect openvino real = (code - quant_min) / (levels - 1) * (ih - il) + il, and for
/// ggml's affine schemes real = (code - quant_min) * d + m (core/quant/dialect_rules.h); zero_point
/// then is the code nearest to real 0 and no element's step uses it. For floats, exponents and
/// codebooks real = scale * value(code). Every scale is a normal positive float32 (an E8M0 one may
/// be 2^-127), every integer zero_point is a code in [quant_min, quant_max], there is one of each
/// per tensor, channel or group.
class QuantParams {
public:
    /// 8-bit, scale 1, zero_point 0.
    QuantParams() = default;

    /// Errors (kind Usage), each naming the field, what was expected and what was found: no scale;
    /// a scale that is zero, negative, not finite or below float32's smallest normal number, not a
    /// power of two for an MX dtype, not a float8_e4m3fn for nvfp4; as many zero_points as scales
    /// or one for all; a zero_point outside [quant_min, quant_max], or not 0 where the dtype has
    /// none; quant_min >= quant_max, or outside the dtype's codes; several scales for a per-tensor
    /// scheme; a codebook that does not ascend; what checkDialect says.
    static Result<QuantParams> make(QuantParts parts);
    static Result<QuantParams> make(DType dtype, QScheme qscheme, QuantRange range,
                                    std::vector<float> scale, std::vector<std::int32_t> zeroPoint,
                                    int axis = 0);

    DType dtype() const { return m_parts.dtype; }
    QScheme qscheme() const { return m_parts.qscheme; }
    QuantRange range() const { return m_parts.range; }
    Dialect dialect() const { return m_parts.dialect; }
    int axis() const { return m_parts.axis; } ///< meaningful for per-channel and per-group schemes
    std::int64_t groupSize() const { return m_parts.groupSize; }
    /// How many sets of parameters there are: 1, or the channels or groups.
    std::size_t channels() const { return std::max<std::size_t>(m_parts.scale.size(), 1); }
    const std::vector<float>& scale() const { return m_parts.scale; }
    const std::vector<std::int32_t>& zeroPoint() const { return m_parts.zeroPoint; }
    float scaleAt(std::size_t channel) const { return m_parts.scale[channel]; }
    std::int32_t zeroPointAt(std::size_t channel) const { return m_parts.zeroPoint[channel]; }
    const QuantParts& parts() const { return m_parts; }
    /// The values of a codebook dtype in units of the scale, ascending.
    std::span<const float> codebook() const;

    /// Which elements of a tensor share parameters. Errors (Usage): an axis the shape does not
    /// have; another number of scales than it has channels or groups; for ggml's blocks, rows that
    /// are not whole blocks.
    Result<ParamLayout> layout(const Shape& shape) const;

    /// What codes are multiplied with: scale, times the tensor's for nvfp4.
    float stepAt(std::size_t channel) const { return m_parts.scale[channel] * m_parts.globalScale; }
    /// The real value of a code, in float32. code is in [firstCode, lastCode].
    float level(std::int32_t code, std::size_t channel = 0) const;
    /// The real range the codes of a channel or group cover: its lowest and highest level. None for
    /// ggml's blocks.
    std::optional<std::array<float, 2>> coveredRange(std::size_t channel = 0) const;
    /// Codes as they are stored: quant_min … quant_max for integers (and mxint8), bit patterns of
    /// floats, places in a codebook.
    std::int32_t firstCode() const;
    std::int32_t lastCode() const;
    std::int64_t codeCount() const { return std::int64_t{lastCode()} - firstCode() + 1; }
    /// The same quantizer for one channel or group alone, per tensor. channel < channels().
    QuantParams forChannel(std::size_t channel) const;

    bool operator==(const QuantParams&) const = default;

private:
    static QuantParts defaultParts();
    QuantParts m_parts = defaultParts();
};

/// Which elements of a tensor share parameters. Errors (Usage): an axis the shape does not have;
/// a groupSize below 1. A scalar has one group.
Result<ParamLayout> layoutOf(Granularity granularity, int axis, std::int64_t groupSize,
                             const Shape& shape);

/// A scale as a person typed it (a double) to float32. Errors: not finite, zero, negative, below
/// float32's smallest normal number 1.18e-38, above its largest.
Result<float> checkScale(double scale);

/// The codes in use for a dtype: its own, or quant_min/quant_max where given; narrow_range leaves
/// out the lowest code; reduce_range halves both ends (floor), as PyTorch's observers do. Errors:
/// quant_min >= quant_max, or outside the dtype's codes; any of these for a dtype that is not an
/// integer.
Result<QuantRange> chooseRange(DType dtype, std::optional<std::int32_t> quantMin,
                               std::optional<std::int32_t> quantMax, bool narrowRange,
                               bool reduceRange);

} // namespace qs
