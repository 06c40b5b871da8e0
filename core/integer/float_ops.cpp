// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/op.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace qs::integer {
namespace {

/// quantizeCode of many values.
class Quantizing {
public:
    explicit Quantizing(const IntegerQuant& q)
        : m_bytes(asBytes(q)), m_clamp(m_bytes, IntegerActivation::None), m_inverse(1.0F / q.scale)
    {
    }

    void operator()(const float* x, std::ptrdiff_t count, std::uint8_t* y,
                    Saturation* saturation) const
    {
        std::ptrdiff_t i = 0;
#if defined(__AVX2__)
        const __m256 inverse = _mm256_set1_ps(m_inverse);
        const __m256 low = _mm256_set1_ps(static_cast<float>(m_clamp.low));
        const __m256 high = _mm256_set1_ps(static_cast<float>(m_clamp.high));
        const __m256i zeroPoint = _mm256_set1_epi32(m_bytes.zeroPoint);
        const auto codes = [&](const float* from) {
            const __m256 level = _mm256_mul_ps(_mm256_loadu_ps(from), inverse);
            const __m256 number = _mm256_cmp_ps(level, level, _CMP_ORD_Q);
            const __m256 clamped = _mm256_min_ps(_mm256_max_ps(level, low), high);
            return _mm256_add_epi32(_mm256_cvtps_epi32(_mm256_and_ps(clamped, number)), zeroPoint);
        };
        for (; i + 32 <= count; i += 32) {
            const __m256i first = _mm256_packs_epi32(codes(x + i), codes(x + i + 8));
            const __m256i second = _mm256_packs_epi32(codes(x + i + 16), codes(x + i + 24));
            const __m256i bytes = _mm256_permutevar8x32_epi32(
                _mm256_packus_epi16(first, second), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i), bytes);
        }
#endif
        for (; i < count; ++i)
            y[i] = static_cast<std::uint8_t>(quantizeCode(x[i], m_bytes));
        if (saturation != nullptr)
            for (i = 0; i < count; ++i)
                m_clamp.count(static_cast<double>(std::nearbyint(x[i] * m_inverse)), *saturation);
    }

private:
    IntegerQuant m_bytes;
    CodeClamp m_clamp;
    float m_inverse;
};

class Quantize : public Op {
public:
    Quantize(const IntegerQuant& q, SampleShape shape) : m_quantize(q), m_count(shape.numel()) {}
    void run(Work&, const Run& run) const override
    {
        m_quantize(run.realX, run.samples * m_count, run.y, run.saturation);
    }

private:
    Quantizing m_quantize;
    std::ptrdiff_t m_count;
};

/// An op on real values: its input is dequantized, and its output quantized, where they are codes.
class RealOp : public Op {
public:
    RealOp(const IntegerOp& op, const OpInput& in, SampleShape out) : m_in(in), m_out(out)
    {
        if (op.output)
            m_quantize.emplace(*op.output);
        if (in.quant)
            m_in.quant = asBytes(*in.quant);
    }
    void prepare(Work& work) const override
    {
        work.from.resize(static_cast<std::size_t>(kChunk * m_in.shape.numel()));
        work.to.resize(static_cast<std::size_t>(kChunk * m_out.numel()));
    }
    void run(Work& work, const Run& run) const override
    {
        const float* x = run.realX;
        if (m_in.quant) {
            for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{run.samples} * m_in.shape.numel(); ++i)
                work.from[static_cast<std::size_t>(i)] = dequantizeCode(run.x[i], *m_in.quant);
            x = work.from.data();
        }
        float* y = m_quantize ? work.to.data() : run.realY;
        evaluate(x, y, run.samples);
        if (m_quantize)
            (*m_quantize)(y, std::ptrdiff_t{run.samples} * m_out.numel(), run.y, run.saturation);
    }

protected:
    virtual void evaluate(const float* x, float* y, int samples) const = 0;
    SampleShape shape() const { return m_out; }

private:
    OpInput m_in;
    SampleShape m_out;
    std::optional<Quantizing> m_quantize;
};

/// exp(x - max) / Σ exp(x - max) over channels, in float32.
class Softmax : public RealOp {
public:
    using RealOp::RealOp;

protected:
    void evaluate(const float* x, float* y, int samples) const override
    {
        const std::ptrdiff_t channels = shape().channels;
        const std::ptrdiff_t rows = samples * std::ptrdiff_t{shape().height} * shape().width;
        for (std::ptrdiff_t r = 0; r < rows; ++r, x += channels, y += channels) {
            const float largest = *std::max_element(x, x + channels);
            float sum = 0;
            for (std::ptrdiff_t c = 0; c < channels; ++c)
                sum += y[c] = std::exp(x[c] - largest);
            for (std::ptrdiff_t c = 0; c < channels; ++c)
                y[c] /= sum;
        }
    }
};

class FloatOp : public RealOp {
public:
    FloatOp(const IntegerOp& op, const OpInput& in, SampleShape out)
        : RealOp(op, in, out), m_function(op.floatFunction)
    {
    }

protected:
    void evaluate(const float* x, float* y, int samples) const override
    {
        m_function(x, y, samples);
    }

private:
    std::function<void(const float*, float*, int)> m_function;
};

} // namespace

std::unique_ptr<Op> makeFloatOp(const IntegerOp& op, const OpInput& in, SampleShape out)
{
    if (op.kind == IntegerOpKind::Quantize)
        return std::make_unique<Quantize>(*op.output, in.shape);
    if (op.kind == IntegerOpKind::Softmax)
        return std::make_unique<Softmax>(op, in, out);
    return std::make_unique<FloatOp>(op, in, out);
}

} // namespace qs::integer
