// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/fixed_observers.h"

#include <typeinfo>

namespace qs {
namespace {

/// Counts batches and looks no further than their shape.
class BlindObserver : public Observer {
public:
    const QuantSpec& spec() const override { return m_spec; }

    Result<void> observe(const Tensor& batch, const JobContext&, const TensorStats*,
                         const std::vector<ChannelRange>*) override
    {
        ++m_batches;
        m_samples += batch.numel();
        return {};
    }
    Result<void> merge(const Observer& other) override
    {
        if (typeid(other) != typeid(*this) || !(other.spec() == m_spec))
            return Error::usage("observer " + m_spec.observer +
                                ": only an observer with the same settings can be merged into it");
        m_batches += other.batchesSeen();
        m_samples += other.samplesSeen();
        return {};
    }
    std::int64_t batchesSeen() const override { return m_batches; }
    std::int64_t samplesSeen() const override { return m_samples; }
    std::span<const ChannelRange> ranges() const override { return {}; }
    Result<ObserverEvidence> evidence(std::size_t set, const JobContext&) const override
    {
        ObserverEvidence evidence;
        evidence.batches = m_batches;
        evidence.samples = m_samples;
        evidence.set = set;
        return evidence;
    }

protected:
    explicit BlindObserver(QuantSpec spec) : m_spec(std::move(spec)) {}

private:
    QuantSpec m_spec;
    std::int64_t m_batches = 0;
    std::int64_t m_samples = 0;
};

QuantParts partsOf(const QuantSpec& spec, QuantRange range)
{
    QuantParts parts;
    parts.dtype = spec.dtype;
    parts.qscheme = spec.qschemeInUse();
    parts.range = range;
    parts.axis = spec.axis;
    parts.groupSize = info(parts.qscheme).perGroup() ? spec.groupSizeInUse() : 0;
    parts.codebook = spec.codebook;
    parts.dialect = spec.dialect;
    return parts;
}

class FixedQParamsObserver : public BlindObserver {
public:
    FixedQParamsObserver(const QuantSpec& spec, QuantParams params)
        : BlindObserver(spec), m_params(std::move(params))
    {
    }
    Result<QuantParams> calculateQParams(const JobContext&) const override { return m_params; }

private:
    QuantParams m_params;
};

class NoopObserver : public BlindObserver {
public:
    explicit NoopObserver(const QuantSpec& spec) : BlindObserver(spec) {}

    Result<void> observe(const Tensor& batch, const JobContext& context, const TensorStats* known,
                         const std::vector<ChannelRange>* extremes) override
    {
        const auto layout = spec().layout(batch.shape());
        if (!layout)
            return layout.error();
        if (batchesSeen() > 0 && layout->count() != m_sets)
            return Error::data("observer noop: expected " + std::to_string(m_sets) +
                               " channels or groups as in the first batch, found " +
                               std::to_string(layout->count()));
        m_sets = layout->count();
        return BlindObserver::observe(batch, context, known, extremes);
    }
    Result<void> merge(const Observer& other) override
    {
        const auto* more = dynamic_cast<const NoopObserver*>(&other);
        if (more != nullptr && batchesSeen() > 0 && more->batchesSeen() > 0 &&
            more->m_sets != m_sets)
            return Error::data("observer noop: expected " + std::to_string(m_sets) +
                               " channels or groups, found " + std::to_string(more->m_sets));
        if (auto merged = BlindObserver::merge(other); !merged)
            return merged;
        m_sets = std::max(m_sets, more->m_sets);
        return {};
    }
    Result<QuantParams> calculateQParams(const JobContext&) const override
    {
        const auto& row = info(spec().dtype);
        if (row.family != Family::Float)
            return Error::usage("observer noop has no parameters for " + std::string(row.name) +
                                ": only a float dtype can do without a range, as a cast; choose "
                                "another observer");
        if (batchesSeen() == 0)
            return Error::data("observer noop: nothing was observed yet");
        auto parts = partsOf(spec(), {});
        parts.range = {row.quantMin, row.quantMax};
        parts.scale.assign(static_cast<std::size_t>(std::max<std::int64_t>(m_sets, 1)), 1.0F);
        return QuantParams::make(std::move(parts));
    }

private:
    std::int64_t m_sets = 0;
};

} // namespace

Result<std::unique_ptr<Observer>> makeFixedObserver(const QuantSpec& spec)
{
    const auto range = spec.range();
    if (!range)
        return range.error();
    auto parts = partsOf(spec, *range);
    parts.scale = spec.scale;
    parts.zeroPoint = spec.zeroPoint;
    parts.floatZeroPoint = spec.floatZeroPoint;
    auto params = QuantParams::make(std::move(parts));
    if (!params)
        return params.error();
    return std::unique_ptr<Observer>(
        std::make_unique<FixedQParamsObserver>(spec, std::move(*params)));
}

Result<std::unique_ptr<Observer>> makeNoopObserver(const QuantSpec& spec)
{
    if (const auto range = spec.range(); !range)
        return range.error();
    return std::unique_ptr<Observer>(std::make_unique<NoopObserver>(spec));
}

} // namespace qs
