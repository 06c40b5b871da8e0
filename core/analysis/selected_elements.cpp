// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/selected_elements.h"

#include "core/analysis/value_counter.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace qs {
namespace {

struct Nearest {
    double distance = std::numeric_limits<double>::infinity();
    std::int64_t index = -1;

    void look(double value, double x, std::int64_t at)
    {
        const double off = std::fabs(value - x);
        // A NaN is no nearer than anything, an infinity no element to choose.
        if (std::isfinite(value) && off < distance) {
            distance = off;
            index = at;
        }
    }
};

/// Of each block the nearest, of those the first.
Nearest firstOf(const std::vector<Nearest>& parts)
{
    Nearest best;
    for (const auto& part : parts) {
        if (part.distance < best.distance)
            best = part;
    }
    return best;
}

std::optional<std::int64_t> found(const Nearest& best)
{
    return best.index < 0 ? std::nullopt : std::optional(best.index);
}

/// What evaluate() makes of some elements.
struct Evaluated {
    static constexpr std::size_t kMost = 1024;
    std::span<const float> x;
    alignas(64) float y[kMost];
    alignas(64) float t[kMost];
    alignas(64) float clip[kMost];
    alignas(64) float lsb[kMost];
    alignas(64) std::int32_t code[kMost];

    double error(std::size_t i, ErrorUnit unit) const
    {
        constexpr float kLargest = std::numeric_limits<float>::max();
        return unit == ErrorUnit::Lsb ? static_cast<double>(lsb[i])
                                      : static_cast<double>(std::clamp(y[i], -kLargest, kLargest)) -
                                            static_cast<double>(x[i]);
    }
};

/// Calls body(piece, begin) for the elements [begin, …) of a block, piece by piece.
void evaluate(const Tensor& tensor, const Quantizer& quantizer, std::int64_t begin,
              std::int64_t end, const std::function<void(const Evaluated&, std::int64_t)>& body)
{
    thread_local std::vector<float> buffer;
    thread_local Evaluated piece;
    const auto x = tensor.read(begin, end, buffer);
    for (std::size_t at = 0; at < x.size(); at += Evaluated::kMost) {
        piece.x = x.subspan(at, std::min(Evaluated::kMost, x.size() - at));
        const auto first = begin + static_cast<std::int64_t>(at);
        quantizer.evaluate(piece.x, first, {piece.y, piece.t, piece.clip, piece.lsb, piece.code});
        body(piece, first);
    }
}

Result<Quantizer> quantizerOf(const Tensor& tensor, const AnalysisItem& item)
{
    return Quantizer::make(item.params, tensor.shape(), item.spec.rounding, item.spec.seed);
}

} // namespace

Result<std::optional<std::int64_t>> nearestElement(const Tensor& tensor, const ParamLayout& layout,
                                                   std::int64_t set, double x,
                                                   const JobContext& context)
{
    Nearest best;
    if (layout.count() == 1) {
        std::vector<Nearest> parts(static_cast<std::size_t>(blockCount(tensor.numel())));
        const auto look = [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
            std::vector<float> buffer;
            const auto values = tensor.read(begin, end, buffer);
            Nearest part;
            for (std::size_t i = 0; i < values.size(); ++i)
                part.look(static_cast<double>(values[i]), x, begin + static_cast<std::int64_t>(i));
            parts[static_cast<std::size_t>(block)] = part;
        };
        if (!forEachBlock(tensor.numel(), context, look))
            return Error::cancelled();
        best = firstOf(parts);
    } else {
        std::vector<float> buffer;
        bool stopped = false;
        layout.forEachRunOf(set, [&](std::int64_t begin, std::int64_t n) {
            const auto values = tensor.read(begin, begin + n, buffer);
            for (std::size_t i = 0; i < values.size(); ++i)
                best.look(static_cast<double>(values[i]), x, begin + static_cast<std::int64_t>(i));
            stopped = context.stopRequested();
            return !stopped;
        });
        if (stopped)
            return Error::cancelled();
    }
    return found(best);
}

Result<std::optional<std::int64_t>> nearestError(const Tensor& tensor, const AnalysisItem& item,
                                                 ErrorUnit unit, double error,
                                                 const JobContext& context)
{
    const auto quantizer = quantizerOf(tensor, item);
    if (!quantizer)
        return quantizer.error();
    std::vector<Nearest> parts(static_cast<std::size_t>(blockCount(tensor.numel())));
    const auto look = [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
        Nearest part;
        evaluate(tensor, *quantizer, begin, end, [&](const Evaluated& piece, std::int64_t first) {
            for (std::size_t i = 0; i < piece.x.size(); ++i) {
                if (std::isfinite(piece.x[i]))
                    part.look(piece.error(i, unit), error, first + static_cast<std::int64_t>(i));
            }
        });
        parts[static_cast<std::size_t>(block)] = part;
    };
    if (!forEachBlock(tensor.numel(), context, look))
        return Error::cancelled();
    return found(firstOf(parts));
}

Result<Histogram> selectedValues(const Tensor& tensor, const AnalysisItem& item,
                                 const HistogramBins& bins, const JobContext& context)
{
    if (!item.only)
        return computeHistogram(tensor, bins, context);
    if (auto checked = bins.check(); !checked)
        return checked.error();
    const auto quantizer = quantizerOf(tensor, item);
    if (!quantizer)
        return quantizer.error();
    const auto& dtype = info(item.params.dtype());
    ValueCounter counter(bins);
    const auto count = [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        thread_local std::vector<float> kept;
        kept.clear();
        evaluate(tensor, *quantizer, begin, end, [&](const Evaluated& piece, std::int64_t) {
            for (std::size_t i = 0; i < piece.x.size(); ++i) {
                if (item.only->has(piece.x[i], piece.y[i], piece.lsb[i], piece.code[i], dtype))
                    kept.push_back(piece.x[i]);
            }
        });
        counter.count(kept);
    };
    if (!forEachBlock(tensor.numel(), context, count))
        return Error::cancelled();
    return counter.total();
}

} // namespace qs
