// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/optimal_ranges.h"

#include "core/base/memory.h"
#include "core/calib/optimal_scale.h"
#include "core/calib/params_from_ranges.h"
#include "core/calib/set_observer.h"
#include "core/index/squared_errors.h"

#include <atomic>
#include <cmath>
#include <functional>
#include <limits>

namespace qs {
namespace {

/// The range that the spec's rule turns into a scale and zero_point.
class RangeOf {
public:
    RangeOf(const QuantSpec& spec, const QuantParams& params) : m_range(params.range())
    {
        const auto& row = info(spec.dtype);
        m_affine = row.isInteger() && !info(spec.qschemeInUse()).symmetric;
        if (m_affine)
            return;
        QuantSpec one = spec;
        one.qscheme = qscheme(Granularity::Tensor, true);
        const ChannelRange unit{-1, 1, true};
        if (const auto made = paramsFromRanges(one, {&unit, 1}))
            m_perUnit = static_cast<double>(made->scaleAt(0));
    }
    ChannelRange at(double scale, std::int32_t zeroPoint) const
    {
        if (!m_affine) {
            const auto end = static_cast<float>(scale / m_perUnit);
            return {-end, end, true};
        }
        return {static_cast<float>((static_cast<double>(m_range.quantMin) - zeroPoint) * scale),
                static_cast<float>((static_cast<double>(m_range.quantMax) - zeroPoint) * scale),
                true};
    }

private:
    QuantRange m_range;
    bool m_affine = false;
    double m_perUnit = 1;
};

/// Whether there is memory to sort all of it.
bool fitsInMemory(std::span<const Tensor> batches)
{
    std::uint64_t bytes = 0;
    for (const auto& batch : batches)
        bytes += ValueIndex::peakBytes(batch, ParamLayout::perTensor(batch.numel()));
    return bytes < availableMemory();
}

/// The sorted values of each set, from whatever they can be had.
class SetIndex {
public:
    SetIndex(std::span<const Tensor> batches, const QuantSpec& spec, const ValueIndex* index,
             std::size_t sets)
        : m_batches(batches), m_spec(spec), m_index(index), m_sets(sets)
    {
    }

    /// Calls body(set, values) for each.
    Result<void> forEach(const JobContext& context,
                         const std::function<Result<void>(std::size_t, const SortedValues&)>& body)
    {
        std::shared_ptr<const ValueIndex> own;
        const bool fits = m_index != nullptr && m_batches.size() == 1 &&
                          m_index->fits(*m_spec.layout(m_batches[0].shape()));
        if (!fits) {
            m_index = nullptr;
            if (m_sets == 1 || m_batches.size() == 1) {
                auto built = m_sets == 1
                                 ? ValueIndex::build(m_batches, context)
                                 : ValueIndex::build(m_batches[0],
                                                     *m_spec.layout(m_batches[0].shape()), context);
                if (!built)
                    return built.error();
                own = std::move(*built);
                m_index = own.get();
            }
        }
        return forEachSet(static_cast<std::int64_t>(m_sets), context, [&](std::int64_t s) {
            const auto set = static_cast<std::size_t>(s);
            if (m_index != nullptr)
                return body(set, m_index->set(set));
            std::vector<float> all;
            std::vector<float> buffer;
            for (const auto& batch : m_batches) {
                const auto part = finiteElements(batch, *m_spec.layout(batch.shape()), s, buffer);
                all.insert(all.end(), part.begin(), part.end());
            }
            const auto count = static_cast<std::int64_t>(all.size());
            const auto tensor = Tensor::fromFloats("", *Shape::make({count}), std::move(all));
            const auto built = ValueIndex::build({&tensor, 1}, context);
            if (!built)
                return Result<void>(built.error());
            return body(set, (*built)->set(0));
        });
    }

private:
    std::span<const Tensor> m_batches;
    const QuantSpec& m_spec;
    const ValueIndex* m_index;
    std::size_t m_sets;
};

} // namespace

bool canProveRanges(const QuantSpec& spec, std::span<const ChannelRange> observed)
{
    if (observed.size() > kMostProvenSets || spec.scaleRule != ScaleRule::Default ||
        info(spec.qschemeInUse()).perGroup())
        return false;
    const auto params = paramsFromRanges(spec, observed);
    if (!params || !hasOptimalScale(*params, spec.rounding))
        return false;
    const bool affine = info(spec.dtype).isInteger() && !info(spec.qschemeInUse()).symmetric;
    return params->codeCount() <= (affine ? kMostProvenAffineCodes : kMostProvenCodes);
}

Result<std::optional<std::vector<ChannelRange>>>
optimalRanges(std::span<const Tensor> batches, const QuantSpec& spec,
              std::span<const ChannelRange> observed, std::span<const ChannelRange> histogram,
              const JobContext& context, MseTrace* trace, const ValueIndex* index)
{
    using Ranges = std::vector<ChannelRange>;
    if (!canProveRanges(spec, observed) || (index == nullptr && !fitsInMemory(batches)))
        return std::optional<Ranges>();
    const auto minmax = paramsFromRanges(spec, observed);
    const RangeOf rangeOf(spec, *minmax);
    std::vector<std::span<const ChannelRange>> others{observed};
    std::vector<QuantParams> otherParams{*minmax};
    if (histogram.size() == observed.size()) {
        if (auto params = paramsFromRanges(spec, histogram)) {
            others.push_back(histogram);
            otherParams.push_back(std::move(*params));
        }
    }
    Ranges chosen(observed.begin(), observed.end());
    std::atomic<bool> reached{true};
    SetIndex sets(batches, spec, index, observed.size());
    const auto done = sets.forEach(context, [&](std::size_t set, const SortedValues& values) {
        double best = std::numeric_limits<double>::infinity();
        std::vector<SearchStep> steps;
        for (std::size_t i = 0; i < others.size(); ++i) {
            const auto errors = squaredErrors(values, otherParams[i], set, spec.rounding);
            if (!errors)
                continue;
            const double mse = errors->mse();
            steps.push_back({others[i][set].min, others[i][set].max, mse, mse < best});
            if (mse < best) {
                best = mse;
                chosen[set] = others[i][set];
            }
        }
        const auto found = optimalScale(values, minmax->forChannel(set), spec.rounding, context);
        if (!found)
            return Result<void>(found.error());
        if (!*found) // nothing but zeros: every range is as good
            return Result<void>();
        const auto& optimum = (*found)->best;
        const auto range = rangeOf.at(static_cast<double>(optimum.scale), optimum.zeroPoint);
        // The rule may round to a neighbour, or have reasons of its own.
        Ranges all(observed.begin(), observed.end());
        all[set] = range;
        const auto params = paramsFromRanges(spec, all);
        const auto errors =
            params ? squaredErrors(values, *params, set, spec.rounding) : std::nullopt;
        constexpr double kNear = 1e-5;
        const auto near = [&](const SquaredErrors& e) {
            // The scale may differ by a rounding, and the levels with it.
            const double noise = 0x1p-44 * e.signal / static_cast<double>(e.count);
            return e.mse() <= optimum.mse * (1 + kNear) + noise;
        };
        if (!errors || !near(*errors)) {
            reached = false;
            return Result<void>();
        }
        if (errors->mse() < best)
            chosen[set] = range;
        if (trace != nullptr && trace->set == set) {
            for (const auto& step : (*found)->steps) {
                const auto at = rangeOf.at(static_cast<double>(step.scale), step.zeroPoint);
                steps.push_back({at.min, at.max, step.mse, step.mse < best});
                best = std::min(best, step.mse);
            }
            trace->steps = std::move(steps);
        }
        return Result<void>();
    });
    if (!done)
        return done.error();
    if (!reached)
        return std::optional<Ranges>();
    return std::optional(std::move(chosen));
}

} // namespace qs
