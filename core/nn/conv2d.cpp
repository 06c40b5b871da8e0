// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/layer.h"
#include "core/nn/matrix_product.h"
#include "core/nn/tiled_product.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace qs {
namespace {

/// Vectors that are summed in registers at once when gradients are spread over a window's row.
constexpr int kMaxRun = 8;

/// to[v] += Σ_e value[e] * rows[at[e]][v], v < vectors.
template <int vectors>
void addRows(float* to, const float* rows, std::ptrdiff_t stride, const std::int32_t* at,
             const float* value, std::int32_t count)
{
    Vector sum[vectors];
    repeat<vectors>([&](auto v) { load(sum[v], to + v * kLanes); });
    for (std::int32_t e = 0; e < count; ++e) {
        const float* row = rows + at[e] * stride;
        repeat<vectors>([&](auto v) {
            Vector x;
            load(x, row + v * kLanes);
            sum[v] += x * value[e];
        });
    }
    repeat<vectors>([&](auto v) { store(sum[v], to + v * kLanes); });
}

/// rows[at[e]][v] += value[e] * from[v], v < vectors.
template <int vectors>
void addToRows(const float* from, float* rows, std::ptrdiff_t stride, const std::int32_t* at,
               const float* value, std::int32_t count)
{
    Vector x[vectors];
    repeat<vectors>([&](auto v) { load(x[v], from + v * kLanes); });
    for (std::int32_t e = 0; e < count; ++e) {
        float* row = rows + at[e] * stride;
        repeat<vectors>([&](auto v) {
            Vector sum;
            load(sum, row + v * kLanes);
            sum += x[v] * value[e];
            store(sum, row + v * kLanes);
        });
    }
}

/// The indices and values of the elements that are not zero, and how many there are. The arrays
/// have room for all and one vector more.
int listNonzero(const float* x, int count, std::int32_t* index, float* value)
{
    int found = 0;
#if defined(__AVX512F__)
    __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (int i = 0; i < count; i += kLanes) {
        const int rest = std::min(count - i, kLanes);
        const auto used = static_cast<__mmask16>((1U << rest) - 1U);
        const __m512 v = _mm512_maskz_loadu_ps(used, x + i);
        const __mmask16 kept = _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
        _mm512_storeu_ps(value + found, _mm512_maskz_compress_ps(kept, v));
        _mm512_storeu_si512(index + found, _mm512_maskz_compress_epi32(kept, lanes));
        found += __builtin_popcount(kept);
        lanes = _mm512_add_epi32(lanes, _mm512_set1_epi32(kLanes));
    }
#else
    for (int i = 0; i < count; ++i) {
        index[found] = i;
        value[found] = x[i];
        found += x[i] != 0 ? 1 : 0;
    }
#endif
    return found;
}

/// Calls body with `vectors` as a compile-time constant, 1 … kMaxRun.
template <int most = kMaxRun, typename Body>
void withConstant(int vectors, Body body)
{
    if constexpr (most > 1) {
        if (vectors < most)
            return withConstant<most - 1>(vectors, body);
    }
    body.template operator()<most>();
}

/// y[p][o] = b[o] + Σ_ky Σ_(kx, i) W[ky][(kx, i)][o] x[stride p + (ky, kx)][i].
///
/// With channels last, the kernel row (kx, i) of a position is contiguous in the image, and those
/// of neighbouring positions overlap: forward is one product per image, without copying windows.
/// Output gradients are mostly zero behind a ReLU and a MaxPool2d, so backward lists the others and
/// works on those alone.
class Conv2d : public Layer {
public:
    Conv2d(const LayerSpec& spec, SampleShape inShape, SampleShape outShape)
        : Layer(inShape, outShape),
          m_inputs(spec.in),
          m_outputs(spec.out),
          m_kernel(spec.kernel),
          m_stride(spec.strideInUse()),
          m_padding(spec.padding),
          m_height(inShape.height + 2 * spec.padding),
          m_width(inShape.width + 2 * spec.padding),
          m_outHeight(outShape.height),
          m_outWidth(outShape.width),
          m_window(m_kernel * m_inputs),
          m_windowPadded(roundUpToLanes(m_window)),
          m_outputsPadded(roundUpToLanes(m_outputs)),
          m_forWindow(m_kernel * m_window * m_outputsPadded),
          m_forOutput(m_kernel * m_outputs * m_windowPadded),
          m_bias(m_outputsPadded)
    {
        for (std::ptrdiff_t p = 0; p < m_outHeight * m_outWidth; ++p)
            m_windows.push_back(static_cast<std::int32_t>(windowAt(0, p)));
    }

    void prepareScratch(LayerScratch& s) const override
    {
        s.weightGradient =
            Floats(m_kernel * (m_dense ? m_window * m_outputsPadded : m_outputs * m_windowPadded));
        s.biasGradient = Floats(m_outputsPadded);
        if (m_padding > 0) {
            s.padded = Floats(kChunk * m_height * m_width * m_inputs);
            s.paddedGradient = Floats(m_height * m_width * m_inputs);
        }
        const auto positions = static_cast<std::size_t>(m_outHeight * m_outWidth);
        s.starts.resize(positions + 1);
        s.channel.resize(positions * static_cast<std::size_t>(m_outputs) + kLanes);
        s.value.resize(s.channel.size());
    }

    void setWeights(std::span<const float> weight, std::span<const float> bias) override
    {
        const float* w = weight.data();
        for (std::ptrdiff_t o = 0; o < m_outputs; ++o)
            for (std::ptrdiff_t i = 0; i < m_inputs; ++i)
                for (std::ptrdiff_t ky = 0; ky < m_kernel; ++ky)
                    for (std::ptrdiff_t kx = 0; kx < m_kernel; ++kx) {
                        const std::ptrdiff_t k = kx * m_inputs + i;
                        m_forOutput.data()[(ky * m_outputs + o) * m_windowPadded + k] = *w;
                        m_forWindow.data()[(ky * m_window + k) * m_outputsPadded + o] = *w++;
                    }
        m_bias.zero();
        std::copy(bias.begin(), bias.end(), m_bias.data());
    }

    void forward(LayerScratch& s, const float* x, float* y, int n) const override
    {
        x = withPadding(s, x, n);
        const std::ptrdiff_t imageSize = m_height * m_width * m_inputs;
        const std::ptrdiff_t positions = m_outHeight * m_outWidth;
        for (std::ptrdiff_t sample = 0; sample < n; ++sample)
            multiply({.a = x + sample * imageSize,
                      .aRows = m_windows.data(),
                      .aSegment = m_width * m_inputs,
                      .segments = m_kernel,
                      .depth = m_window,
                      .b = m_forWindow.data(),
                      .bRow = m_outputsPadded,
                      .c = y + sample * positions * m_outputs,
                      .cRow = m_outputs,
                      .rows = positions,
                      .columns = m_outputs,
                      .start = m_bias.data()});
    }

    void backward(LayerScratch& s, const float* x, const float*, const float* dy, float* dx,
                  int n) const override
    {
        x = m_padding > 0 ? s.padded.data() : x;
        const std::ptrdiff_t imageSize = m_height * m_width * m_inputs;
        const std::ptrdiff_t outSize = m_outHeight * m_outWidth * m_outputs;
        s.weightGradient.zero();
        s.biasGradient.zero();
        for (int sample = 0; sample < n; ++sample) {
            const float* dySample = dy + sample * outSize;
            addBiasGradient(s, dySample);
            if (!m_dense || dx != nullptr)
                listGradients(s, dySample);
            if (m_dense)
                addWeightGradientDense(s, x + sample * imageSize, dySample);
            else
                addWeightGradient(s, x + sample * imageSize);
            if (dx == nullptr)
                continue;
            if (m_padding > 0) {
                s.paddedGradient.zero();
                addInputGradient(s, s.paddedGradient.data());
                removePadding(s, dx + sample * in().numel());
            } else {
                std::fill_n(dx + sample * imageSize, imageSize, 0.0F);
                addInputGradient(s, dx + sample * imageSize);
            }
        }
    }

    void joinGradients(std::span<const LayerScratch* const> chunks, std::span<float> weight,
                       std::span<float> bias) const override
    {
        float* w = weight.data();
        for (std::ptrdiff_t o = 0; o < m_outputs; ++o) {
            float biasSum = 0;
            for (const auto* s : chunks)
                biasSum += s->biasGradient.data()[o];
            if (!bias.empty())
                bias[static_cast<std::size_t>(o)] = biasSum;
            for (std::ptrdiff_t i = 0; i < m_inputs; ++i)
                for (std::ptrdiff_t ky = 0; ky < m_kernel; ++ky)
                    for (std::ptrdiff_t kx = 0; kx < m_kernel; ++kx) {
                        const std::ptrdiff_t k = kx * m_inputs + i;
                        const std::ptrdiff_t at = m_dense
                                                      ? (ky * m_window + k) * m_outputsPadded + o
                                                      : (ky * m_outputs + o) * m_windowPadded + k;
                        float sum = 0;
                        for (const auto* s : chunks)
                            sum += s->weightGradient.data()[at];
                        *w++ = sum;
                    }
        }
    }

private:
    const float* withPadding(LayerScratch& s, const float* x, int n) const
    {
        if (m_padding == 0)
            return x;
        const std::ptrdiff_t line = in().width * m_inputs;
        for (std::ptrdiff_t row = 0; row < n * in().height; ++row) {
            const std::ptrdiff_t sample = row / in().height;
            const std::ptrdiff_t to = row % in().height + m_padding;
            std::copy_n(x + row * line, line,
                        s.padded.data() +
                            ((sample * m_height + to) * m_width + m_padding) * m_inputs);
        }
        return s.padded.data();
    }

    void removePadding(const LayerScratch& s, float* dx) const
    {
        const std::ptrdiff_t line = in().width * m_inputs;
        for (std::ptrdiff_t row = 0; row < in().height; ++row)
            std::copy_n(s.paddedGradient.data() +
                            ((row + m_padding) * m_width + m_padding) * m_inputs,
                        line, dx + row * line);
    }

    void addBiasGradient(LayerScratch& s, const float* dy) const
    {
        for (std::ptrdiff_t o = 0; o < m_outputs; o += kLanes) {
            Vector sum;
            load(sum, s.biasGradient.data() + o);
            for (std::ptrdiff_t p = 0; p < m_outHeight * m_outWidth; ++p) {
                Vector v;
                load(v, dy + p * m_outputs + o);
                sum += v;
            }
            store(sum, s.biasGradient.data() + o);
        }
    }

    void listGradients(LayerScratch& s, const float* dy) const
    {
        std::int32_t count = 0;
        for (std::ptrdiff_t p = 0; p < m_outHeight * m_outWidth; ++p) {
            s.starts[static_cast<std::size_t>(p)] = count;
            count += listNonzero(dy + p * m_outputs, static_cast<int>(m_outputs),
                                 s.channel.data() + count, s.value.data() + count);
        }
        s.starts.back() = count;
    }

    /// Calls body.operator()<vectors>(ky, p, offset) for each kernel row, output position and run
    /// of vectors of the window's row.
    template <typename Body>
    void forEachRun(Body body) const
    {
        for (std::ptrdiff_t at = 0; at < m_windowPadded; at += kMaxRun * kLanes) {
            const auto vectors =
                static_cast<int>(std::min<std::ptrdiff_t>((m_windowPadded - at) / kLanes, kMaxRun));
            withConstant(vectors, [&]<int constant>() {
                for (std::ptrdiff_t ky = 0; ky < m_kernel; ++ky)
                    for (std::ptrdiff_t p = 0; p < m_outHeight * m_outWidth; ++p)
                        body.template operator()<constant>(ky, p, at);
            });
        }
    }

    /// Where the window of position p begins in the image, kernel row ky.
    std::ptrdiff_t windowAt(std::ptrdiff_t ky, std::ptrdiff_t p) const
    {
        return ((p / m_outWidth * m_stride + ky) * m_width + p % m_outWidth * m_stride) * m_inputs;
    }

    void addWeightGradient(LayerScratch& s, const float* x) const
    {
        forEachRun([&]<int vectors>(std::ptrdiff_t ky, std::ptrdiff_t p, std::ptrdiff_t at) {
            const std::int32_t first = s.starts[static_cast<std::size_t>(p)];
            addToRows<vectors>(x + windowAt(ky, p) + at,
                               s.weightGradient.data() + ky * m_outputs * m_windowPadded + at,
                               m_windowPadded, s.channel.data() + first, s.value.data() + first,
                               s.starts[static_cast<std::size_t>(p) + 1] - first);
        });
    }

    /// The same from all output gradients, arranged [ky][(kx, i)][o padded]: one product per kernel
    /// row and image row.
    void addWeightGradientDense(LayerScratch& s, const float* x, const float* dy) const
    {
        for (std::ptrdiff_t ky = 0; ky < m_kernel; ++ky)
            for (std::ptrdiff_t y = 0; y < m_outHeight; ++y)
                multiply({.a = x + (y * m_stride + ky) * m_width * m_inputs,
                          .aRow = 1,
                          .aStep = m_stride * m_inputs,
                          .b = dy + y * m_outWidth * m_outputs,
                          .bRow = m_outputs,
                          .c = s.weightGradient.data() + ky * m_window * m_outputsPadded,
                          .cRow = m_outputsPadded,
                          .rows = m_window,
                          .depth = m_outWidth,
                          .columns = m_outputs,
                          .start = ProductStart::Accumulate});
    }

    void addInputGradient(const LayerScratch& s, float* dx) const
    {
        forEachRun([&]<int vectors>(std::ptrdiff_t ky, std::ptrdiff_t p, std::ptrdiff_t at) {
            const std::int32_t first = s.starts[static_cast<std::size_t>(p)];
            addRows<vectors>(dx + windowAt(ky, p) + at,
                             m_forOutput.data() + ky * m_outputs * m_windowPadded + at,
                             m_windowPadded, s.channel.data() + first, s.value.data() + first,
                             s.starts[static_cast<std::size_t>(p) + 1] - first);
        });
    }

    std::ptrdiff_t m_inputs;
    std::ptrdiff_t m_outputs;
    std::ptrdiff_t m_kernel;
    std::ptrdiff_t m_stride;
    std::ptrdiff_t m_padding;
    std::ptrdiff_t m_height; ///< with padding, as is the width
    std::ptrdiff_t m_width;
    std::ptrdiff_t m_outHeight;
    std::ptrdiff_t m_outWidth;
    std::ptrdiff_t m_window; ///< floats in a kernel row: kernel * inputs
    std::ptrdiff_t m_windowPadded;
    std::ptrdiff_t m_outputsPadded;
    /// Whether the weights' gradients are summed densely: runs of a window's row would leave most
    /// of a vector unused.
    bool m_dense = 2 * m_window < m_windowPadded;
    Floats m_forWindow; ///< [ky][(kx, i)][o padded]
    Floats m_forOutput; ///< [ky][o][(kx, i) padded]
    Floats m_bias;
    std::vector<std::int32_t> m_windows; ///< by position: where its window begins in the image
};

} // namespace

std::unique_ptr<Layer> makeConv2d(const LayerSpec& spec, SampleShape in, SampleShape out)
{
    return std::make_unique<Conv2d>(spec, in, out);
}

} // namespace qs
