// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/qscheme.h"

namespace qs {
namespace {

using enum Granularity;
constexpr QSchemeInfo kSchemes[] = {
    {QScheme::PerTensorAffine, "per_tensor_affine", Tensor, false, false},
    {QScheme::PerTensorSymmetric, "per_tensor_symmetric", Tensor, true, false},
    {QScheme::PerChannelAffine, "per_channel_affine", Channel, false, false},
    {QScheme::PerChannelSymmetric, "per_channel_symmetric", Channel, true, false},
    {QScheme::PerChannelAffineFloatQParams, "per_channel_affine_float_qparams", Channel, false,
     true},
    {QScheme::PerGroupAffine, "per_group_affine", Group, false, false},
    {QScheme::PerGroupSymmetric, "per_group_symmetric", Group, true, false},
    {QScheme::PerGroupAffineFloatQParams, "per_group_affine_float_qparams", Group, false, true},
};
constexpr RoundingInfo kRoundings[] = {
    {Rounding::HalfEven, "half_even"},
    {Rounding::HalfAway, "half_away"},
    {Rounding::Floor, "floor"},
    {Rounding::Stochastic, "stochastic"},
};
constexpr DialectInfo kDialects[] = {
    {Dialect::Torch, "torch", "PyTorch", "aten/native/quantized/FakeQuantPerTensorAffine.cpp", ""},
    {Dialect::Torch113, "torch_1_13", "PyTorch 1.13",
     "aten/native/quantized/cpu/kernels/QuantizedOpKernels.cpp of 1.13", ""},
    {Dialect::TorchFused, "torch_fused", "PyTorch, fused observer",
     "aten/native/quantized/cpu/QuantUtils.h, ChooseQuantizationParams", ""},
    {Dialect::Onnx, "onnx", "ONNX Runtime", "QuantizeLinear; quant_utils.py, compute_scale_zp", ""},
    {Dialect::TensorFlow, "tensorflow", "TensorFlow",
     "tensorflow/core/kernels/fake_quant_ops_functor.h", "half_up"},
    {Dialect::OpenVino, "openvino", "OpenVINO",
     "FakeQuantize-1; src/core/reference/include/openvino/reference/fake_quantize.hpp",
     "half_even"},
    {Dialect::Aimet, "aimet", "AIMET",
     "aimet_torch/v2/quantization: encoding_analyzer.py, affine/quantizer.py", ""},
    {Dialect::Ggml, "ggml", "ggml", "ggml-quants.c, quantize_row_q8_0_ref and q4_1_ref",
     "half_away"},
};

} // namespace

std::span<const QSchemeInfo> qschemes()
{
    return kSchemes;
}

const QSchemeInfo& info(QScheme qscheme)
{
    return kSchemes[static_cast<std::size_t>(qscheme)];
}

std::optional<QScheme> qschemeByName(std::string_view name)
{
    for (const auto& row : kSchemes) {
        if (row.name == name)
            return row.id;
    }
    return std::nullopt;
}

QScheme qscheme(Granularity granularity, bool symmetric)
{
    for (const auto& row : kSchemes) {
        if (row.granularity == granularity && row.symmetric == symmetric && !row.floatZeroPoint)
            return row.id;
    }
    return QScheme::PerTensorAffine;
}

std::span<const RoundingInfo> roundings()
{
    return kRoundings;
}

std::span<const DialectInfo> dialects()
{
    return kDialects;
}

const DialectInfo& info(Dialect dialect)
{
    return kDialects[static_cast<std::size_t>(dialect)];
}

} // namespace qs
