// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/observer.h"

#include "core/base/text.h"
#include "core/calib/params_from_ranges.h"

#include <algorithm>

namespace qs {
namespace {

/// MinMaxObserver and MovingAverageMinMaxObserver, per tensor and per channel: the range is the
/// extremes of everything seen, or
///     first batch: min, max;   then  min += c * (batch min - min),  max += c * (batch max - max).
class RangeObserver : public Observer {
public:
    RangeObserver(QuantSpec spec, bool movingAverage)
        : m_spec(std::move(spec)), m_movingAverage(movingAverage)
    {
    }

    Result<void> observe(const Tensor& batch, const JobContext& context,
                         const TensorStats* known) override
    {
        const auto layout = m_spec.layout(batch.shape());
        if (!layout)
            return layout.error();
        std::vector<ChannelRange> seen;
        if (known != nullptr && layout->count() == 1) {
            seen = {{known->min, known->max, known->finiteCount() > 0}};
        } else {
            auto found = computeRanges(batch, *layout, context);
            if (!found)
                return found.error();
            seen = std::move(*found);
        }
        if (!m_ranges.empty() && m_ranges.size() != seen.size())
            return Error::data("observer: expected " + std::to_string(m_ranges.size()) +
                               " channels as in the first batch, found " +
                               std::to_string(seen.size()));
        m_ranges.resize(seen.size());
        for (std::size_t c = 0; c < seen.size(); ++c)
            merge(m_ranges[c], seen[c]);
        ++m_batches;
        return {};
    }

    Result<QuantParams> calculateQParams() const override
    {
        if (m_ranges.empty())
            return Error::data("observer " + m_spec.observer + ": nothing was observed yet");
        const bool any = std::any_of(m_ranges.begin(), m_ranges.end(),
                                     [](const ChannelRange& r) { return r.observed; });
        if (!any)
            return Error::data("observer " + m_spec.observer +
                               ": there is no finite element to take a range from");
        return paramsFromRanges(m_spec, m_ranges);
    }

    std::int64_t batchesSeen() const override { return m_batches; }
    std::span<const ChannelRange> ranges() const override { return m_ranges; }

private:
    void merge(ChannelRange& into, const ChannelRange& batch) const
    {
        if (!batch.observed)
            return;
        if (!into.observed) {
            into = batch;
        } else if (m_movingAverage) {
            const auto c = static_cast<float>(m_spec.averagingConstant);
            into.min += c * (batch.min - into.min);
            into.max += c * (batch.max - into.max);
        } else {
            into.min = std::min(into.min, batch.min);
            into.max = std::max(into.max, batch.max);
        }
    }

    QuantSpec m_spec;
    bool m_movingAverage;
    std::vector<ChannelRange> m_ranges;
    std::int64_t m_batches = 0;
};

/// FixedQParamsObserver: the range is known, nothing is looked at.
class FixedQParamsObserver : public Observer {
public:
    explicit FixedQParamsObserver(QuantParams params) : m_params(std::move(params)) {}

    Result<void> observe(const Tensor&, const JobContext&, const TensorStats*) override
    {
        ++m_batches;
        return {};
    }
    Result<QuantParams> calculateQParams() const override { return m_params; }
    std::int64_t batchesSeen() const override { return m_batches; }
    std::span<const ChannelRange> ranges() const override { return {}; }

private:
    QuantParams m_params;
    std::int64_t m_batches = 0;
};

Result<std::unique_ptr<Observer>> makeRange(const QuantSpec& spec, bool movingAverage)
{
    const auto range = spec.range();
    if (!range)
        return range.error();
    if (movingAverage && !(spec.averagingConstant > 0 && spec.averagingConstant <= 1))
        return Error::usage("averaging_constant must be above 0 and at most 1, found " +
                            formatExact(spec.averagingConstant));
    return std::unique_ptr<Observer>(std::make_unique<RangeObserver>(spec, movingAverage));
}

Result<QuantParams> fixedParams(const QuantSpec& spec, QuantRange range)
{
    QuantParts parts;
    parts.dtype = spec.dtype;
    parts.qscheme = spec.qschemeInUse();
    parts.range = range;
    parts.scale = spec.scale;
    parts.zeroPoint = spec.zeroPoint;
    parts.floatZeroPoint = spec.floatZeroPoint;
    parts.axis = spec.axis;
    parts.groupSize = info(parts.qscheme).perGroup() ? spec.groupSizeInUse() : 0;
    parts.codebook = spec.codebook;
    parts.dialect = spec.dialect;
    return QuantParams::make(std::move(parts));
}

Result<std::unique_ptr<Observer>> makeFixed(const QuantSpec& spec)
{
    const auto range = spec.range();
    if (!range)
        return range.error();
    auto params = fixedParams(spec, *range);
    if (!params)
        return params.error();
    return std::unique_ptr<Observer>(std::make_unique<FixedQParamsObserver>(std::move(*params)));
}

constexpr ObserverInfo kObservers[] = {
    {"minmax", "MinMaxObserver", "from the smallest to the largest element seen",
     [](const QuantSpec& spec) {
         return makeRange(spec, false);
     }},
    {"moving_average_minmax", "MovingAverageMinMaxObserver",
     "a moving average of each batch's smallest and largest element",
     [](const QuantSpec& spec) {
         return makeRange(spec, true);
     }},
    {"fixed", "FixedQParamsObserver", "scale and zero_point as given", makeFixed},
};

constexpr FixedQParamsPreset kPresets[] = {
    {"sigmoid", "default_fixed_qparams_range_0to1_fake_quant", 1.0F / 256.0F, 0, DType::Quint8,
     QScheme::PerTensorAffine},
    {"tanh", "default_fixed_qparams_range_neg1to1_fake_quant", 2.0F / 256.0F, 128, DType::Quint8,
     QScheme::PerTensorSymmetric},
};

} // namespace

std::span<const ObserverInfo> observers()
{
    return kObservers;
}

const ObserverInfo* observerByName(std::string_view name)
{
    const auto* row = std::find_if(std::begin(kObservers), std::end(kObservers),
                                   [&](const ObserverInfo& o) { return o.name == name; });
    return row == std::end(kObservers) ? nullptr : row;
}

Result<QuantParams> chooseQuantParams(const Tensor& tensor, const QuantSpec& spec,
                                      const JobContext& context, const TensorStats* known)
{
    const auto* row = observerByName(spec.observer);
    if (row == nullptr)
        return Error::usage("observer '" + spec.observer + "' does not exist");
    auto observer = row->make(spec);
    if (!observer)
        return observer.error();
    if (auto seen = (*observer)->observe(tensor, context, known); !seen)
        return seen.error();
    return (*observer)->calculateQParams();
}

std::span<const FixedQParamsPreset> fixedQParamsPresets()
{
    return kPresets;
}

const FixedQParamsPreset* fixedQParamsPreset(std::string_view name)
{
    const auto* row = std::find_if(std::begin(kPresets), std::end(kPresets),
                                   [&](const FixedQParamsPreset& p) { return p.name == name; });
    return row == std::end(kPresets) ? nullptr : row;
}

} // namespace qs
