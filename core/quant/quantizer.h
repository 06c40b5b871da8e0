// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/quant/quantizer_kernel.h"
#include "core/tensor/tensor.h"

#include <span>
#include <vector>

namespace qs {

/// The arithmetic of a quantizer on float32 elements. For integer dtypes PyTorch's to the bit
/// (aten/src/ATen/native/quantized/cpu/kernels/QuantizedOpKernels.cpp):
///
///     t    = x * (1.0f / scale)                 torch;   x / scale: onnx
///     raw  = round(t) + zero_point              rounded before zero_point is added
///     code = min(max(raw, quant_min), quant_max)
///     y    = (code - zero_point) * scale
///     mask = quant_min <= raw && raw <= quant_max    the straight-through estimator's
///
/// The dialects tensorflow, openvino and ggml have rules of their own (core/quant/dialect_rules.h).
/// A float zero_point is added before rounding. For floats, exponents and codebooks y is the
/// nearest value of the format to t, times scale; the mask is 0 where rounding, had the format more
/// range, would have left it. ggml's blocks: core/quant/ggml.h.
///
/// +Inf has the highest code, -Inf the lowest. NaN stays NaN in y, has the code of 0 (of NaN, where
/// the format has one) and the mask 0; dialects whose program does otherwise do as it does. Element
/// i of the tensor uses the parameters of its channel or group. Immutable, callable from any
/// thread.
class Quantizer {
public:
    /// Errors (kind Usage): an axis that the shape does not have, or another number of scales than
    /// it has channels or groups; rows that are not whole blocks for ggml's dtypes; a rounding
    /// other than half_even where the dialect has its own.
    /// `seed` is that of stochastic rounding.
    static Result<Quantizer> make(QuantParams params, const Shape& shape,
                                  Rounding rounding = Rounding::HalfEven, std::uint64_t seed = 0);

    const QuantParams& params() const { return m_params; }
    const ParamLayout& layout() const { return m_layout; }
    /// A range of elements that starts and ends at a multiple of this is what functions below may
    /// be asked for: 1, or the elements of ggml's blocks.
    std::int64_t alignment() const { return m_alignment; }

    using Steps = QuantizerSteps;

    /// All functions below work on the elements [begin, begin + x.size()) of the tensor.
    void evaluate(std::span<const float> x, std::int64_t begin, const Steps& steps) const
    {
        m_kernel->evaluate(x, begin, steps);
    }
    /// `mask` may be null.
    void fakeQuantize(std::span<const float> x, std::int64_t begin, float* y,
                      float* mask = nullptr) const
    {
        m_kernel->fakeQuantize(x, begin, y, mask);
    }
    void quantize(std::span<const float> x, std::int64_t begin, std::int32_t* codes) const
    {
        m_kernel->quantize(x, begin, codes);
    }
    /// codes in [firstCode, lastCode]; not for ggml's dtypes, whose codes mean nothing alone.
    void dequantize(std::span<const std::int32_t> codes, std::int64_t begin, float* y) const;

private:
    Quantizer() = default;

    QuantParams m_params;
    ParamLayout m_layout = ParamLayout::perTensor(0);
    std::int64_t m_alignment = 1;
    std::shared_ptr<const QuantizerKernel> m_kernel;
};

/// A whole tensor through a quantizer, on all cores. Shape and name are kept. Errors: not
/// enough memory (Data); cancelled.
Result<Tensor> fakeQuantize(const Tensor& tensor, const Quantizer& quantizer,
                            const JobContext& context = {});
/// The codes, in the dtype's storage type (int8, uint8, int16, uint16, int32): integers, bit
/// patterns of floats, places in a codebook. ggml's dtypes: the bytes of the blocks, uint8, the
/// last axis a row of blocks. Errors: not enough memory (Data); cancelled.
Result<Tensor> quantizeToCodes(const Tensor& tensor, const Quantizer& quantizer,
                               const JobContext& context = {});

} // namespace qs
