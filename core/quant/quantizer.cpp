// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantizer.h"

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/quant/ggml_kernel.h"

namespace qs {
namespace {

constexpr const char* kTakeLess = "choose a smaller tensor, or only the report";

std::unique_ptr<const QuantizerKernel> makeKernel(const KernelSetup& setup)
{
    switch (info(setup.params.dtype()).family) {
    case Family::Float:
        return makeFloatKernel(setup);
    case Family::Exponent:
        return makeExponentKernel(setup);
    case Family::Codebook:
        return makeCodebookKernel(setup);
    case Family::Ggml:
        return makeGgmlKernel(setup);
    case Family::Integer:
        break;
    }
    if (!info(setup.params.dialect()).ownRounding.empty())
        return makeDialectKernel(setup);
    return makeUniformKernel(setup);
}

} // namespace

Result<Quantizer> Quantizer::make(QuantParams params, const Shape& shape, Rounding rounding,
                                  std::uint64_t seed)
{
    const auto& dialect = info(params.dialect());
    if (info(params.dtype()).isInteger() && !dialect.ownRounding.empty() &&
        rounding != Rounding::HalfEven)
        return Error::usage("rounding: dialect " + std::string(dialect.name) + " has its own (" +
                            std::string(dialect.ownRounding) +
                            "), which half_even, the default, stands for; found " +
                            std::string(roundings()[static_cast<std::size_t>(rounding)].name));
    const auto layout = params.layout(shape);
    if (!layout)
        return layout.error();
    Quantizer q;
    q.m_params = std::move(params);
    q.m_layout = *layout;
    if (info(q.m_params.dtype()).family == Family::Ggml)
        q.m_alignment = info(q.m_params.dtype()).blockSize;
    q.m_kernel = makeKernel({q.m_params, q.m_layout, rounding, seed});
    return q;
}

void Quantizer::dequantize(std::span<const std::int32_t> codes, std::int64_t begin, float* y) const
{
    m_layout.forEachRun(begin, static_cast<std::int64_t>(codes.size()),
                        [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                            for (std::int64_t i = 0; i < n; ++i)
                                y[at + i] = m_params.level(
                                    codes[static_cast<std::size_t>(at + i)],
                                    static_cast<std::size_t>(set + i * m_layout.stride()));
                        });
}

Result<Tensor> fakeQuantize(const Tensor& tensor, const Quantizer& quantizer,
                            const JobContext& context)
{
    const auto needed = static_cast<std::uint64_t>(tensor.numel()) * sizeof(float);
    if (auto fits = checkMemory(needed, "the dequantized tensor", kTakeLess); !fits)
        return fits.error();
    std::vector<float> values(static_cast<std::size_t>(tensor.numel()));
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            quantizer.fakeQuantize(tensor.read(begin, end, buffer), begin, values.data() + begin);
        });
    if (!done)
        return Error::cancelled();
    return Tensor::fromFloats(tensor.name(), tensor.shape(), std::move(values));
}

namespace {

template <typename Code>
Result<Tensor> codesAs(ElementType type, const Tensor& tensor, const Quantizer& quantizer,
                       const JobContext& context)
{
    std::vector<Code> codes(static_cast<std::size_t>(tensor.numel()));
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            thread_local std::vector<std::int32_t> wide;
            wide.resize(static_cast<std::size_t>(end - begin));
            quantizer.quantize(tensor.read(begin, end, buffer), begin, wide.data());
            for (std::int64_t i = begin; i < end; ++i)
                codes[static_cast<std::size_t>(i)] =
                    static_cast<Code>(wide[static_cast<std::size_t>(i - begin)]);
        });
    if (!done)
        return Error::cancelled();
    return Tensor::fromVector(tensor.name(), type, tensor.shape(), std::move(codes));
}

/// The bytes of the blocks: rows of blocks instead of rows of elements.
Result<Tensor> ggmlBlocks(const Tensor& tensor, GgmlType type, const JobContext& context)
{
    const auto& row = info(type);
    std::vector<std::uint8_t> bytes(ggmlBytes(type, static_cast<std::size_t>(tensor.numel())));
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            thread_local std::vector<float> finite;
            const auto x = tensor.read(begin, end, buffer);
            finite.assign(x.begin(), x.end());
            makeBlocksFinite(finite, row.blockSize);
            const auto first = static_cast<std::size_t>(begin / row.blockSize * row.bytesPerBlock);
            ggmlEncode(type, finite, std::as_writable_bytes(std::span(bytes)).subspan(first));
        });
    if (!done)
        return Error::cancelled();
    auto sizes = tensor.shape().sizes();
    if (!sizes.empty())
        sizes.back() = sizes.back() / row.blockSize * row.bytesPerBlock;
    auto shape = Shape::make(std::move(sizes));
    if (!shape)
        return shape.error();
    return Tensor::fromVector(tensor.name(), ElementType::Uint8, *shape, std::move(bytes));
}

} // namespace

Result<Tensor> quantizeToCodes(const Tensor& tensor, const Quantizer& quantizer,
                               const JobContext& context)
{
    const auto& row = info(quantizer.params().dtype());
    if (row.family == Family::Ggml)
        return ggmlBlocks(tensor, ggmlTypeOf(row.id), context);
    const auto type = row.storage;
    const auto needed = static_cast<std::uint64_t>(tensor.numel()) * info(type).size;
    if (auto fits = checkMemory(needed, "the tensor of codes", kTakeLess); !fits)
        return fits.error();
    switch (type) {
    case ElementType::Int8:
        return codesAs<std::int8_t>(type, tensor, quantizer, context);
    case ElementType::Uint8:
        return codesAs<std::uint8_t>(type, tensor, quantizer, context);
    case ElementType::Int16:
        return codesAs<std::int16_t>(type, tensor, quantizer, context);
    case ElementType::Int32:
        return codesAs<std::int32_t>(type, tensor, quantizer, context);
    default:
        return codesAs<std::uint16_t>(ElementType::Uint16, tensor, quantizer, context);
    }
}

} // namespace qs
