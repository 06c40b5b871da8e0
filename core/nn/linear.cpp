// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/layer.h"
#include "core/nn/matrix_product.h"
#include "core/nn/tiled_product.h"

#include <array>

namespace qs {
namespace {

/// y[o] = b[o] + Σ_i W[o][i] x[i]
class Linear : public Layer {
public:
    Linear(SampleShape inShape, SampleShape outShape)
        : Layer(inShape, outShape),
          m_inputs(inShape.channels),
          m_outputs(outShape.channels),
          m_inputsPadded(roundUpToLanes(m_inputs)),
          m_outputsPadded(roundUpToLanes(m_outputs)),
          m_byInput(m_inputs * m_outputsPadded),
          m_byOutput(m_outputs * m_inputsPadded),
          m_bias(m_outputsPadded)
    {
    }

    void prepareScratch(LayerScratch& s) const override
    {
        s.weightGradient = Floats(m_outputs * m_inputsPadded);
        s.biasGradient = Floats(m_outputs);
    }

    void setWeights(std::span<const float> weight, std::span<const float> bias) override
    {
        constexpr std::ptrdiff_t block = 16; // keeps both sides of the transposition in the cache
        for (std::ptrdiff_t o = 0; o < m_outputs; ++o)
            std::copy_n(weight.data() + o * m_inputs, m_inputs,
                        m_byOutput.data() + o * m_inputsPadded);
        for (std::ptrdiff_t o0 = 0; o0 < m_outputs; o0 += block)
            for (std::ptrdiff_t i = 0; i < m_inputs; ++i)
                for (std::ptrdiff_t o = o0; o < std::min(o0 + block, m_outputs); ++o)
                    m_byInput.data()[i * m_outputsPadded + o] =
                        weight[static_cast<std::size_t>(o * m_inputs + i)];
        m_bias.zero();
        std::copy(bias.begin(), bias.end(), m_bias.data());
    }

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        std::array<std::int32_t, kChunk> rows{};
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = static_cast<std::int32_t>(i) * static_cast<std::int32_t>(m_inputs);
        multiply({.a = x,
                  .aRows = rows.data(),
                  .depth = m_inputs,
                  .b = m_byInput.data(),
                  .bRow = m_outputsPadded,
                  .c = y,
                  .cRow = m_outputs,
                  .rows = n,
                  .columns = m_outputs,
                  .start = m_bias.data()});
    }

    void backward(LayerScratch& s, const float* x, const float*, const float* dy, float* dx,
                  int n) const override
    {
        // dW[o][i] = Σ_sample dy[o] x[i]; the padding takes what lies behind the end of x.
        multiply({.a = dy,
                  .aRow = 1,
                  .aStep = m_outputs,
                  .b = x,
                  .bRow = m_inputs,
                  .c = s.weightGradient.data(),
                  .cRow = m_inputsPadded,
                  .rows = m_outputs,
                  .depth = n,
                  .columns = m_inputs});
        for (std::ptrdiff_t o = 0; o < m_outputs; ++o) {
            float sum = 0;
            for (int i = 0; i < n; ++i)
                sum += dy[i * m_outputs + o];
            s.biasGradient.data()[o] = sum;
        }
        if (dx != nullptr)
            multiply({.a = dy,
                      .aRow = m_outputs,
                      .aStep = 1,
                      .b = m_byOutput.data(),
                      .bRow = m_inputsPadded,
                      .c = dx,
                      .cRow = m_inputs,
                      .rows = n,
                      .depth = m_outputs,
                      .columns = m_inputs});
    }

    void joinGradients(std::span<const LayerScratch* const> chunks, std::span<float> weight,
                       std::span<float> bias) const override
    {
        std::fill(weight.begin(), weight.end(), 0.0F);
        std::fill(bias.begin(), bias.end(), 0.0F);
        for (const auto* s : chunks) {
            for (std::ptrdiff_t o = 0; o < m_outputs; ++o) {
                const float* from = s->weightGradient.data() + o * m_inputsPadded;
                float* to = weight.data() + o * m_inputs;
                for (std::ptrdiff_t i = 0; i < m_inputs; ++i)
                    to[i] += from[i];
            }
            for (std::size_t o = 0; o < bias.size(); ++o)
                bias[o] += s->biasGradient.data()[o];
        }
    }

private:
    std::ptrdiff_t m_inputs;
    std::ptrdiff_t m_outputs;
    std::ptrdiff_t m_inputsPadded;
    std::ptrdiff_t m_outputsPadded;
    Floats m_byInput;  ///< [in][out padded]
    Floats m_byOutput; ///< [out][in padded]
    Floats m_bias;
};

} // namespace

std::unique_ptr<Layer> makeLinear(SampleShape in, SampleShape out)
{
    return std::make_unique<Linear>(in, out);
}

} // namespace qs
