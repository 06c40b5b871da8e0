// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/layer.h"

#include <array>
#include <cmath>

namespace qs {
namespace {

/// Sums of channels are in double: a chunk's in the order of its pixels, the batch's in the order
/// of its chunks.
class BatchNormLayer : public BatchNorm {
public:
    BatchNormLayer(const LayerSpec& spec, SampleShape shape)
        : BatchNorm(shape, shape),
          m_channels(static_cast<std::size_t>(shape.channels)),
          m_eps(spec.eps),
          m_momentum(spec.momentum),
          m_buffers{Buffer{"running_mean", std::vector<float>(m_channels)},
                    Buffer{"running_var", std::vector<float>(m_channels, 1.0F)}},
          m_gamma(m_channels, 1.0F),
          m_beta(m_channels),
          m_mean(m_channels),
          m_inverse(m_channels),
          m_dyMean(m_channels),
          m_dyXhatMean(m_channels)
    {
    }

    void setFrozen(bool frozen) override { m_frozen = frozen; }
    std::span<const float> runningVar() const override { return m_buffers[1].value; }
    std::int64_t batchesTracked() const override { return m_batches; }
    void setBatchesTracked(std::int64_t batches) override { m_batches = batches; }
    std::span<Buffer> buffers() override { return m_buffers; }

    void setWeights(std::span<const float> gamma, std::span<const float> beta) override
    {
        m_gamma.assign(gamma.begin(), gamma.end());
        m_beta.assign(beta.begin(), beta.end());
        // Where this pass looks at the batch, join replaces them.
        for (std::size_t c = 0; c < m_channels; ++c) {
            m_mean[c] = m_buffers[0].value[c];
            m_inverse[c] = static_cast<float>(
                1 / std::sqrt(static_cast<double>(m_buffers[1].value[c]) + m_eps));
        }
        m_ofBatch = false;
    }

    bool looksAtBatch(bool training) const override { return training && !m_frozen; }

    void collect(LayerScratch& s, const float* x, int n) const override
    {
        s.sums.assign(2 * m_channels, 0.0);
        s.samples = n;
        forEachPixel(n, [&](std::ptrdiff_t at) {
            for (std::size_t c = 0; c < m_channels; ++c) {
                const double v = x[at + static_cast<std::ptrdiff_t>(c)];
                s.sums[c] += v;
                s.sums[m_channels + c] += v * v;
            }
        });
    }

    void join(Scratches parts) override
    {
        const auto [sum, squares, count] = total(parts);
        for (std::size_t c = 0; c < m_channels; ++c) {
            const double mean = sum[c] / count;
            const double var = std::max(squares[c] / count - mean * mean, 0.0);
            m_mean[c] = static_cast<float>(mean);
            m_inverse[c] = static_cast<float>(1 / std::sqrt(var + m_eps));
            const double unbiased = count > 1 ? var * count / (count - 1) : var;
            move(m_buffers[0].value[c], mean);
            move(m_buffers[1].value[c], unbiased);
        }
        ++m_batches;
        m_ofBatch = true;
    }

    void forward(LayerScratch&, const float* x, float* y, int n) const override
    {
        std::vector<float> factor(m_channels);
        std::vector<float> offset(m_channels);
        for (std::size_t c = 0; c < m_channels; ++c) {
            factor[c] = m_inverse[c] * m_gamma[c];
            offset[c] = m_beta[c] - m_mean[c] * factor[c];
        }
        forEachPixel(n, [&](std::ptrdiff_t at) {
            for (std::size_t c = 0; c < m_channels; ++c) {
                const std::ptrdiff_t i = at + static_cast<std::ptrdiff_t>(c);
                y[i] = x[i] * factor[c] + offset[c];
            }
        });
    }

    void collectBackward(LayerScratch& s, const float* x, const float* dy, int n) const override
    {
        s.sums.assign(2 * m_channels, 0.0);
        s.samples = n;
        forEachPixel(n, [&](std::ptrdiff_t at) {
            for (std::size_t c = 0; c < m_channels; ++c) {
                const std::ptrdiff_t i = at + static_cast<std::ptrdiff_t>(c);
                s.sums[c] += static_cast<double>(dy[i]);
                s.sums[m_channels + c] += static_cast<double>(dy[i]) * xhat(x[i], c);
            }
        });
    }

    void joinBackward(Scratches parts) override
    {
        const auto [sum, product, count] = total(parts);
        for (std::size_t c = 0; c < m_channels; ++c) {
            m_dyMean[c] = m_ofBatch ? static_cast<float>(sum[c] / count) : 0.0F;
            m_dyXhatMean[c] = m_ofBatch ? static_cast<float>(product[c] / count) : 0.0F;
        }
    }

    void backward(LayerScratch& s, const float* x, const float*, const float* dy, float* dx,
                  int n) const override
    {
        if (!m_ofBatch)
            collectBackward(s, x, dy, n);
        if (dx == nullptr)
            return;
        forEachPixel(n, [&](std::ptrdiff_t at) {
            for (std::size_t c = 0; c < m_channels; ++c) {
                const std::ptrdiff_t i = at + static_cast<std::ptrdiff_t>(c);
                const float rest =
                    m_ofBatch ? m_dyMean[c] + static_cast<float>(xhat(x[i], c)) * m_dyXhatMean[c]
                              : 0.0F;
                dx[i] = (dy[i] - rest) * m_inverse[c] * m_gamma[c];
            }
        });
    }

    void joinGradients(Scratches parts, std::span<float> gamma,
                       std::span<float> beta) const override
    {
        const auto [sum, product, count] = total(parts);
        for (std::size_t c = 0; c < m_channels; ++c) {
            beta[c] = static_cast<float>(sum[c]);
            gamma[c] = static_cast<float>(product[c]);
        }
    }

private:
    struct Total {
        std::vector<double> first;
        std::vector<double> second;
        double count = 0; ///< elements of a channel
    };

    Total total(Scratches parts) const
    {
        Total t{std::vector<double>(m_channels), std::vector<double>(m_channels), 0};
        for (const auto* s : parts) {
            for (std::size_t c = 0; c < m_channels; ++c) {
                t.first[c] += s->sums[c];
                t.second[c] += s->sums[m_channels + c];
            }
            t.count += s->samples * in().height * in().width;
        }
        return t;
    }

    double xhat(float x, std::size_t c) const
    {
        return (static_cast<double>(x) - static_cast<double>(m_mean[c])) *
               static_cast<double>(m_inverse[c]);
    }

    void move(float& running, double batch) const
    {
        running = static_cast<float>((1 - m_momentum) * static_cast<double>(running) +
                                     m_momentum * batch);
    }

    template <typename Body>
    void forEachPixel(int n, Body body) const
    {
        const std::ptrdiff_t count = std::ptrdiff_t{n} * in().numel();
        for (std::ptrdiff_t at = 0; at < count; at += in().channels)
            body(at);
    }

    std::size_t m_channels;
    double m_eps;
    double m_momentum;
    std::array<Buffer, 2> m_buffers;
    std::int64_t m_batches = 0;
    bool m_frozen = false;
    bool m_ofBatch = false; ///< whether mean and inverse are the batch's, not the running ones
    std::vector<float> m_gamma;
    std::vector<float> m_beta;
    std::vector<float> m_mean;
    std::vector<float> m_inverse; ///< 1 / sqrt(var + eps)
    std::vector<float> m_dyMean;
    std::vector<float> m_dyXhatMean;
};

} // namespace

std::unique_ptr<BatchNorm> makeBatchNorm(const LayerSpec& spec, SampleShape shape)
{
    return std::make_unique<BatchNormLayer>(spec, shape);
}

} // namespace qs
