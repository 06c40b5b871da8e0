// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/numpy_histogram.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <oneapi/tbb/enumerable_thread_specific.h>

namespace qs {
namespace {

std::vector<float> linspace(double first, double last, int bins)
{
    const double step = (last - first) / bins;
    std::vector<float> edges(static_cast<std::size_t>(bins) + 1);
    for (int i = 0; i < bins; ++i)
        edges[static_cast<std::size_t>(i)] =
            static_cast<float>(static_cast<double>(i) * step + first);
    edges.back() = static_cast<float>(last);
    return edges;
}

} // namespace

NumpyHistogram numpyHistogram(std::span<const float> x, float first, float last, int bins,
                              bool magnitudes)
{
    double lo = static_cast<double>(first);
    double hi = static_cast<double>(last);
    if (lo == hi) {
        lo -= 0.5;
        hi += 0.5;
    }
    NumpyHistogram h;
    h.edges = linspace(lo, hi, bins);
    const float low = h.edges.front();
    const float high = h.edges.back();
    const double perBin = bins / (hi - lo);
    const auto size = static_cast<std::int64_t>(x.size());
    // Whole numbers: which thread counted what does not show.
    tbb::enumerable_thread_specific<std::vector<std::int64_t>> parts(static_cast<std::size_t>(bins),
                                                                     0);
    forEachBlock(size, {}, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        auto& part = parts.local();
        for (std::int64_t i = begin; i < end; ++i) {
            const float element = x[static_cast<std::size_t>(i)];
            const float v = magnitudes ? std::fabs(element) : element;
            if (!(v >= low && v <= high))
                continue;
            // A guess, put right by the edges, whose rounding may make a few of them equal.
            auto bin = static_cast<std::int64_t>((static_cast<double>(v) - lo) * perBin);
            bin = std::clamp<std::int64_t>(bin, 0, bins - 1);
            while (bin > 0 && v < h.edges[static_cast<std::size_t>(bin)])
                --bin;
            while (bin + 1 < bins && v >= h.edges[static_cast<std::size_t>(bin) + 1])
                ++bin;
            ++part[static_cast<std::size_t>(bin)];
        }
    });
    h.counts.assign(static_cast<std::size_t>(bins), 0);
    for (const auto& part : parts) {
        for (std::size_t i = 0; i < h.counts.size(); ++i)
            h.counts[i] += part[i];
    }
    return h;
}

} // namespace qs
