// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/learned_quantizer.h"

#include "core/gradient/dorefa.h"
#include "core/gradient/learnable.h"
#include "core/gradient/lsq.h"
#include "core/gradient/pact.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// PyTorch's smallest scale.
constexpr float kEps = 1.1920929e-7F;

/// The codes 0 … 2^bits - 1 of an unsigned grid that begins at 0.
QuantRange unsignedRange(int bits)
{
    return {0, (1 << bits) - 1};
}

DType unsignedDType(int bits)
{
    for (const auto& row : dtypes())
        if (row.isInteger() && !row.isBlock() && !row.isSigned && row.bits == std::max(bits, 2))
            return row.id;
    return DType::Quint8;
}

struct Setup {
    FakeQuantizeSpec spec;
    QuantRange range;
    int bits = 8;
    QuantizerRole role = QuantizerRole::Weight;
};

/// Calls body(channel, begin, end) for equal parts of n elements.
template <typename Body>
Result<void> forEachPart(std::size_t parts, std::size_t n, Body body)
{
    const std::size_t size = n / parts;
    for (std::size_t c = 0; c < parts; ++c)
        if (Result<void> ok = body(c, c * size, size); !ok)
            return ok;
    return {};
}

class LsqQuantizer : public LearnedQuantizer {
public:
    explicit LsqQuantizer(Setup setup) : m_setup(std::move(setup))
    {
        m_parameters = {{"scale", {1.0F}, true}};
    }

    Result<void> initialize(std::span<const float> x, std::int64_t channels) override
    {
        std::vector<float> scale(perChannel() ? static_cast<std::size_t>(channels) : 1);
        const auto done =
            forEachPart(scale.size(), x.size(), [&](std::size_t c, std::size_t at, std::size_t n) {
                const auto part = x.subspan(at, n);
                // All zeros, as a pruned channel: PyTorch's smallest scale, as observers give it.
                if (std::all_of(part.begin(), part.end(), [](float v) { return v == 0; })) {
                    scale[c] = kEps;
                    return Result<void>();
                }
                const auto first = lsqInitialScale(part, m_setup.range.quantMax);
                if (!first)
                    return Result<void>(first.error());
                scale[c] = std::max(*first, kEps);
                return Result<void>();
            });
        if (!done)
            return done;
        m_parameters[0].value = std::move(scale);
        m_initialized = true;
        return {};
    }

    Result<void> forward(std::span<const float> x, float* y) const override
    {
        const auto& scale = m_parameters[0].value;
        return forEachPart(
            scale.size(), x.size(), [&](std::size_t c, std::size_t at, std::size_t n) {
                return qs::forward(lsq(scale[c], 1), x.subspan(at, n), std::span(y + at, n));
            });
    }

    Result<void> backward(std::span<const float> x, std::span<const float> dy, float* dx,
                          std::int64_t features, std::span<double> sums) const override
    {
        const auto& scale = m_parameters[0].value;
        const auto gradScale = lsqGradScale(
            std::max<std::int64_t>(features / static_cast<std::int64_t>(scale.size()), 1),
            m_setup.range.quantMax);
        if (!gradScale)
            return gradScale.error();
        return forEachPart(
            scale.size(), x.size(), [&](std::size_t c, std::size_t at, std::size_t n) {
                const auto gradients = qs::backward(lsq(scale[c], *gradScale), x.subspan(at, n),
                                                    dy.subspan(at, n), std::span(dx + at, n));
                if (!gradients)
                    return Result<void>(gradients.error());
                sums[c] += gradients->scale;
                return Result<void>();
            });
    }

    Result<QuantParams> params() const override
    {
        const auto& scale = m_parameters[0].value;
        return QuantParams::make(
            m_setup.spec.dtype,
            qscheme(perChannel() ? Granularity::Channel : Granularity::Tensor, true), m_setup.range,
            scale, std::vector<std::int32_t>(scale.size(), 0), 0);
    }

private:
    bool perChannel() const { return info(m_setup.spec.qscheme).perChannel(); }
    Lsq lsq(float scale, double gradScale) const
    {
        return {scale, m_setup.range.quantMin, m_setup.range.quantMax, gradScale};
    }
    Setup m_setup;
};

class LsqPlusQuantizer : public LearnedQuantizer {
public:
    explicit LsqPlusQuantizer(Setup setup) : m_setup(std::move(setup))
    {
        m_parameters = {{"scale", {1.0F}, true}};
        if (m_setup.role == QuantizerRole::Activation)
            m_parameters.push_back({"beta", {0.0F}, false});
    }

    Result<void> initialize(std::span<const float> x, std::int64_t) override
    {
        if (m_setup.role == QuantizerRole::Weight) {
            const auto scale = lsqPlusInitialWeightScale(x, m_setup.bits);
            if (!scale)
                return scale.error();
            m_parameters[0].value = {std::max(*scale, kEps)};
        } else {
            const auto first =
                lsqPlusInitialActivation(x, m_setup.range.quantMin, m_setup.range.quantMax);
            if (!first)
                return first.error();
            m_parameters[0].value = {std::max(first->scale, kEps)};
            m_parameters[1].value = {first->beta};
        }
        m_initialized = true;
        return {};
    }

    Result<void> forward(std::span<const float> x, float* y) const override
    {
        return qs::forward(lsqPlus(1), x, std::span(y, x.size()));
    }

    Result<void> backward(std::span<const float> x, std::span<const float> dy, float* dx,
                          std::int64_t features, std::span<double> sums) const override
    {
        const auto gradScale = lsqGradScale(features, m_setup.range.quantMax);
        if (!gradScale)
            return gradScale.error();
        const auto gradients = qs::backward(lsqPlus(*gradScale), x, dy, std::span(dx, x.size()));
        if (!gradients)
            return gradients.error();
        sums[0] += gradients->scale;
        if (sums.size() > 1)
            sums[1] += gradients->beta;
        return {};
    }

    Result<QuantParams> params() const override
    {
        const float scale = m_parameters[0].value[0];
        const float nearest = std::nearbyint(-lsqPlus(1).beta / scale);
        const auto zeroPoint = static_cast<std::int32_t>(
            std::clamp(nearest, static_cast<float>(m_setup.range.quantMin),
                       static_cast<float>(m_setup.range.quantMax)));
        return QuantParams::make(m_setup.spec.dtype, QScheme::PerTensorAffine, m_setup.range,
                                 {scale}, {zeroPoint});
    }

private:
    LsqPlus lsqPlus(double gradScale) const
    {
        return {m_parameters[0].value[0], m_parameters.size() > 1 ? m_parameters[1].value[0] : 0.0F,
                m_setup.range.quantMin, m_setup.range.quantMax, gradScale};
    }
    Setup m_setup;
};

class LearnableQuantizer : public LearnedQuantizer {
public:
    explicit LearnableQuantizer(Setup setup) : m_setup(std::move(setup))
    {
        m_parameters = {{"scale", {1.0F}, true}};
        if (!info(m_setup.spec.qscheme).symmetric)
            m_parameters.push_back({"zero_point", {0.0F}, false});
        m_zero = {0.0F};
    }

    Result<void> initialize(std::span<const float> x, std::int64_t channels) override
    {
        const std::size_t sets =
            info(m_setup.spec.qscheme).perChannel() ? static_cast<std::size_t>(channels) : 1;
        std::vector<float> scale(sets);
        std::vector<float> zero(sets);
        const double levels = m_setup.range.quantMax - m_setup.range.quantMin;
        (void)forEachPart(sets, x.size(), [&](std::size_t c, std::size_t at, std::size_t n) {
            float low = 0;
            float high = 0;
            for (const float v : x.subspan(at, n)) {
                low = std::min(low, v);
                high = std::max(high, v);
            }
            const double width =
                info(m_setup.spec.qscheme).symmetric
                    ? 2.0 * std::max(-static_cast<double>(low), static_cast<double>(high))
                    : static_cast<double>(high) - static_cast<double>(low);
            scale[c] = std::max(static_cast<float>(width / levels), kEps);
            if (m_parameters.size() > 1)
                zero[c] = std::clamp(static_cast<float>(m_setup.range.quantMin) -
                                         std::nearbyint(low / scale[c]),
                                     static_cast<float>(m_setup.range.quantMin),
                                     static_cast<float>(m_setup.range.quantMax));
            return Result<void>();
        });
        m_parameters[0].value = std::move(scale);
        (m_parameters.size() > 1 ? m_parameters[1].value : m_zero) = std::move(zero);
        m_initialized = true;
        return {};
    }

    Result<void> forward(std::span<const float> x, float* y) const override
    {
        return qs::forward(quantizer(x.size(), 1), x, std::span(y, x.size()));
    }

    Result<void> backward(std::span<const float> x, std::span<const float> dy, float* dx,
                          std::int64_t features, std::span<double> sums) const override
    {
        const auto factor = learnableGradFactor(features, std::max(m_setup.range.quantMax, 1));
        if (!factor)
            return factor.error();
        const auto gradients =
            qs::backward(quantizer(x.size(), *factor), x, dy, std::span(dx, x.size()));
        if (!gradients)
            return gradients.error();
        const std::size_t sets = gradients->scale.size();
        for (std::size_t c = 0; c < sets; ++c) {
            sums[c] += gradients->scale[c];
            if (m_parameters.size() > 1)
                sums[sets + c] += gradients->zeroPoint[c];
        }
        return {};
    }

    Result<QuantParams> params() const override
    {
        const auto& scale = m_parameters[0].value;
        std::vector<std::int32_t> zero;
        for (const float z : zeroPoint())
            zero.push_back(std::clamp(static_cast<std::int32_t>(std::nearbyint(z)),
                                      m_setup.range.quantMin, m_setup.range.quantMax));
        return QuantParams::make(m_setup.spec.dtype, m_setup.spec.qscheme, m_setup.range, scale,
                                 zero, 0);
    }

private:
    const std::vector<float>& zeroPoint() const
    {
        return m_parameters.size() > 1 ? m_parameters[1].value : m_zero;
    }
    LearnableFakeQuantize quantizer(std::size_t count, float factor) const
    {
        const auto& scale = m_parameters[0].value;
        const auto n = static_cast<std::int64_t>(count);
        const auto sets = static_cast<std::int64_t>(scale.size());
        const auto shape = Shape::make({sets, n / sets});
        auto layout = sets > 1 ? layoutOf(Granularity::Channel, 0, 0, *shape)
                               : layoutOf(Granularity::Tensor, 0, 0, *shape);
        return {scale,   zeroPoint(), m_setup.range.quantMin, m_setup.range.quantMax,
                *layout, factor};
    }
    Setup m_setup;
    std::vector<float> m_zero;
};

class PactQuantizer : public LearnedQuantizer {
public:
    explicit PactQuantizer(Setup setup) : m_setup(std::move(setup))
    {
        m_parameters = {{"alpha", {6.0F}, true}};
        m_initialized = true;
    }
    Result<void> initialize(std::span<const float>, std::int64_t) override { return {}; }
    Result<void> forward(std::span<const float> x, float* y) const override
    {
        return qs::forward(pact(), x, std::span(y, x.size()));
    }
    Result<void> backward(std::span<const float> x, std::span<const float> dy, float* dx,
                          std::int64_t, std::span<double> sums) const override
    {
        const auto gradients = qs::backward(pact(), x, dy, std::span(dx, x.size()));
        if (!gradients)
            return gradients.error();
        sums[0] += gradients->alpha;
        return {};
    }
    Result<QuantParams> params() const override
    {
        const auto range = unsignedRange(m_setup.bits);
        return QuantParams::make(unsignedDType(m_setup.bits), QScheme::PerTensorAffine, range,
                                 {pact().alpha / static_cast<float>(range.quantMax)}, {0});
    }

private:
    Pact pact() const { return {m_parameters[0].value[0], m_setup.bits}; }
    Setup m_setup;
};

class DorefaActivationQuantizer : public LearnedQuantizer {
public:
    explicit DorefaActivationQuantizer(Setup setup) : m_setup(std::move(setup))
    {
        m_initialized = true;
    }
    Result<void> initialize(std::span<const float>, std::int64_t) override { return {}; }
    Result<void> forward(std::span<const float> x, float* y) const override
    {
        return qs::forward(DorefaActivation{m_setup.bits}, x, std::span(y, x.size()));
    }
    Result<void> backward(std::span<const float> x, std::span<const float> dy, float* dx,
                          std::int64_t, std::span<double>) const override
    {
        return qs::backward(DorefaActivation{m_setup.bits}, x, dy, std::span(dx, x.size()));
    }
    Result<QuantParams> params() const override
    {
        const auto range = unsignedRange(m_setup.bits);
        return QuantParams::make(unsignedDType(m_setup.bits), QScheme::PerTensorAffine, range,
                                 {1.0F / static_cast<float>(range.quantMax)}, {0});
    }

private:
    Setup m_setup;
};

class DorefaWeightQuantizer : public LearnedQuantizer {
public:
    explicit DorefaWeightQuantizer(Setup setup) : m_setup(std::move(setup)) {}
    Result<void> initialize(std::span<const float> x, std::int64_t) override { return look(x); }
    Result<void> look(std::span<const float> x) override
    {
        const auto max = dorefaMaxTanh(x);
        if (!max)
            return max.error();
        m_maxTanh = *max;
        m_initialized = true;
        return {};
    }
    Result<void> forward(std::span<const float> x, float* y) const override
    {
        return qs::forward(weight(), x, std::span(y, x.size()));
    }
    Result<void> backward(std::span<const float> x, std::span<const float> dy, float* dx,
                          std::int64_t, std::span<double>) const override
    {
        return qs::backwardThroughMax(weight(), x, dy, std::span(dx, x.size()));
    }
    /// The values (2 q - n) / n are the odd codes -n … n of the scale 1 / n.
    Result<QuantParams> params() const override
    {
        const std::int32_t n = (1 << m_setup.bits) - 1;
        return QuantParams::make(n < 128 ? DType::Qint8 : DType::Qint32,
                                 QScheme::PerTensorSymmetric, {-n, n},
                                 {1.0F / static_cast<float>(n)}, {0});
    }

private:
    DorefaWeight weight() const { return {m_setup.bits, m_maxTanh}; }
    Setup m_setup;
    double m_maxTanh = 1;
};

} // namespace

std::size_t LearnedQuantizer::parameterCount() const
{
    std::size_t count = 0;
    for (const auto& p : m_parameters)
        count += p.value.size();
    return count;
}

Result<std::unique_ptr<LearnedQuantizer>>
LearnedQuantizer::make(const std::string& module, const FakeQuantizeSpec& spec, QuantizerRole role)
{
    using Made = std::unique_ptr<LearnedQuantizer>;
    const std::string name(info(spec.estimator).name);
    const bool weight = role == QuantizerRole::Weight;
    const auto wrong = [&](const std::string& what) {
        return Error::usage(module + ": estimator " + name + " " + what);
    };
    const auto& dtype = info(spec.dtype);
    if (!dtype.isInteger() || dtype.isBlock())
        return wrong("expects an integer dtype, found " + std::string(dtype.name));
    const auto range = spec.range();
    if (!range)
        return Error::usage(module + ": " + range.error().message);
    const bool perChannel = info(spec.qscheme).perChannel();
    const bool canChannels =
        spec.estimator == Estimator::Lsq || spec.estimator == Estimator::Learnable;
    if (info(spec.qscheme).perGroup() || (perChannel && (!weight || !canChannels)))
        return wrong("expects a per_tensor qscheme here, found " +
                     std::string(info(spec.qscheme).name));
    if (perChannel && spec.axis != 0)
        return wrong("expects the axis 0, found " + std::to_string(spec.axis));
    Setup setup{spec, *range, dtype.bits, role};
    switch (spec.estimator) {
    case Estimator::Lsq:
    case Estimator::LsqPlus:
        if (range->quantMax < 1)
            return wrong("expects a quant_max above 0, found " + std::to_string(range->quantMax));
        if (spec.estimator == Estimator::Lsq)
            return Made(std::make_unique<LsqQuantizer>(std::move(setup)));
        return Made(std::make_unique<LsqPlusQuantizer>(std::move(setup)));
    case Estimator::Learnable:
        if (range->quantMin > 0 || range->quantMax < 0)
            return wrong("expects 0 within quant_min … quant_max");
        return Made(std::make_unique<LearnableQuantizer>(std::move(setup)));
    case Estimator::Pact:
        if (weight)
            return wrong("is one of activations: choose dorefa or lsq for weights");
        return Made(std::make_unique<PactQuantizer>(std::move(setup)));
    case Estimator::Dorefa:
        if (weight)
            return Made(std::make_unique<DorefaWeightQuantizer>(std::move(setup)));
        return Made(std::make_unique<DorefaActivationQuantizer>(std::move(setup)));
    default:
        return wrong("learns nothing");
    }
}

} // namespace qs
