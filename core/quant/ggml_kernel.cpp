// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/ggml_kernel.h"

#include "core/quant/quantizer_kernel.h"

#include <cmath>
#include <limits>

namespace qs {
namespace {

/// Encodes the asked elements' blocks and decodes them again: a block's scales come from its own
/// elements, so there is nothing to prepare. Ranges begin and end at blocks.
class GgmlKernel : public QuantizerKernel {
public:
    explicit GgmlKernel(GgmlType type) : m_row(info(type)) {}

    void evaluate(std::span<const float> x, std::int64_t,
                  const QuantizerSteps& steps) const override
    {
        const auto blocks = encode(x);
        ggmlDecode(m_row.id, blocks, {steps.y, x.size()});
        ggmlCodes(m_row.id, blocks, {steps.code, x.size()});
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto inBlock = static_cast<int>(i % static_cast<std::size_t>(m_row.blockSize));
            const auto sub = subBlockOf(blocks, i, inBlock);
            const Place place = placeOf(x[i], sub);
            steps.t[i] = place.t;
            steps.clip[i] = !place.clipped ? 0.0F : x[i] > steps.y[i] ? 1.0F : -1.0F;
            const float error = steps.y[i] - x[i];
            // Where all levels are one, an error is beyond any number of steps.
            steps.lsb[i] = place.step > 0 ? error / place.step : error * kBeyond;
        }
        keepNan(x, steps.y);
    }

    void fakeQuantize(std::span<const float> x, std::int64_t, float* y, float* mask) const override
    {
        const auto blocks = encode(x);
        ggmlDecode(m_row.id, blocks, {y, x.size()});
        keepNan(x, y);
        if (mask == nullptr)
            return;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto inBlock = static_cast<int>(i % static_cast<std::size_t>(m_row.blockSize));
            mask[i] = std::isnan(x[i]) || placeOf(x[i], subBlockOf(blocks, i, inBlock)).clipped
                          ? 0.0F
                          : 1.0F;
        }
    }

    void quantize(std::span<const float> x, std::int64_t, std::int32_t* codes) const override
    {
        ggmlCodes(m_row.id, encode(x), {codes, x.size()});
    }

private:
    static constexpr float kBeyond = std::numeric_limits<float>::max();

    /// Where an element lies among its sub-block's levels.
    struct Place {
        float t;      ///< in codes; iq4_nl: in units of the scale
        float step;   ///< distance of the levels around it, >= 0
        bool clipped; ///< more than half a step beyond the last level
    };

    Place placeOf(float x, const GgmlSubBlock& sub) const
    {
        if (sub.scale == 0)
            return {0, 0, false};
        const float t = (x - sub.offset) / sub.scale;
        if (m_row.values.empty()) {
            const bool out = t < static_cast<float>(m_row.codeMin) - 0.5F ||
                             t > static_cast<float>(m_row.codeMax) + 0.5F;
            return {t, std::fabs(sub.scale), out};
        }
        const auto& v = m_row.values;
        std::size_t lower = 0;
        while (lower + 2 < v.size() && t >= static_cast<float>(v[lower + 1]))
            ++lower;
        const auto gap = static_cast<float>(v[lower + 1] - v[lower]);
        const bool out = t < static_cast<float>(v.front()) - gap / 2 ||
                         t > static_cast<float>(v.back()) + gap / 2;
        return {t, gap * std::fabs(sub.scale), out};
    }

    GgmlSubBlock subBlockOf(std::span<const std::byte> blocks, std::size_t i, int inBlock) const
    {
        const std::size_t block = i / static_cast<std::size_t>(m_row.blockSize);
        return ggmlSubBlock(m_row.id,
                            blocks.subspan(block * static_cast<std::size_t>(m_row.bytesPerBlock)),
                            inBlock);
    }

    std::span<const std::byte> encode(std::span<const float> x) const
    {
        thread_local std::vector<float> finite;
        thread_local std::vector<std::byte> blocks;
        finite.assign(x.begin(), x.end());
        makeBlocksFinite(finite, m_row.blockSize);
        blocks.resize(ggmlBytes(m_row.id, x.size()));
        ggmlEncode(m_row.id, finite, blocks);
        return blocks;
    }

    static void keepNan(std::span<const float> x, float* y)
    {
        for (std::size_t i = 0; i < x.size(); ++i)
            y[i] = x[i] != x[i] ? x[i] : y[i];
    }

    const GgmlTypeInfo& m_row;
};

} // namespace

GgmlType ggmlTypeOf(DType dtype)
{
    static_assert(static_cast<int>(DType::Iq4Nl) - static_cast<int>(DType::Q4_0) ==
                  static_cast<int>(GgmlType::IQ4_NL));
    return static_cast<GgmlType>(static_cast<int>(dtype) - static_cast<int>(DType::Q4_0));
}

void makeBlocksFinite(std::span<float> x, int blockSize)
{
    const auto size = static_cast<std::size_t>(blockSize);
    for (std::size_t begin = 0; begin < x.size(); begin += size) {
        const auto block = x.subspan(begin, std::min(size, x.size() - begin));
        float largest = 0;
        bool finite = true;
        for (const float v : block) {
            const float a = std::fabs(v);
            finite = finite && a <= std::numeric_limits<float>::max();
            largest = a <= std::numeric_limits<float>::max() && a > largest ? a : largest;
        }
        if (finite)
            continue;
        for (float& v : block) {
            if (std::isnan(v))
                v = 0;
            else if (std::isinf(v))
                v = std::copysign(largest, v);
        }
    }
}

std::unique_ptr<const QuantizerKernel> makeGgmlKernel(const KernelSetup& setup)
{
    return std::make_unique<GgmlKernel>(ggmlTypeOf(setup.params.dtype()));
}

} // namespace qs
