// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/learnable.h"

#include "core/gradient/estimator_support.h"
#include "core/gradient/straight_through.h"

#include <cmath>

namespace qs {
namespace {

Result<void> check(const LearnableFakeQuantize& q, std::span<const float> x, const char* name,
                   std::size_t other)
{
    const auto count = static_cast<std::int64_t>(x.size());
    if (auto ok = checkElements(x, name, other); !ok)
        return ok;
    if (auto ok = checkQuantRange(q.quantMin, q.quantMax); !ok)
        return ok;
    if (q.quantMin > 0 || q.quantMax < 0)
        return Error::usage("quant_min: expected a range with 0 in it, found " +
                            std::to_string(q.quantMin) + " to " + std::to_string(q.quantMax));
    if (auto ok = checkChannels("scale", q.scale.size(), q.layout, count); !ok)
        return ok;
    if (auto ok = checkChannels("zero_point", q.zeroPoint.size(), q.layout, count); !ok)
        return ok;
    for (const float scale : q.scale) {
        if (auto ok = checkPositive("scale", scale); !ok)
            return ok;
    }
    for (const float zero : q.zeroPoint) {
        if (auto ok = checkFinite("zero_point", zero); !ok)
            return ok;
    }
    return checkFinite("grad_factor", q.gradFactor);
}

float roundedZeroPoint(const LearnableFakeQuantize& q, std::size_t channel)
{
    return std::clamp(__builtin_nearbyintf(q.zeroPoint[channel]), static_cast<float>(q.quantMin),
                      static_cast<float>(q.quantMax));
}

} // namespace

Result<float> learnableGradFactor(std::int64_t numel, int quantMax)
{
    if (numel < 1)
        return Error::usage("numel: expected 1 or more, found " + std::to_string(numel));
    if (quantMax < 1)
        return Error::usage("quant_max: expected 1 or more, found " + std::to_string(quantMax));
    return static_cast<float>(1 / std::sqrt(static_cast<double>(numel) * quantMax));
}

Result<void> forward(const LearnableFakeQuantize& q, std::span<const float> x, std::span<float> y)
{
    if (auto ok = check(q, x, "y", y.size()); !ok)
        return ok;
    std::vector<std::int32_t> zero(q.zeroPoint.size());
    for (std::size_t c = 0; c < zero.size(); ++c)
        zero[c] = static_cast<std::int32_t>(roundedZeroPoint(q, c));
    return forward(
        StraightThrough{q.scale, zero, q.quantMin, q.quantMax, q.layout, PassBand::RoundedCode}, x,
        y);
}

Result<LearnableGradients> backward(const LearnableFakeQuantize& q, std::span<const float> x,
                                    std::span<const float> dy, std::span<float> dx)
{
    if (auto ok = check(q, x, "dy", dy.size()); !ok)
        return ok.error();
    if (auto ok = checkElements(x, "dx", dx.size()); !ok)
        return ok.error();
    const auto lo = static_cast<float>(q.quantMin);
    const auto hi = static_cast<float>(q.quantMax);
    const std::size_t channels = q.scale.size();
    const auto count = static_cast<std::int64_t>(x.size());
    LearnableGradients total{std::vector<double>(channels), std::vector<double>(channels)};
    for (std::int64_t block = 0; block < count; block += kBlockSize) {
        LearnableGradients part{std::vector<double>(channels), std::vector<double>(channels)};
        forEachChannelRun(q.layout, block, std::min(block + kBlockSize, count),
                          [&](std::size_t channel, std::int64_t from, std::int64_t to) {
                              const float scale = q.scale[channel];
                              const float factor = 1.0F / scale;
                              const float zero = roundedZeroPoint(q, channel);
                              for (auto i = static_cast<std::size_t>(from);
                                   i < static_cast<std::size_t>(to); ++i) {
                                  const float value = x[i];
                                  const float gradient = dy[i];
                                  const float raw = __builtin_nearbyintf(zero + value * factor);
                                  dx[i] = gradient * (raw >= lo && raw <= hi ? 1.0F : 0.0F);
                                  float dScale = 0;
                                  float dZero = 0;
                                  if (raw < lo || raw > hi) {
                                      dZero = gradient * -1.0F * scale * q.gradFactor;
                                      dScale =
                                          gradient * ((raw < lo ? lo : hi) - zero) * q.gradFactor;
                                  } else if (raw == raw) {
                                      const float decoded = (raw - zero) * scale;
                                      dScale = gradient * (decoded - value) * factor * q.gradFactor;
                                  }
                                  part.scale[channel] += static_cast<double>(dScale);
                                  part.zeroPoint[channel] += static_cast<double>(dZero);
                              }
                          });
        for (std::size_t c = 0; c < channels; ++c) {
            total.scale[c] += part.scale[c];
            total.zeroPoint[c] += part.zeroPoint[c];
        }
    }
    return total;
}

} // namespace qs
