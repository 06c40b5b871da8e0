// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/fake_quantize.h"

#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/nn/learned_quantizer.h"

#include <algorithm>

namespace qs {

FakeQuantize::FakeQuantize() = default;
FakeQuantize::FakeQuantize(FakeQuantize&&) noexcept = default;
FakeQuantize& FakeQuantize::operator=(FakeQuantize&&) noexcept = default;
FakeQuantize::~FakeQuantize() = default;

Result<FakeQuantize> FakeQuantize::make(std::string name, const FakeQuantizeSpec& spec)
{
    return make(std::move(name), spec, QuantizerRole::Activation);
}

Result<FakeQuantize> FakeQuantize::make(std::string name, const FakeQuantizeSpec& spec,
                                        QuantizerRole role)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr) {
        std::vector<std::string> names;
        for (const auto& o : observers())
            names.emplace_back(o.name);
        return Error::usage(name + ": observer '" + spec.observer + "' does not exist: there are " +
                            join(names));
    }
    if (spec.estimator == Estimator::SteTensorflow)
        return Error::usage(name + ": estimator ste_tensorflow: choose ste and the dialect "
                                   "tensorflow, which has its mask");
    FakeQuantize module;
    module.m_spec = spec;
    module.m_observerEnabled = spec.observerEnabled;
    module.m_fakeQuantEnabled = spec.fakeQuantEnabled;
    if (spec.isLearned()) {
        auto learned = LearnedQuantizer::make(name, spec, role);
        if (!learned)
            return learned.error();
        module.m_learned = std::move(*learned);
        module.m_name = std::move(name);
        return module;
    }
    auto observer = row->make(spec);
    if (!observer)
        return Error{observer.error().kind, name + ": " + observer.error().message};
    module.m_name = std::move(name);
    module.m_observer = std::move(*observer);
    if (auto params = module.m_observer->calculateQParams())
        module.m_params = std::move(*params);
    return module;
}

bool FakeQuantize::active() const
{
    return m_fakeQuantEnabled && (m_learned ? m_learned->initialized() : m_params.has_value());
}

bool FakeQuantize::observes() const
{
    if (m_learned)
        return !m_learned->initialized();
    return m_observerEnabled && !m_spec.isFixed();
}

std::optional<QuantParams> FakeQuantize::params() const
{
    if (!m_learned)
        return m_params;
    if (!m_learned->initialized())
        return std::nullopt;
    auto params = m_learned->params();
    return params ? std::optional(std::move(*params)) : std::nullopt;
}

Result<void> FakeQuantize::observe(const Tensor& x, const JobContext& context, bool newestOnly)
{
    if (m_learned) {
        if (m_learned->initialized())
            return {};
        std::vector<float> buffer;
        const auto values = x.read(0, x.numel(), buffer);
        const std::int64_t channels = x.shape().rank() > 0 ? x.shape()[0] : 1;
        if (auto done = m_learned->initialize(values, channels); !done)
            return Error::data(m_name + ": " + done.error().message);
        return {};
    }
    if (!m_observerEnabled)
        return {};
    if (newestOnly && m_observer->batchesSeen() > 0 &&
        observerByName(m_spec.observer)->keepsBatches) {
        auto fresh = observerByName(m_spec.observer)->make(m_spec);
        if (!fresh)
            return Error{fresh.error().kind, m_name + ": " + fresh.error().message};
        m_observer = std::move(*fresh);
    }
    if (auto seen = m_observer->observe(x, context); !seen) {
        if (seen.error().kind == ErrorKind::Cancelled)
            return seen.error();
        return Error{seen.error().kind, m_name + ": " + seen.error().message};
    }
    return updateParams();
}

Result<void> FakeQuantize::updateParams()
{
    const auto ranges = m_observer->ranges();
    const bool sawAny = m_spec.isFixed() || std::any_of(ranges.begin(), ranges.end(),
                                                        [](const auto& r) { return r.observed; });
    if (!sawAny)
        return {};
    auto params = m_observer->calculateQParams();
    if (!params)
        return Error::data(m_name + ": " + params.error().message);
    m_params = std::move(*params);
    return {};
}

Result<Quantizer> FakeQuantize::quantizer(const Shape& shape, std::uint64_t step) const
{
    const bool draws = m_spec.rounding == Rounding::Stochastic;
    auto quantizer = Quantizer::make(*m_params, shape, m_spec.rounding,
                                     draws ? CounterRng(m_spec.seed).bits(step) : m_spec.seed);
    if (!quantizer)
        return Error{quantizer.error().kind, m_name + ": " + quantizer.error().message};
    return quantizer;
}

Result<Tensor> FakeQuantize::forward(const Tensor& x, const JobContext& context)
{
    if (auto seen = observe(x, context); !seen)
        return seen.error();
    const auto count = static_cast<std::size_t>(x.numel());
    m_mask.assign(count, 1.0F);
    if (!active())
        return x;
    std::vector<float> y(count);
    std::vector<float> buffer;
    const auto values = x.read(0, x.numel(), buffer);
    if (m_learned) {
        m_input.assign(values.begin(), values.end());
        if (auto ok = m_learned->look(values); !ok)
            return Error::data(m_name + ": " + ok.error().message);
        if (auto ok = m_learned->forward(values, y.data()); !ok)
            return Error::data(m_name + ": " + ok.error().message);
        return Tensor::fromFloats(x.name(), x.shape(), std::move(y));
    }
    const auto applied = quantizer(x.shape());
    if (!applied)
        return applied.error();
    applied->fakeQuantize(values, 0, y.data(),
                          m_spec.estimator == Estimator::Ste ? m_mask.data() : nullptr);
    return Tensor::fromFloats(x.name(), x.shape(), std::move(y));
}

Result<Tensor> FakeQuantize::backward(const Tensor& dy) const
{
    if (dy.numel() != static_cast<std::int64_t>(m_mask.size()))
        return Error::data(m_name + ": expected a gradient of " + std::to_string(m_mask.size()) +
                           " elements, found " + std::to_string(dy.numel()));
    std::vector<float> buffer;
    const auto from = dy.read(0, dy.numel(), buffer);
    std::vector<float> dx(m_mask.size());
    if (m_learned && active()) {
        std::vector<double> sums(m_learned->parameterCount());
        if (auto ok = m_learned->backward(m_input, from, dx.data(), dy.numel(), sums); !ok)
            return Error::data(m_name + ": " + ok.error().message);
        return Tensor::fromFloats(dy.name(), dy.shape(), std::move(dx));
    }
    for (std::size_t i = 0; i < dx.size(); ++i)
        dx[i] = from[i] * m_mask[i];
    return Tensor::fromFloats(dy.name(), dy.shape(), std::move(dx));
}

void FakeQuantize::inherit(const FakeQuantize& other)
{
    if (m_learned || other.m_learned)
        return;
    const auto ranges = other.m_observer->ranges();
    const bool perChannel = info(m_spec.qscheme).perChannel();
    if (m_spec.isFixed() || ranges.empty() || info(m_spec.qschemeInUse()).perGroup() ||
        info(m_spec.qschemeInUse()).granularity != info(other.m_spec.qschemeInUse()).granularity ||
        (perChannel && m_spec.axis != other.m_spec.axis))
        return;
    // As a tensor whose channels have exactly these ranges.
    std::vector<float> values;
    for (const auto& r : ranges) {
        if (!r.observed)
            return;
        values.push_back(r.min);
        values.push_back(r.max);
    }
    std::vector<std::int64_t> sizes;
    if (perChannel) {
        // The channels at their axis, two elements each behind it. An axis counted from the end
        // needs the shape it counts in, which is not known here.
        if (m_spec.axis < 0)
            return;
        sizes.assign(static_cast<std::size_t>(m_spec.axis), 1);
        sizes.push_back(static_cast<std::int64_t>(ranges.size()));
    }
    sizes.push_back(2);
    auto shape = Shape::make(std::move(sizes));
    if (!shape)
        return;
    const auto batch = Tensor::fromFloats(m_name, std::move(*shape), std::move(values));
    if (m_observer->observe(batch, {}))
        (void)updateParams();
}

bool FakeQuantize::needsOnlyExtremes() const
{
    return !m_learned && info(m_spec.qschemeInUse()).granularity == Granularity::Tensor &&
           (m_spec.observer == "minmax" || m_spec.observer == "moving_average_minmax");
}

FakeQuantizeState FakeQuantize::state() const
{
    FakeQuantizeState state{m_name, m_spec, params(), {}, 0, m_observerEnabled, m_fakeQuantEnabled};
    if (m_observer) {
        const auto ranges = m_observer->ranges();
        state.ranges.assign(ranges.begin(), ranges.end());
        state.batchesSeen = m_observer->batchesSeen();
    }
    return state;
}

std::vector<Tensor> FakeQuantize::observerState() const
{
    if (!m_observer)
        return {};
    if (!observerByName(m_spec.observer)->keepsBatches || !m_params)
        return m_observer->state();
    const auto shape = *Shape::make({static_cast<std::int64_t>(m_params->scale().size())});
    std::vector<Tensor> tensors{Tensor::fromFloats("scale", shape, m_params->scale())};
    if (m_params->zeroPoint().size() == m_params->scale().size())
        tensors.push_back(
            Tensor::fromVector("zero_point", ElementType::Int32, shape, m_params->zeroPoint()));
    return tensors;
}

Result<void> FakeQuantize::restoreObserver(std::span<const Tensor> state)
{
    if (!m_observer)
        return {};
    if (state.empty()) { // it had observed nothing
        auto fresh = observerByName(m_spec.observer)->make(m_spec);
        if (!fresh)
            return fresh.error();
        m_observer = std::move(*fresh);
        m_params.reset();
        if (auto params = m_observer->calculateQParams())
            m_params = std::move(*params);
        return {};
    }
    if (!observerByName(m_spec.observer)->keepsBatches) {
        if (auto done = m_observer->restore(state); !done)
            return Error::data(m_name + ": " + done.error().message);
        return m_observer->batchesSeen() > 0 ? updateParams() : Result<void>{};
    }
    const auto range = m_spec.range();
    QuantParts parts;
    parts.dtype = m_spec.dtype;
    parts.qscheme = m_spec.qschemeInUse();
    parts.axis = m_spec.axis;
    parts.groupSize = m_spec.groupSizeInUse();
    parts.codebook = m_spec.codebook;
    parts.dialect = m_spec.dialect;
    if (range)
        parts.range = *range;
    for (const auto& tensor : state) {
        if (tensor.name() == "scale" && tensor.type() == ElementType::Float32)
            parts.scale.assign(tensor.floats().begin(), tensor.floats().end());
        if (tensor.name() == "zero_point" && tensor.type() == ElementType::Int32) {
            parts.zeroPoint.resize(static_cast<std::size_t>(tensor.numel()));
            std::copy_n(tensor.bytes().data(), tensor.bytes().size(),
                        reinterpret_cast<std::byte*>(parts.zeroPoint.data()));
        }
    }
    auto params = QuantParams::make(std::move(parts));
    if (!params)
        return Error::data(m_name + ": " + params.error().message);
    m_params = std::move(*params);
    return {};
}

} // namespace qs
