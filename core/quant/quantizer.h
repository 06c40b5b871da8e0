// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/quant/quant_params.h"
#include "core/tensor/tensor.h"

#include <span>
#include <vector>

namespace qs {

/// The arithmetic of a uniform quantizer on float32 elements, PyTorch's to the bit
/// (aten/src/ATen/native/quantized/cpu/kernels/QuantizedOpKernels.cpp):
///
///     t    = x * (1.0f / scale)                 torch;   x / scale: onnx
///     raw  = round(t) + zero_point              rounded before zero_point is added
///     code = min(max(raw, quant_min), quant_max)
///     y    = (code - zero_point) * scale
///     mask = quant_min <= raw && raw <= quant_max    the straight-through estimator's
///
/// +Inf has the code quant_max, -Inf quant_min. NaN stays NaN in y, has the code zero_point and the
/// mask 0. Per channel, element i of the tensor uses the parameters of its channel along the axis.
/// Immutable, callable from any thread.
class Quantizer {
public:
    /// Errors (kind Usage): per channel, an axis that the shape does not have, or another number of
    /// scales than the axis has channels.
    static Result<Quantizer> make(QuantParams params, const Shape& shape,
                                  Rounding rounding = Rounding::HalfEven,
                                  Dialect dialect = Dialect::Torch);

    const QuantParams& params() const { return m_params; }

    /// What becomes of each element, for whoever needs more than y: arrays as long as x.
    struct Steps {
        float* y = nullptr;    ///< dequantized
        float* t = nullptr;    ///< x in units of the scale
        float* raw = nullptr;  ///< the rounded code before clamping, as a float
        float* code = nullptr; ///< the code, as a float; zero_point for NaN
        float* lsb = nullptr;  ///< (code - zero_point) - t: the error in units of the scale
    };

    /// All functions below work on the elements [begin, begin + x.size()) of the tensor.
    void evaluate(std::span<const float> x, std::int64_t begin, const Steps& steps) const;
    void fakeQuantize(std::span<const float> x, std::int64_t begin, float* y) const;
    void fakeQuantize(std::span<const float> x, std::int64_t begin, float* y, float* mask) const;
    void quantize(std::span<const float> x, std::int64_t begin, std::int32_t* codes) const;
    void dequantize(std::span<const std::int32_t> codes, std::int64_t begin, float* y) const;

private:
    Quantizer() = default;

    QuantParams m_params;
    Rounding m_rounding = Rounding::HalfEven;
    Dialect m_dialect = Dialect::Torch;
    ChannelLayout m_layout;
    /// Where an axis' runs are shorter than a vector: the parameters of each element of one row of
    /// channels * inner elements, so that a row is one vectorized loop.
    std::vector<float> m_rowScale;
    std::vector<float> m_rowFactor;
    std::vector<float> m_rowZero;

    template <typename Body>
    void forEachRun(std::int64_t begin, std::int64_t count, Body body) const;
    template <typename Kernel>
    void dispatch(std::int64_t begin, std::int64_t count, Kernel kernel) const;
};

/// A whole tensor through a quantizer, on all cores. Shape and name are kept. Errors: cancelled.
Result<Tensor> fakeQuantize(const Tensor& tensor, const Quantizer& quantizer,
                            const JobContext& context = {});
/// The codes, in the dtype's storage type (int8, uint8, int16, uint16). Errors: cancelled.
Result<Tensor> quantizeToCodes(const Tensor& tensor, const Quantizer& quantizer,
                               const JobContext& context = {});

} // namespace qs
