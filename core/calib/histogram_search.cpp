// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/histogram_search.h"

#include "core/calib/torch_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

/// density * (end³ - begin³) / 3
float norm(float begin, float end, float density)
{
    return density * ((end * end * end - begin * begin * begin) / 3.0F);
}

/// floor(a / b) clamped, NaN where a and b are 0. The quotient of two float32 in double never
/// reaches a whole number it should stay below, so the floor is exact, as torch.div's.
float floorDiv(float a, float b, float last)
{
    const auto q = static_cast<float>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
    return q < 0.0F ? 0.0F : q > last ? last : q;
}

} // namespace

double histogramQuantizationError(std::span<const float> counts, float min, float max,
                                  std::int64_t first, std::int64_t last, std::int64_t dstBins)
{
    // Python's floats are doubles; they meet float32 tensors rounded to float32.
    const double width =
        (static_cast<double>(max) - static_cast<double>(min)) / static_cast<double>(counts.size());
    const double dstWidth =
        width * static_cast<double>(last - first + 1) / static_cast<double>(dstBins);
    if (dstWidth == 0)
        return 0;
    const auto w = static_cast<float>(width);
    const auto dst = static_cast<float>(dstWidth);
    const auto half = static_cast<float>(dstWidth / 2);
    const auto lastBin = static_cast<float>(dstBins - 1);
    std::vector<float> norms(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const float begin = static_cast<float>(static_cast<std::int64_t>(i) - first) * w;
        const float end = begin + w;
        const float firstDst = floorDiv(begin, dst, lastBin);
        const float lastDst = floorDiv(end, dst, lastBin);
        const float density = counts[i] / w;
        float sum = norm(begin - (firstDst + 0.5F) * dst, half, density);
        sum += (lastDst - firstDst - 1.0F) * norm(-half, half, density);
        sum += norm(-half, end - (lastDst * dst + half), density);
        norms[i] = sum;
    }
    return static_cast<double>(torchSum(norms));
}

SearchResult nonLinearParamSearch(std::span<const float> counts, float min, float max,
                                  std::int64_t dstBins)
{
    constexpr double kStep = 1e-5;
    const auto bins = static_cast<std::int64_t>(counts.size());
    const float width = (max - min) / static_cast<float>(bins);
    const auto total = static_cast<double>(torchSum(counts));
    std::vector<float> sums(counts.size()); // torch.cumsum adds in double
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        sum += static_cast<double>(counts[i]);
        sums[i] = static_cast<float>(sum);
    }
    SearchResult result;
    const auto minOf = [&](std::int64_t bin) {
        return min + width * static_cast<float>(bin);
    };
    const auto maxOf = [&](std::int64_t bin) {
        return min + width * static_cast<float>(bin + 1);
    };
    const auto at = [&](std::int64_t bin) {
        return sums[static_cast<std::size_t>(bin)];
    };
    double alpha = 0;
    double beta = 1;
    std::int64_t start = 0;
    std::int64_t end = bins - 1;
    double best = std::numeric_limits<double>::infinity();
    while (alpha < beta) {
        const double nextAlpha = alpha + kStep;
        const double nextBeta = beta - kStep;
        const auto below = static_cast<float>(nextAlpha * total);
        const auto above = static_cast<float>(nextBeta * total);
        std::int64_t left = start;
        std::int64_t right = end;
        while (left < end && at(left) < below)
            ++left;
        while (right > start && at(right) > above)
            --right;
        std::int64_t nextStart = start;
        std::int64_t nextEnd = end;
        if (left - start > end - right) {
            nextStart = left;
            alpha = nextAlpha;
        } else {
            nextEnd = right;
            beta = nextBeta;
        }
        if (nextStart == start && nextEnd == end)
            continue;
        const double error =
            histogramQuantizationError(counts, min, max, nextStart, nextEnd, dstBins);
        // Not "error <= best": an error that is not a number lets PyTorch go on, too.
        const bool worse = error > best;
        result.steps.push_back({minOf(nextStart), maxOf(nextEnd), error, !worse});
        if (worse)
            break;
        best = error;
        start = nextStart;
        end = nextEnd;
    }
    result.min = minOf(start);
    result.max = maxOf(end);
    return result;
}

} // namespace qs
