// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/range_observer.h"

#include "core/base/text.h"

namespace qs {
namespace {

class MinMaxObserver : public SetObserver {
public:
    explicit MinMaxObserver(const QuantSpec& spec) : SetObserver(spec) {}

protected:
    Result<void> remember(const Tensor&, const ParamLayout&, std::span<const ChannelRange>,
                          const JobContext&) override
    {
        return {};
    }
    Result<void> rememberAll(const SetObserver&) override { return {}; }
    Result<std::vector<ChannelRange>> choose(const JobContext&, ObserverEvidence*) const override
    {
        return std::vector<ChannelRange>(ranges().begin(), ranges().end());
    }
};

class MovingAverageMinMaxObserver : public MinMaxObserver {
public:
    explicit MovingAverageMinMaxObserver(const QuantSpec& spec) : MinMaxObserver(spec) {}

protected:
    void widen(ChannelRange& into, const ChannelRange& batch) const override
    {
        if (!batch.observed)
            return;
        if (!into.observed) {
            into = batch;
            return;
        }
        const auto c = static_cast<float>(spec().averagingConstant);
        into.min += c * (batch.min - into.min);
        into.max += c * (batch.max - into.max);
    }
    Result<void> rememberAll(const SetObserver&) override
    {
        return Error::usage("observer moving_average_minmax: two of them cannot be merged, because "
                            "each batch counts by its place in the order");
    }
};

} // namespace

Result<std::unique_ptr<Observer>> makeMinMaxObserver(const QuantSpec& spec)
{
    if (const auto range = spec.range(); !range)
        return range.error();
    return std::unique_ptr<Observer>(std::make_unique<MinMaxObserver>(spec));
}

Result<std::unique_ptr<Observer>> makeMovingAverageObserver(const QuantSpec& spec)
{
    if (const auto range = spec.range(); !range)
        return range.error();
    if (!(spec.averagingConstant > 0 && spec.averagingConstant <= 1))
        return Error::usage("averaging_constant must be above 0 and at most 1, found " +
                            formatExact(spec.averagingConstant));
    return std::unique_ptr<Observer>(std::make_unique<MovingAverageMinMaxObserver>(spec));
}

} // namespace qs
