// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/selected_elements.h"

#include "core/base/parallel.h"
#include "core/index/staircase.h"

#include <algorithm>
#include <cmath>
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

Result<std::optional<std::int64_t>> nearestElement(const Tensor& tensor, const AnalysisItem& item,
                                                   const Selection& wanted,
                                                   std::optional<std::int64_t> set,
                                                   const JobContext& context)
{
    const auto quantizer =
        Quantizer::make(item.params, tensor.shape(), item.spec.rounding, item.spec.seed);
    if (!quantizer)
        return quantizer.error();
    const auto& dtype = info(item.params.dtype());
    const auto& layout = quantizer->layout();
    std::vector<Nearest> parts(static_cast<std::size_t>(blockCount(tensor.numel())));
    const auto look = [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
        thread_local std::vector<float> buffer;
        KeyEvaluator at(*quantizer);
        Nearest part;
        const auto x = tensor.read(begin, end, buffer);
        for (std::size_t from = 0; from < x.size(); from += KeyEvaluator::kMost) {
            const auto some = x.subspan(from, std::min(KeyEvaluator::kMost, x.size() - from));
            const auto first = begin + static_cast<std::int64_t>(from);
            quantizer->evaluate(some, first, {at.y, at.t, at.clip, at.lsb, at.code});
            for (std::size_t i = 0; i < some.size(); ++i) {
                const auto index = first + static_cast<std::int64_t>(i);
                if (std::isfinite(some[i]) && (!set || layout.indexOf(index) == *set))
                    part.look(wanted.measure(some[i], at.y[i], at.lsb[i], at.code[i], dtype),
                              wanted.from, index);
            }
        }
        parts[static_cast<std::size_t>(block)] = part;
    };
    if (!forEachBlock(tensor.numel(), context, look))
        return Error::cancelled();
    return found(firstOf(parts));
}

} // namespace qs
