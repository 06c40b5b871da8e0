// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/recorded_observers.h"

#include "core/base/text.h"
#include "core/calib/entropy.h"
#include "core/calib/mse_range.h"
#include "core/calib/percentile.h"
#include "core/calib/set_observer.h"

#include <algorithm>

namespace qs {
namespace {

class RecordingObserver : public SetObserver {
public:
    explicit RecordingObserver(const QuantSpec& spec) : SetObserver(spec) {}

    Result<QuantParams> calculateQParams(const JobContext&) const override
    {
        return Error::usage("observer " + spec().observer +
                            " has no parameters, it only records; choose another observer");
    }

protected:
    Result<void> remember(const Tensor& batch, const ParamLayout&, std::span<const ChannelRange>,
                          const JobContext&) override
    {
        m_batches.push_back(batch);
        return {};
    }
    Result<void> rememberAll(const SetObserver& other) override
    {
        // A copy first: an observer may be merged into itself.
        const auto more = dynamic_cast<const RecordingObserver&>(other).m_batches;
        m_batches.insert(m_batches.end(), more.begin(), more.end());
        return {};
    }
    Result<std::vector<ChannelRange>> choose(const JobContext&, ObserverEvidence*) const override
    {
        return std::vector<ChannelRange>{};
    }

    const std::vector<Tensor>& batches() const { return m_batches; }

private:
    std::vector<Tensor> m_batches;
};

/// Where each set's range follows from its own elements, whatever their order.
class ElementsObserver : public RecordingObserver {
public:
    explicit ElementsObserver(const QuantSpec& spec) : RecordingObserver(spec) {}

    Result<QuantParams> calculateQParams(const JobContext& context) const override
    {
        return SetObserver::calculateQParams(context);
    }

protected:
    /// x: at least one element, all finite.
    virtual ChannelRange rangeOf(std::span<const float> x, ObserverEvidence* evidence) const = 0;

    Result<std::vector<ChannelRange>> choose(const JobContext& context,
                                             ObserverEvidence* evidence) const override
    {
        std::vector<ChannelRange> chosen(ranges().size());
        std::vector<ParamLayout> layouts;
        for (const auto& batch : batches())
            layouts.push_back(*spec().layout(batch.shape()));
        for (std::size_t b = 0; b < layouts.size(); ++b) {
            // Of several batches each set's elements are put together.
            const bool inPlace = allFinite() && layouts.size() == 1;
            if (auto fits = checkElementCopies(batches()[b], layouts[b], inPlace, spec()); !fits)
                return fits.error();
        }
        const auto done =
            forEachSet(static_cast<std::int64_t>(chosen.size()), context, [&](std::int64_t set) {
                const auto i = static_cast<std::size_t>(set);
                // Not thread_local: the search below may run others' sets on this thread.
                std::vector<float> all;
                std::vector<float> buffer;
                std::span<const float> x;
                for (std::size_t b = 0; b < layouts.size(); ++b) {
                    const auto part = finiteElements(batches()[b], layouts[b], set, buffer);
                    if (layouts.size() == 1) {
                        x = part;
                    } else {
                        all.insert(all.end(), part.begin(), part.end());
                        x = all;
                    }
                }
                if (!x.empty()) {
                    const bool wanted = evidence != nullptr && evidence->set == i;
                    chosen[i] = rangeOf(x, wanted ? evidence : nullptr);
                }
                return Result<void>();
            });
        if (!done)
            return done.error();
        return chosen;
    }

    static EvidenceHistogram evidenceOf(const NumpyHistogram& h)
    {
        return {h.edges.front(), h.edges.back(), {h.counts.begin(), h.counts.end()}};
    }
};

class PercentileObserver : public ElementsObserver {
public:
    explicit PercentileObserver(const QuantSpec& spec) : ElementsObserver(spec) {}

protected:
    ChannelRange rangeOf(std::span<const float> x, ObserverEvidence* evidence) const override
    {
        const auto found = percentileRange(x, spec().percentile, isSymmetricChoice(spec()));
        if (evidence != nullptr)
            evidence->histogram = evidenceOf(found.histogram);
        return {found.min, found.max, true};
    }
};

class EntropyObserver : public ElementsObserver {
public:
    explicit EntropyObserver(const QuantSpec& spec) : ElementsObserver(spec) {}

protected:
    ChannelRange rangeOf(std::span<const float> x, ObserverEvidence* evidence) const override
    {
        auto found = entropyRange(x, entropyLevels(spec()));
        if (evidence != nullptr) {
            evidence->histogram = evidenceOf(found.histogram);
            evidence->steps = std::move(found.search.steps);
        }
        return {found.search.min, found.search.max, true};
    }
};

class MseObserver : public RecordingObserver {
public:
    explicit MseObserver(const QuantSpec& spec) : RecordingObserver(spec) {}

    Result<QuantParams> calculateQParams(const JobContext& context) const override
    {
        return SetObserver::calculateQParams(context);
    }
    void useIndex(std::shared_ptr<const ValueIndex> index) override { m_index = std::move(index); }

protected:
    Result<std::vector<ChannelRange>> choose(const JobContext& context,
                                             ObserverEvidence* evidence) const override
    {
        MseTrace trace;
        if (evidence != nullptr)
            trace.set = evidence->set;
        auto found =
            mseRanges(batches(), spec(), ranges(), context, evidence != nullptr ? &trace : nullptr,
                      batches().size() == 1 ? m_index.get() : nullptr);
        if (evidence != nullptr)
            evidence->steps = std::move(trace.steps);
        return found;
    }

private:
    std::shared_ptr<const ValueIndex> m_index;
};

template <typename T>
Result<std::unique_ptr<Observer>> make(const QuantSpec& spec)
{
    if (const auto range = spec.range(); !range)
        return range.error();
    return std::unique_ptr<Observer>(std::make_unique<T>(spec));
}

} // namespace

bool isSymmetricChoice(const QuantSpec& spec)
{
    return info(spec.qschemeInUse()).symmetric || !info(spec.dtype).isInteger();
}

int entropyLevels(const QuantSpec& spec)
{
    const auto& row = info(spec.dtype);
    const std::int64_t codes = row.isInteger() ? spec.range()->levels()
                               : row.family == Family::Codebook && !spec.codebook.empty()
                                   ? static_cast<std::int64_t>(spec.codebook.size())
                                   : std::int64_t{1} << std::min(row.bits, 8);
    return static_cast<int>(std::clamp<std::int64_t>(codes, 2, 256));
}

Result<std::unique_ptr<Observer>> makeRecordingObserver(const QuantSpec& spec)
{
    return make<RecordingObserver>(spec);
}

Result<std::unique_ptr<Observer>> makePercentileObserver(const QuantSpec& spec)
{
    if (!(spec.percentile > 0 && spec.percentile <= 100))
        return Error::usage("percentile must be above 0 and at most 100, found " +
                            formatExact(spec.percentile));
    return make<PercentileObserver>(spec);
}

Result<std::unique_ptr<Observer>> makeEntropyObserver(const QuantSpec& spec)
{
    return make<EntropyObserver>(spec);
}

Result<std::unique_ptr<Observer>> makeMseObserver(const QuantSpec& spec)
{
    return make<MseObserver>(spec);
}

} // namespace qs
