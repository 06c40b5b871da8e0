// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/histogram_observers.h"

#include "core/calib/histogram_search.h"
#include "core/calib/set_observer.h"
#include "core/calib/torch_histogram.h"

#include <algorithm>

namespace qs {
namespace {

class HistogramObserver : public SetObserver {
public:
    HistogramObserver(const QuantSpec& spec, TorchHistogram::Version version)
        : SetObserver(spec), m_version(version)
    {
    }

protected:
    Result<void> remember(const Tensor& batch, const ParamLayout& layout,
                          std::span<const ChannelRange>, const JobContext& context) override
    {
        if (auto fits = checkElementCopies(batch, layout, allFinite(), spec()); !fits)
            return fits;
        auto histograms = m_histograms;
        histograms.resize(static_cast<std::size_t>(layout.count()), TorchHistogram(m_version));
        const auto added = forEachSet(layout.count(), context, [&](std::int64_t set) {
            // Not thread_local: while add() waits for its blocks this thread may begin another set.
            std::vector<float> buffer;
            return histograms[static_cast<std::size_t>(set)].add(
                finiteElements(batch, layout, set, buffer));
        });
        if (!added)
            return added;
        m_histograms = std::move(histograms);
        return {};
    }

    Result<void> rememberAll(const SetObserver& other) override
    {
        const auto& more = dynamic_cast<const HistogramObserver&>(other);
        auto histograms = m_histograms;
        histograms.resize(more.m_histograms.size(), TorchHistogram(m_version));
        for (std::size_t i = 0; i < histograms.size(); ++i) {
            if (auto merged = histograms[i].merge(more.m_histograms[i]); !merged)
                return merged;
        }
        m_histograms = std::move(histograms);
        return {};
    }

    /// "histograms" [sets, 2 + bins]: min, max, counts; a set without elements is all zeros.
    std::vector<Tensor> remembered() const override
    {
        std::vector<float> values;
        for (const auto& h : m_histograms) {
            values.insert(values.end(), {h.min(), h.max()});
            auto counts = h.counts();
            counts.resize(TorchHistogram::kBins);
            values.insert(values.end(), counts.begin(), counts.end());
        }
        return {Tensor::fromFloats("histograms", shapeOf(m_histograms.size()), std::move(values))};
    }
    Result<void> restoreRemembered(std::span<const Tensor> state, std::size_t sets) override
    {
        const auto tensor = find(state, "histograms", ElementType::Float32, shapeOf(sets));
        if (!tensor)
            return tensor.error();
        std::vector<TorchHistogram> histograms(sets, TorchHistogram(m_version));
        for (std::size_t i = 0; i < sets; ++i) {
            const auto row = tensor->floats().subspan(i * kRow, kRow);
            const std::vector<float> counts(row.begin() + 2, row.end());
            if (std::all_of(counts.begin(), counts.end(), [](float c) { return c == 0; }))
                continue;
            auto histogram = TorchHistogram::from(m_version, row[0], row[1], counts);
            if (!histogram)
                return histogram.error();
            histograms[i] = std::move(*histogram);
        }
        m_histograms = std::move(histograms);
        return {};
    }

    Result<std::vector<ChannelRange>> choose(const JobContext& context,
                                             ObserverEvidence* evidence) const override
    {
        std::vector<ChannelRange> chosen(m_histograms.size());
        const auto bins = histogramDstBins(spec().dtype);
        const auto done =
            forEachSet(static_cast<std::int64_t>(chosen.size()), context, [&](std::int64_t set) {
                const auto i = static_cast<std::size_t>(set);
                const auto& h = m_histograms[i];
                if (h.empty())
                    return Result<void>();
                const auto counts = h.counts();
                auto found = nonLinearParamSearch(counts, h.min(), h.max(), bins);
                chosen[i] = {found.min, found.max, true};
                if (evidence != nullptr && evidence->set == i) {
                    evidence->histogram = {h.min(), h.max(), {counts.begin(), counts.end()}};
                    evidence->steps = std::move(found.steps);
                }
                return Result<void>();
            });
        if (!done)
            return done.error();
        return chosen;
    }

private:
    static constexpr std::size_t kRow = 2 + TorchHistogram::kBins;
    static Shape shapeOf(std::size_t sets)
    {
        return *Shape::make({static_cast<std::int64_t>(sets), static_cast<std::int64_t>(kRow)});
    }

    TorchHistogram::Version m_version;
    std::vector<TorchHistogram> m_histograms;
};

Result<std::unique_ptr<Observer>> make(const QuantSpec& spec, TorchHistogram::Version version)
{
    if (const auto range = spec.range(); !range)
        return range.error();
    return std::unique_ptr<Observer>(std::make_unique<HistogramObserver>(spec, version));
}

} // namespace

Result<std::unique_ptr<Observer>> makeHistogramObserver(const QuantSpec& spec)
{
    return make(spec, TorchHistogram::Version::Current);
}

Result<std::unique_ptr<Observer>> makeHistogram113Observer(const QuantSpec& spec)
{
    return make(spec, TorchHistogram::Version::V113);
}

std::int64_t histogramDstBins(DType dtype)
{
    const int bits = info(dtype).bits;
    return std::int64_t{1} << (bits <= 8 ? 8 : bits <= 16 ? 16 : 32);
}

} // namespace qs
