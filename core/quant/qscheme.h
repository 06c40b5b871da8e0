// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace qs {

/// How many scales there are and whether the range is symmetric about zero. Names are PyTorch's.
/// Groups are consecutive channels along an axis (ONNX's block_size).
enum class QScheme : std::uint8_t {
    PerTensorAffine,
    PerTensorSymmetric,
    PerChannelAffine,
    PerChannelSymmetric,
    PerChannelAffineFloatQParams,
    PerGroupAffine,
    PerGroupSymmetric,
    PerGroupAffineFloatQParams,
};

/// What shares one scale.
enum class Granularity : std::uint8_t { Tensor, Channel, Group };

struct QSchemeInfo {
    QScheme id;
    std::string_view name; ///< "per_channel_symmetric"
    Granularity granularity;
    bool symmetric;
    /// zero_point is a float32 and is added before rounding; the range need not contain 0
    /// (PyTorch's *_affine_float_qparams).
    bool floatZeroPoint;
    bool perChannel() const { return granularity == Granularity::Channel; }
    bool perGroup() const { return granularity == Granularity::Group; }
};

std::span<const QSchemeInfo> qschemes();
const QSchemeInfo& info(QScheme qscheme);
std::optional<QScheme> qschemeByName(std::string_view name);
/// The scheme with an integer zero_point.
QScheme qscheme(Granularity granularity, bool symmetric);

/// How x / scale becomes a whole number.
enum class Rounding : std::uint8_t {
    HalfEven, ///< to nearest, ties to the even one: PyTorch, ONNX
    HalfAway, ///< to nearest, ties away from zero
    Floor,    ///< towards -infinity
    /// up with a probability equal to the fraction above the lower neighbour, from the spec's seed
    /// and the element's index: the same bits for the same seed, whatever the number of threads
    Stochastic,
};

/// Whose arithmetic is followed, for a range's parameters and for an element's steps.
enum class Dialect : std::uint8_t {
    Torch,      ///< t = x * (1.0f / scale), a float32 reciprocal (FakeQuantPerTensorAffine.cpp)
    Torch113,   ///< the same in PyTorch 1.13: what int64 cannot hold becomes quant_min, NaN too
    TorchFused, ///< fused_moving_avg_obs_fake_quant: ChooseQuantizationParams of QuantUtils.h
    Onnx,       ///< ONNX Runtime: t = x / scale (QuantizeLinear)
    TensorFlow, ///< fake_quant_with_min_max_*: a nudged range (fake_quant_ops_functor.h)
    OpenVino,   ///< FakeQuantize: no zero_point, levels between the range's ends
    Aimet,      ///< AIMET's affine quantizer: an offset, delta = absmax / (2^(bits-1) - 1)
    Ggml,       ///< ggml's reference rounding with a float16 scale
};

struct RoundingInfo {
    Rounding id;
    std::string_view name;
};
struct DialectInfo {
    Dialect id;
    std::string_view name;
    std::string_view title;  ///< "PyTorch 1.13"
    std::string_view source; ///< where the rule is written down
    /// How integers are rounded where that is not the spec's to choose: "half_up"; else empty.
    std::string_view ownRounding;
};
std::span<const RoundingInfo> roundings();
std::span<const DialectInfo> dialects();
const DialectInfo& info(Dialect dialect);

} // namespace qs
