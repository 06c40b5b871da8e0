// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/tensorflow_gradient.h"

#include "core/gradient/estimator_support.h"
#include "core/quant/nudge.h"

#include <cmath>

namespace qs {
namespace {

Result<std::vector<Nudged>> nudgeAll(const TensorflowFakeQuant& q, std::span<const float> x,
                                     const char* name, std::size_t other)
{
    const auto count = static_cast<std::int64_t>(x.size());
    if (auto ok = checkElements(x, name, other); !ok)
        return ok.error();
    if (auto ok = checkChannels("min", q.min.size(), q.layout, count); !ok)
        return ok.error();
    if (auto ok = checkChannels("max", q.max.size(), q.layout, count); !ok)
        return ok.error();
    std::vector<Nudged> ranges;
    for (std::size_t c = 0; c < q.min.size(); ++c) {
        auto range = nudge(q.min[c], q.max[c], q.quantMin, q.quantMax);
        if (!range)
            return range.error();
        ranges.push_back(*range);
    }
    return ranges;
}

bool isZeroRange(const Nudged& range)
{
    return range.requestedMin == 0 && range.requestedMax == 0;
}

} // namespace

Result<void> forward(const TensorflowFakeQuant& q, std::span<const float> x, std::span<float> y)
{
    const auto ranges = nudgeAll(q, x, "y", y.size());
    if (!ranges)
        return ranges.error();
    forEachChannelRun(q.layout, 0, static_cast<std::int64_t>(x.size()),
                      [&](std::size_t channel, std::int64_t from, std::int64_t to) {
                          const Nudged& r = (*ranges)[channel];
                          const auto begin = static_cast<std::size_t>(from);
                          const auto end = static_cast<std::size_t>(to);
                          if (isZeroRange(r)) {
                              std::fill(y.begin() + from, y.begin() + to, 0.0F);
                              return;
                          }
                          const float quantZero = std::floor(-r.nudgedMin * r.invScale + 0.5F);
                          for (std::size_t i = begin; i < end; ++i) {
                              const float high = x[i] > r.nudgedMax ? r.nudgedMax : x[i];
                              const float shifted =
                                  (high < r.nudgedMin ? r.nudgedMin : high) - r.nudgedMin;
                              const float t = q.op == TensorflowOp::Vars ? shifted / r.scale
                                                                         : shifted * r.invScale;
                              y[i] = std::floor(t - quantZero + 0.5F) * r.scale;
                          }
                      });
    return {};
}

Result<TensorflowGradients> backward(const TensorflowFakeQuant& q, std::span<const float> x,
                                     std::span<const float> dy, std::span<float> dx)
{
    const auto ranges = nudgeAll(q, x, "dy", dy.size());
    if (!ranges)
        return ranges.error();
    if (auto ok = checkElements(x, "dx", dx.size()); !ok)
        return ok.error();
    const auto count = static_cast<std::int64_t>(x.size());
    TensorflowGradients total{std::vector<double>(ranges->size()),
                              std::vector<double>(ranges->size())};
    for (std::int64_t block = 0; block < count; block += kBlockSize) {
        TensorflowGradients part{std::vector<double>(ranges->size()),
                                 std::vector<double>(ranges->size())};
        forEachChannelRun(q.layout, block, std::min(block + kBlockSize, count),
                          [&](std::size_t channel, std::int64_t from, std::int64_t to) {
                              const Nudged& r = (*ranges)[channel];
                              const bool zero = isZeroRange(r);
                              for (auto i = static_cast<std::size_t>(from);
                                   i < static_cast<std::size_t>(to); ++i) {
                                  const float value = x[i];
                                  const float gradient = dy[i];
                                  if (zero) {
                                      dx[i] = gradient;
                                      continue;
                                  }
                                  const bool inside = value >= r.nudgedMin && value <= r.nudgedMax;
                                  dx[i] = gradient * (inside ? 1.0F : 0.0F);
                                  if (value < r.nudgedMin)
                                      part.min[channel] += static_cast<double>(gradient);
                                  if (value > r.nudgedMax)
                                      part.max[channel] += static_cast<double>(gradient);
                              }
                          });
        for (std::size_t c = 0; c < ranges->size(); ++c) {
            total.min[c] += part.min[c];
            total.max[c] += part.max[c];
        }
    }
    return total;
}

} // namespace qs
