// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/selection.h"

#include "core/base/parallel.h"

#include <cmath>
#include <limits>
#include <new>

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
        for (const auto& part : parts) {
            if (part.distance < best.distance)
                best = part;
        }
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
    return best.index < 0 ? std::nullopt : std::optional(best.index);
}

Result<Tensor> elementsBetween(const Tensor& tensor, double lo, double hi,
                               const JobContext& context)
{
    const auto blocks = static_cast<std::size_t>(blockCount(tensor.numel()));
    const auto inside = [&](float v) {
        return static_cast<double>(v) >= lo && static_cast<double>(v) <= hi;
    };
    try {
        // How many lie in each block tells where its own begin in the result.
        std::vector<std::int64_t> places(blocks + 1);
        const auto count = [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
            std::vector<float> buffer;
            std::int64_t n = 0;
            for (const float v : tensor.read(begin, end, buffer))
                n += inside(v) ? 1 : 0;
            places[static_cast<std::size_t>(block) + 1] = n;
        };
        if (!forEachBlock(tensor.numel(), context, count))
            return Error::cancelled();
        for (std::size_t b = 0; b < blocks; ++b)
            places[b + 1] += places[b];
        std::vector<float> chosen(static_cast<std::size_t>(places[blocks]));
        const auto copy = [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
            std::vector<float> buffer;
            auto at = static_cast<std::size_t>(places[static_cast<std::size_t>(block)]);
            for (const float v : tensor.read(begin, end, buffer)) {
                if (inside(v))
                    chosen[at++] = v;
            }
        };
        if (!forEachBlock(tensor.numel(), context, copy))
            return Error::cancelled();
        const auto n = static_cast<std::int64_t>(chosen.size());
        return Tensor::fromFloats(tensor.name(), *Shape::make({n}), std::move(chosen));
    } catch (const std::bad_alloc&) {
        return Error::data("not enough memory for the selected elements");
    }
}

} // namespace qs
