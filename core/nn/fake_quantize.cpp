// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/fake_quantize.h"

#include "core/base/text.h"

#include <algorithm>

namespace qs {

Result<FakeQuantize> FakeQuantize::make(std::string name, const QuantSpec& spec)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr) {
        std::vector<std::string> names;
        for (const auto& o : observers())
            names.emplace_back(o.name);
        return Error::usage(name + ": observer '" + spec.observer + "' does not exist: there are " +
                            join(names));
    }
    auto observer = row->make(spec);
    if (!observer)
        return Error{observer.error().kind, name + ": " + observer.error().message};
    FakeQuantize module;
    module.m_name = std::move(name);
    module.m_spec = spec;
    module.m_observer = std::move(*observer);
    if (auto params = module.m_observer->calculateQParams())
        module.m_params = std::move(*params);
    return module;
}

Result<void> FakeQuantize::observe(const Tensor& x, const JobContext& context)
{
    if (!m_observerEnabled)
        return {};
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

Result<Quantizer> FakeQuantize::quantizer(const Shape& shape) const
{
    auto quantizer = Quantizer::make(*m_params, shape, m_spec.rounding, m_spec.seed);
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
    const auto applied = quantizer(x.shape());
    if (!applied)
        return applied.error();
    std::vector<float> y(count);
    std::vector<float> buffer;
    applied->fakeQuantize(x.read(0, x.numel(), buffer), 0, y.data(), m_mask.data());
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
    for (std::size_t i = 0; i < dx.size(); ++i)
        dx[i] = from[i] * m_mask[i];
    return Tensor::fromFloats(dy.name(), dy.shape(), std::move(dx));
}

void FakeQuantize::inherit(const FakeQuantize& other)
{
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
    return info(m_spec.qschemeInUse()).granularity == Granularity::Tensor &&
           (m_spec.observer == "minmax" || m_spec.observer == "moving_average_minmax");
}

FakeQuantizeState FakeQuantize::state() const
{
    const auto ranges = m_observer->ranges();
    return {m_name,
            m_spec,
            m_params,
            {ranges.begin(), ranges.end()},
            m_observer->batchesSeen(),
            m_observerEnabled,
            m_fakeQuantEnabled};
}

} // namespace qs
