// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/set_observer.h"

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/calib/params_from_ranges.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <typeinfo>

namespace qs {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

bool isFinite(float v)
{
    return std::fabs(v) < kInf;
}

Result<std::int64_t> countNonfinite(const Tensor& tensor, const JobContext& context)
{
    std::vector<std::int64_t> parts(static_cast<std::size_t>(blockCount(tensor.numel())));
    const bool done = forEachBlock(tensor.numel(), context,
                                   [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
                                       thread_local std::vector<float> buffer;
                                       std::int64_t count = 0;
                                       for (const float v : tensor.read(begin, end, buffer))
                                           count += std::fabs(v) < kInf ? 0 : 1;
                                       parts[static_cast<std::size_t>(block)] = count;
                                   });
    if (!done)
        return Error::cancelled();
    return std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
}

} // namespace

void SetObserver::widen(ChannelRange& into, const ChannelRange& batch) const
{
    if (!batch.observed)
        return;
    into.min = into.observed ? std::min(into.min, batch.min) : batch.min;
    into.max = into.observed ? std::max(into.max, batch.max) : batch.max;
    into.observed = true;
}

bool SetObserver::sawAny() const
{
    return std::any_of(m_ranges.begin(), m_ranges.end(),
                       [](const ChannelRange& r) { return r.observed; });
}

Result<void> SetObserver::observe(const Tensor& batch, const JobContext& context,
                                  const TensorStats* known,
                                  const std::vector<ChannelRange>* extremes)
{
    const auto layout = m_spec.layout(batch.shape());
    if (!layout)
        return layout.error();
    std::vector<ChannelRange> seen;
    if (extremes != nullptr) {
        seen = *extremes;
    } else if (known != nullptr && layout->count() == 1) {
        seen = {{known->min, known->max, known->finiteCount() > 0}};
    } else {
        auto found = computeRanges(batch, *layout, context);
        if (!found)
            return found.error();
        seen = std::move(*found);
    }
    const auto nonfinite = known != nullptr ? Result<std::int64_t>(known->nonfiniteCount())
                                            : countNonfinite(batch, context);
    if (!nonfinite)
        return nonfinite.error();
    if (!m_ranges.empty() && m_ranges.size() != seen.size())
        return error("expected " + std::to_string(m_ranges.size()) +
                     " channels or groups as in the first batch, found " +
                     std::to_string(seen.size()));
    m_nonfinite += *nonfinite;
    if (auto kept = remember(batch, *layout, seen, context); !kept) {
        m_nonfinite -= *nonfinite;
        return kept;
    }
    m_ranges.resize(seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i)
        widen(m_ranges[i], seen[i]);
    ++m_batches;
    m_samples += batch.numel();
    return {};
}

Result<void> SetObserver::merge(const Observer& other)
{
    const auto* more = dynamic_cast<const SetObserver*>(&other);
    if (more == nullptr || typeid(*more) != typeid(*this) || !(other.spec() == m_spec))
        return Error::usage("observer " + m_spec.observer +
                            ": only an observer with the same settings can be merged into it");
    if (more->m_batches == 0)
        return {};
    if (m_batches > 0 && m_ranges.size() != more->m_ranges.size())
        return error("expected " + std::to_string(m_ranges.size()) +
                     " channels or groups as in the first batch, found " +
                     std::to_string(more->m_ranges.size()));
    if (auto kept = rememberAll(*more); !kept)
        return kept;
    m_ranges.resize(more->m_ranges.size());
    for (std::size_t i = 0; i < m_ranges.size(); ++i)
        widen(m_ranges[i], more->m_ranges[i]);
    m_batches += more->m_batches;
    m_samples += more->m_samples;
    m_nonfinite += more->m_nonfinite;
    return {};
}

std::vector<Tensor> SetObserver::state() const
{
    if (m_batches == 0 || observerByName(m_spec.observer)->keepsBatches)
        return {};
    std::vector<float> ranges;
    for (const auto& r : m_ranges)
        ranges.insert(ranges.end(), {r.min, r.max, r.observed ? 1.0F : 0.0F});
    std::vector<Tensor> tensors = remembered();
    tensors.push_back(
        Tensor::fromFloats("ranges", *Shape::make({static_cast<std::int64_t>(m_ranges.size()), 3}),
                           std::move(ranges)));
    tensors.push_back(
        Tensor::fromVector("counts", ElementType::Int64, *Shape::make({3}),
                           std::vector<std::int64_t>{m_batches, m_samples, m_nonfinite}));
    return tensors;
}

Result<Tensor> SetObserver::find(std::span<const Tensor> state, std::string_view name,
                                 ElementType type, const Shape& shape) const
{
    for (const auto& tensor : state) {
        if (tensor.name() != name)
            continue;
        if (tensor.type() != type || tensor.shape() != shape)
            return error(std::string(name) + ": expected " + std::string(info(type).name) + " " +
                         shape.toString() + ", found " + std::string(info(tensor.type()).name) +
                         " " + tensor.shape().toString());
        return tensor;
    }
    return error("expected its " + std::string(name) + ", found none");
}

Result<void> SetObserver::restore(std::span<const Tensor> state)
{
    if (state.empty())
        return {};
    std::size_t sets = 0;
    for (const auto& tensor : state)
        if (tensor.name() == "ranges" && tensor.shape().rank() == 2)
            sets = static_cast<std::size_t>(tensor.shape()[0]);
    const auto ranges = find(state, "ranges", ElementType::Float32,
                             *Shape::make({static_cast<std::int64_t>(sets), 3}));
    if (!ranges)
        return ranges.error();
    const auto counts = find(state, "counts", ElementType::Int64, *Shape::make({3}));
    if (!counts)
        return counts.error();
    std::vector<ChannelRange> read(sets);
    const auto values = ranges->floats();
    for (std::size_t i = 0; i < sets; ++i) {
        read[i] = {values[3 * i], values[3 * i + 1], values[3 * i + 2] != 0};
        if (!isFinite(read[i].min) || !isFinite(read[i].max) || read[i].min > read[i].max)
            return error("ranges: expected finite minima below maxima, found " +
                         std::to_string(read[i].min) + " and " + std::to_string(read[i].max));
    }
    std::array<std::int64_t, 3> numbers{};
    std::copy_n(counts->bytes().data(), sizeof numbers,
                reinterpret_cast<std::byte*>(numbers.data()));
    if (std::any_of(numbers.begin(), numbers.end(), [](std::int64_t n) { return n < 0; }))
        return error("counts: expected numbers from 0");
    if (auto done = restoreRemembered(state, sets); !done)
        return done;
    m_ranges = std::move(read);
    m_batches = numbers[0];
    m_samples = numbers[1];
    m_nonfinite = numbers[2];
    return {};
}

Result<QuantParams> SetObserver::calculateQParams(const JobContext& context) const
{
    if (m_batches == 0)
        return error("nothing was observed yet");
    if (!sawAny())
        return error("there is no finite element to take a range from");
    const auto chosen = choose(context, nullptr);
    if (!chosen)
        return chosen.error();
    return paramsFromRanges(m_spec, *chosen);
}

Result<ObserverEvidence> SetObserver::evidence(std::size_t set, const JobContext& context) const
{
    ObserverEvidence evidence;
    evidence.batches = m_batches;
    evidence.samples = m_samples;
    evidence.nonfinite = m_nonfinite;
    evidence.observed = m_ranges;
    evidence.set = set;
    if (!sawAny())
        return evidence;
    if (set >= m_ranges.size())
        return Error::usage("observer " + m_spec.observer + ": there are " +
                            std::to_string(m_ranges.size()) + " channels or groups, not one " +
                            std::to_string(set));
    auto chosen = choose(context, &evidence);
    if (!chosen)
        return chosen.error();
    evidence.chosen = std::move(*chosen);
    return evidence;
}

std::span<const float> finiteElements(const Tensor& tensor, const ParamLayout& layout,
                                      std::int64_t set, std::vector<float>& buffer)
{
    if (layout.count() == 1 && tensor.isFloat32()) {
        const auto all = tensor.floats();
        if (std::all_of(all.begin(), all.end(), isFinite))
            return all;
    }
    buffer.clear();
    // At once: growing would take up to three times as much.
    buffer.reserve(
        static_cast<std::size_t>(tensor.numel() / std::max<std::int64_t>(layout.count(), 1)));
    forEachFinite(tensor, layout, set, [&](std::span<const float> x) {
        buffer.insert(buffer.end(), x.begin(), x.end());
    });
    return buffer;
}

void forEachFinite(const Tensor& tensor, const ParamLayout& layout, std::int64_t set,
                   const std::function<void(std::span<const float>)>& body)
{
    std::vector<float> part;
    std::vector<float> finite;
    layout.forEachRunOf(set, [&](std::int64_t first, std::int64_t n) {
        for (std::int64_t begin = first; begin < first + n; begin += kBlockSize) {
            const auto x = tensor.read(begin, std::min(begin + kBlockSize, first + n), part);
            finite.clear();
            std::copy_if(x.begin(), x.end(), std::back_inserter(finite), isFinite);
            body(finite);
        }
        return true;
    });
}

Result<void> checkElementCopies(const Tensor& tensor, const ParamLayout& layout, bool allFinite,
                                const QuantSpec& spec)
{
    const std::int64_t sets = std::max<std::int64_t>(layout.count(), 1);
    if (sets == 1 && allFinite && tensor.isFloat32())
        return {};
    // A thread that waits for the blocks of one set may have begun another.
    const std::int64_t atOnce = std::min<std::int64_t>(2 * maxThreads(), sets);
    const auto needed = static_cast<double>(tensor.numel()) * sizeof(float) *
                        static_cast<double>(atOnce) / static_cast<double>(sets);
    return checkMemory(static_cast<std::uint64_t>(needed),
                       "observer " + spec.observer + ", which keeps elements as float32,",
                       "choose the observer minmax, or a range by hand");
}

Result<void> forEachSet(std::int64_t sets, const JobContext& context,
                        const std::function<Result<void>(std::int64_t set)>& body)
{
    std::vector<Result<void>> results(static_cast<std::size_t>(sets));
    const bool done = forEachIndex(sets, context, [&](std::int64_t set) {
        results[static_cast<std::size_t>(set)] = body(set);
    });
    if (!done)
        return Error::cancelled();
    for (auto& result : results) {
        if (!result)
            return result;
    }
    return {};
}

} // namespace qs
