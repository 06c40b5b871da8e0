// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/mse_problem.h"

#include "core/base/parallel.h"
#include "core/calib/params_from_ranges.h"
#include "core/calib/set_observer.h"
#include "core/calib/squared_error.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// As many bins to a set as make about a quarter of a million in all: what a grid of some thousand
/// candidates gets through in a second.
std::size_t binsOf(std::size_t sets)
{
    constexpr std::size_t kTotal = std::size_t{1} << 18;
    return std::clamp<std::size_t>(kTotal / sets, 64, 16384);
}

/// One set's bins.
struct Bins {
    std::vector<double> n;
    std::vector<double> sum;
    std::vector<double> squares;
};

void fill(Bins& bins, std::span<const float> x, const ChannelRange& range)
{
    const auto lo = static_cast<double>(range.min);
    const double width = static_cast<double>(range.max) - lo;
    const auto last = static_cast<std::int64_t>(bins.n.size()) - 1;
    const double perBin = width > 0 ? static_cast<double>(bins.n.size()) / width : 0;
    for (const float v : x) {
        const auto d = static_cast<double>(v);
        const auto bin =
            std::clamp<std::int64_t>(static_cast<std::int64_t>((d - lo) * perBin), 0, last);
        const auto i = static_cast<std::size_t>(bin);
        bins.n[i] += 1;
        bins.sum[i] += d;
        bins.squares[i] += d * d;
    }
}

} // namespace

MseProblem MseProblem::exact(std::span<const Tensor> batches, const QuantSpec& spec,
                             std::span<const ChannelRange> observed)
{
    MseProblem problem;
    problem.m_spec = spec;
    problem.m_tensors.assign(batches.begin(), batches.end());
    problem.m_counts.assign(observed.size(), 0);
    std::vector<float> buffer;
    for (const auto& batch : batches) {
        const auto layout = *spec.layout(batch.shape());
        for (std::int64_t begin = 0; begin < batch.numel(); begin += kBlockSize) {
            const std::int64_t end = std::min(begin + kBlockSize, batch.numel());
            const auto x = batch.read(begin, end, buffer);
            layout.forEachRun(
                begin, end - begin, [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                    for (std::int64_t i = 0; i < n; ++i) {
                        const auto to = static_cast<std::size_t>(set + i * layout.stride());
                        problem.m_counts[to] +=
                            std::isfinite(x[static_cast<std::size_t>(at + i)]) ? 1 : 0;
                    }
                });
        }
    }
    return problem;
}

Result<MseProblem> MseProblem::binned(std::span<const Tensor> batches, const QuantSpec& spec,
                                      std::span<const ChannelRange> observed,
                                      const JobContext& context)
{
    const std::size_t sets = observed.size();
    const std::size_t count = binsOf(sets);
    MseProblem problem;
    problem.m_counts.assign(sets, 0);
    problem.m_rest.assign(sets, 0);
    problem.m_n.assign(sets * count, 0);
    std::vector<float> means(sets * count, 0.0F);
    std::vector<ParamLayout> layouts;
    for (const auto& batch : batches)
        layouts.push_back(*spec.layout(batch.shape()));
    // Sets side by side, but one set in one go: its sums are added in memory order.
    const bool done = forEachIndex(static_cast<std::int64_t>(sets), context, [&](std::int64_t s) {
        const auto set = static_cast<std::size_t>(s);
        Bins bins{std::vector<double>(count), std::vector<double>(count),
                  std::vector<double>(count)};
        for (std::size_t b = 0; b < layouts.size(); ++b) {
            forEachFinite(batches[b], layouts[b], s,
                          [&](std::span<const float> x) { fill(bins, x, observed[set]); });
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (bins.n[i] == 0)
                continue;
            const double mean = bins.sum[i] / bins.n[i];
            problem.m_counts[set] += bins.n[i];
            problem.m_rest[set] += std::max(bins.squares[i] - mean * bins.sum[i], 0.0);
            problem.m_n[set * count + i] = bins.n[i];
            means[set * count + i] = static_cast<float>(mean);
        }
    });
    if (!done)
        return Error::cancelled();
    // The same kind of spec for a tensor [sets, bins].
    problem.m_spec = spec;
    const auto granularity = info(spec.qschemeInUse()).granularity;
    problem.m_spec.axis = granularity == Granularity::Group ? 1 : 0;
    if (granularity == Granularity::Group)
        problem.m_spec.groupSize = static_cast<std::int64_t>(count);
    const auto shape =
        Shape::make({static_cast<std::int64_t>(sets), static_cast<std::int64_t>(count)});
    if (!shape)
        return shape.error();
    problem.m_tensors.push_back(Tensor::fromFloats("bins", *shape, std::move(means)));
    return problem;
}

Result<std::vector<double>> MseProblem::errors(std::span<const ChannelRange> ranges,
                                               const JobContext& context) const
{
    const auto params = paramsFromRanges(m_spec, ranges);
    if (!params)
        return params.error();
    std::vector<double> sums(ranges.size(), 0.0);
    for (const auto& tensor : m_tensors) {
        const auto quantizer =
            Quantizer::make(*params, tensor.shape(), m_spec.rounding, m_spec.seed);
        if (!quantizer)
            return quantizer.error();
        if (m_n.empty()) {
            if (auto ok = addSquaredErrors(tensor, *quantizer, sums, context); !ok)
                return ok.error();
            continue;
        }
        const auto count = m_n.size() / ranges.size();
        const bool done =
            forEachIndex(static_cast<std::int64_t>(ranges.size()), context, [&](std::int64_t s) {
                thread_local std::vector<float> y;
                y.resize(count);
                const auto begin = static_cast<std::size_t>(s) * count;
                const auto x = tensor.floats().subspan(begin, count);
                quantizer->fakeQuantize(x, static_cast<std::int64_t>(begin), y.data());
                double sum = m_rest[static_cast<std::size_t>(s)];
                for (std::size_t i = 0; i < count; ++i) {
                    const double d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
                    sum += m_n[begin + i] * d * d;
                }
                sums[static_cast<std::size_t>(s)] = sum;
            });
        if (!done)
            return Error::cancelled();
    }
    return sums;
}

} // namespace qs
