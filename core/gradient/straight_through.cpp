// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/straight_through.h"

#include "core/gradient/estimator_support.h"

namespace qs {
namespace {

Result<void> check(const StraightThrough& q, std::span<const float> x, const char* name,
                   std::size_t other)
{
    const auto count = static_cast<std::int64_t>(x.size());
    if (auto ok = checkElements(x, name, other); !ok)
        return ok;
    if (auto ok = checkQuantRange(q.quantMin, q.quantMax); !ok)
        return ok;
    if (auto ok = checkChannels("scale", q.scale.size(), q.layout, count); !ok)
        return ok;
    if (auto ok = checkChannels("zero_point", q.zeroPoint.size(), q.layout, count); !ok)
        return ok;
    for (const float scale : q.scale) {
        if (auto ok = checkPositive("scale", scale); !ok)
            return ok;
    }
    for (const std::int32_t zero : q.zeroPoint) {
        if (zero < q.quantMin || zero > q.quantMax)
            return Error::usage("zero_point: expected " + std::to_string(q.quantMin) + " to " +
                                std::to_string(q.quantMax) + ", found " + std::to_string(zero));
    }
    return {};
}

} // namespace

Result<void> forward(const StraightThrough& q, std::span<const float> x, std::span<float> y)
{
    if (auto ok = check(q, x, "y", y.size()); !ok)
        return ok;
    const auto lo = static_cast<float>(q.quantMin);
    const auto hi = static_cast<float>(q.quantMax);
    forEachChannelRun(q.layout, 0, static_cast<std::int64_t>(x.size()),
                      [&](std::size_t channel, std::int64_t from, std::int64_t to) {
                          const float scale = q.scale[channel];
                          const float factor = 1.0F / scale;
                          const auto zero = static_cast<float>(q.zeroPoint[channel]);
                          for (auto i = static_cast<std::size_t>(from);
                               i < static_cast<std::size_t>(to); ++i) {
                              const float raw = __builtin_nearbyintf(x[i] * factor) + zero;
                              y[i] = (clampKeepingNan(raw, lo, hi) - zero) * scale;
                          }
                      });
    return {};
}

Result<void> backward(const StraightThrough& q, std::span<const float> x, std::span<const float> dy,
                      std::span<float> dx)
{
    if (auto ok = check(q, x, "dy", dy.size()); !ok)
        return ok;
    if (auto ok = checkElements(x, "dx", dx.size()); !ok)
        return ok;
    if (q.passBand == PassBand::Everywhere) {
        std::copy(dy.begin(), dy.end(), dx.begin());
        return {};
    }
    const auto lo = static_cast<float>(q.quantMin);
    const auto hi = static_cast<float>(q.quantMax);
    forEachChannelRun(q.layout, 0, static_cast<std::int64_t>(x.size()),
                      [&](std::size_t channel, std::int64_t from, std::int64_t to) {
                          const float factor = 1.0F / q.scale[channel];
                          const auto zero = static_cast<float>(q.zeroPoint[channel]);
                          for (auto i = static_cast<std::size_t>(from);
                               i < static_cast<std::size_t>(to); ++i) {
                              const float raw = __builtin_nearbyintf(x[i] * factor) + zero;
                              dx[i] = dy[i] * (lo <= raw && raw <= hi ? 1.0F : 0.0F);
                          }
                      });
    return {};
}

} // namespace qs
