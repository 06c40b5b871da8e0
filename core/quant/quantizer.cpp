// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantizer.h"

#include "core/base/parallel.h"

#include <cmath>
#include <limits>

namespace qs {
namespace {

/// Runs of fewer elements than this take the row path.
constexpr std::int64_t kShortRun = 64;

/// Parameters of run-of-one-channel loops: the same for every element.
struct Uniform {
    float scale;
    float factor; ///< 1/scale (torch) or scale (onnx)
    float zero;
    float scaleOf(std::int64_t) const { return scale; }
    float factorOf(std::int64_t) const { return factor; }
    float zeroOf(std::int64_t) const { return zero; }
};

/// Parameters of a row: one per element.
struct PerElement {
    const float* scale;
    const float* factor;
    const float* zero;
    float scaleOf(std::int64_t i) const { return scale[i]; }
    float factorOf(std::int64_t i) const { return factor[i]; }
    float zeroOf(std::int64_t i) const { return zero[i]; }
};

template <Rounding rounding>
float roundTo(float t)
{
    if constexpr (rounding == Rounding::HalfEven)
        return __builtin_nearbyintf(t);
    else if constexpr (rounding == Rounding::Floor)
        return __builtin_floorf(t);
    else {
        // t's fraction is exact, so comparing it with one half decides ties without rounding again.
        const float whole = __builtin_truncf(t);
        const float rest = t - whole;
        return rest >= 0.5F ? whole + 1 : rest <= -0.5F ? whole - 1 : whole;
    }
}

template <Dialect dialect>
float inSteps(float x, float factor)
{
    return dialect == Dialect::Torch ? x * factor : x / factor;
}

/// NaN passes through both comparisons.
float clampCode(float raw, float lo, float hi)
{
    const float above = raw < lo ? lo : raw;
    return above > hi ? hi : above;
}

/// Calls body with the rounding and the dialect as compile-time constants.
template <typename Body>
void withRules(Rounding rounding, Dialect dialect, Body body)
{
    const auto withDialect = [&]<Rounding r>() {
        if (dialect == Dialect::Torch)
            body.template operator()<r, Dialect::Torch>();
        else
            body.template operator()<r, Dialect::Onnx>();
    };
    switch (rounding) {
    case Rounding::HalfEven:
        return withDialect.template operator()<Rounding::HalfEven>();
    case Rounding::HalfAway:
        return withDialect.template operator()<Rounding::HalfAway>();
    case Rounding::Floor:
        return withDialect.template operator()<Rounding::Floor>();
    }
}

} // namespace

Result<Quantizer> Quantizer::make(QuantParams params, const Shape& shape, Rounding rounding,
                                  Dialect dialect)
{
    Quantizer q;
    q.m_rounding = rounding;
    q.m_dialect = dialect;
    if (info(params.qscheme()).perChannel) {
        const auto axis = shape.resolveAxis(params.axis());
        if (!axis)
            return axis.error();
        q.m_layout = ChannelLayout::of(shape, *axis);
        if (q.m_layout.channels != static_cast<std::int64_t>(params.channels()))
            return Error::usage("scale: axis " + std::to_string(*axis) + " of shape " +
                                shape.toString() + " has " + std::to_string(q.m_layout.channels) +
                                " channels, found " + std::to_string(params.channels()) +
                                " scales");
    } else {
        q.m_layout.inner = std::max<std::int64_t>(shape.numel(), 1);
    }
    q.m_params = std::move(params);
    if (q.m_layout.channels > 1 && q.m_layout.inner < kShortRun) {
        const auto row = static_cast<std::size_t>(q.m_layout.channels * q.m_layout.inner);
        q.m_rowScale.reserve(row);
        for (std::size_t c = 0; c < q.m_params.channels(); ++c) {
            const float scale = q.m_params.scaleAt(c);
            const auto inner = static_cast<std::size_t>(q.m_layout.inner);
            q.m_rowScale.insert(q.m_rowScale.end(), inner, scale);
            q.m_rowFactor.insert(q.m_rowFactor.end(), inner,
                                 dialect == Dialect::Torch ? 1.0F / scale : scale);
            q.m_rowZero.insert(q.m_rowZero.end(), inner,
                               static_cast<float>(q.m_params.zeroPointAt(c)));
        }
    }
    return q;
}

/// Calls body(parameters, offset, count) for pieces that one vectorized loop can do.
template <typename Body>
void Quantizer::forEachRun(std::int64_t begin, std::int64_t count, Body body) const
{
    if (!m_rowScale.empty()) {
        const auto row = static_cast<std::int64_t>(m_rowScale.size());
        for (std::int64_t done = 0; done < count;) {
            const std::int64_t at = (begin + done) % row;
            const std::int64_t n = std::min(row - at, count - done);
            body(PerElement{m_rowScale.data() + at, m_rowFactor.data() + at, m_rowZero.data() + at},
                 done, n);
            done += n;
        }
        return;
    }
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t i = begin + done;
        const auto channel = static_cast<std::size_t>(m_layout.channelOf(i));
        const std::int64_t n = m_params.channels() == 1
                                   ? count - done
                                   : std::min(m_layout.inner - i % m_layout.inner, count - done);
        const float scale = m_params.scaleAt(channel);
        body(Uniform{scale, m_dialect == Dialect::Torch ? 1.0F / scale : scale,
                     static_cast<float>(m_params.zeroPointAt(channel))},
             done, n);
        done += n;
    }
}

template <typename Kernel>
void Quantizer::dispatch(std::int64_t begin, std::int64_t count, Kernel kernel) const
{
    withRules(m_rounding, m_dialect, [&]<Rounding rounding, Dialect dialect>() {
        forEachRun(begin, count, [&](const auto& p, std::int64_t at, std::int64_t n) {
            kernel.template operator()<rounding, dialect>(p, at, n);
        });
    });
}

void Quantizer::evaluate(std::span<const float> x, std::int64_t begin, const Steps& steps) const
{
    const auto lo = static_cast<float>(m_params.range().quantMin);
    const auto hi = static_cast<float>(m_params.range().quantMax);
    dispatch(
        begin, static_cast<std::int64_t>(x.size()),
        [&]<Rounding rounding, Dialect dialect>(const auto& p, std::int64_t at, std::int64_t n) {
            const float* __restrict in = x.data() + at;
            float* __restrict y = steps.y + at;
            float* __restrict t = steps.t + at;
            float* __restrict raw = steps.raw + at;
            float* __restrict code = steps.code + at;
            float* __restrict lsb = steps.lsb + at;
            for (std::int64_t i = 0; i < n; ++i) {
                t[i] = inSteps<dialect>(in[i], p.factorOf(i));
                raw[i] = roundTo<rounding>(t[i]) + p.zeroOf(i);
                const float clamped = clampCode(raw[i], lo, hi);
                const float level = clamped - p.zeroOf(i);
                y[i] = level * p.scaleOf(i);
                lsb[i] = level - t[i];
                code[i] = clamped == clamped ? clamped : p.zeroOf(i);
            }
        });
}

void Quantizer::fakeQuantize(std::span<const float> x, std::int64_t begin, float* out) const
{
    const auto lo = static_cast<float>(m_params.range().quantMin);
    const auto hi = static_cast<float>(m_params.range().quantMax);
    dispatch(
        begin, static_cast<std::int64_t>(x.size()),
        [&]<Rounding rounding, Dialect dialect>(const auto& p, std::int64_t at, std::int64_t n) {
            const float* in = x.data() + at;
            float* y = out + at;
            for (std::int64_t i = 0; i < n; ++i) {
                const float t = inSteps<dialect>(in[i], p.factorOf(i));
                const float code = clampCode(roundTo<rounding>(t) + p.zeroOf(i), lo, hi);
                y[i] = (code - p.zeroOf(i)) * p.scaleOf(i);
            }
        });
}

void Quantizer::fakeQuantize(std::span<const float> x, std::int64_t begin, float* out,
                             float* mask) const
{
    const auto lo = static_cast<float>(m_params.range().quantMin);
    const auto hi = static_cast<float>(m_params.range().quantMax);
    dispatch(
        begin, static_cast<std::int64_t>(x.size()),
        [&]<Rounding rounding, Dialect dialect>(const auto& p, std::int64_t at, std::int64_t n) {
            const float* in = x.data() + at;
            float* y = out + at;
            float* pass = mask + at;
            for (std::int64_t i = 0; i < n; ++i) {
                const float t = inSteps<dialect>(in[i], p.factorOf(i));
                const float raw = roundTo<rounding>(t) + p.zeroOf(i);
                const float code = clampCode(raw, lo, hi);
                y[i] = (code - p.zeroOf(i)) * p.scaleOf(i);
                pass[i] = code == raw ? 1.0F : 0.0F;
            }
        });
}

void Quantizer::quantize(std::span<const float> x, std::int64_t begin, std::int32_t* codes) const
{
    const auto lo = static_cast<float>(m_params.range().quantMin);
    const auto hi = static_cast<float>(m_params.range().quantMax);
    dispatch(
        begin, static_cast<std::int64_t>(x.size()),
        [&]<Rounding rounding, Dialect dialect>(const auto& p, std::int64_t at, std::int64_t n) {
            const float* in = x.data() + at;
            std::int32_t* out = codes + at;
            for (std::int64_t i = 0; i < n; ++i) {
                const float t = inSteps<dialect>(in[i], p.factorOf(i));
                const float code = clampCode(roundTo<rounding>(t) + p.zeroOf(i), lo, hi);
                out[i] = static_cast<std::int32_t>(code == code ? code : p.zeroOf(i));
            }
        });
}

void Quantizer::dequantize(std::span<const std::int32_t> codes, std::int64_t begin, float* y) const
{
    forEachRun(begin, static_cast<std::int64_t>(codes.size()),
               [&](const auto& p, std::int64_t at, std::int64_t n) {
                   const std::int32_t* in = codes.data() + at;
                   float* out = y + at;
                   for (std::int64_t i = 0; i < n; ++i)
                       out[i] = (static_cast<float>(in[i]) - p.zeroOf(i)) * p.scaleOf(i);
               });
}

Result<Tensor> fakeQuantize(const Tensor& tensor, const Quantizer& quantizer,
                            const JobContext& context)
{
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

} // namespace

Result<Tensor> quantizeToCodes(const Tensor& tensor, const Quantizer& quantizer,
                               const JobContext& context)
{
    const auto type = info(quantizer.params().dtype()).storage;
    switch (type) {
    case ElementType::Int8:
        return codesAs<std::int8_t>(type, tensor, quantizer, context);
    case ElementType::Uint8:
        return codesAs<std::uint8_t>(type, tensor, quantizer, context);
    case ElementType::Int16:
        return codesAs<std::int16_t>(type, tensor, quantizer, context);
    default:
        return codesAs<std::uint16_t>(ElementType::Uint16, tensor, quantizer, context);
    }
}

} // namespace qs
