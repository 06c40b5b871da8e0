// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/pact.h"

#include "core/gradient/estimator_support.h"

#include <cmath>

namespace qs {
namespace {

Result<void> check(const Pact& q, std::span<const float> x, const char* name, std::size_t other)
{
    if (auto ok = checkElements(x, name, other); !ok)
        return ok;
    if (auto ok = checkPositive("alpha", q.alpha); !ok)
        return ok;
    return checkBits(q.bits);
}

} // namespace

Result<void> forward(const Pact& q, std::span<const float> x, std::span<float> y)
{
    if (auto ok = check(q, x, "y", y.size()); !ok)
        return ok;
    const float scale = static_cast<float>((1 << q.bits) - 1) / q.alpha;
    if (auto ok = checkPositive("alpha: its scale", scale); !ok)
        return ok;
    for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = __builtin_nearbyintf(clampKeepingNan(x[i], 0.0F, q.alpha) * scale) / scale;
    return {};
}

Result<PactGradients> backward(const Pact& q, std::span<const float> x, std::span<const float> dy,
                               std::span<float> dx)
{
    if (auto ok = check(q, x, "dy", dy.size()); !ok)
        return ok.error();
    if (auto ok = checkElements(x, "dx", dx.size()); !ok)
        return ok.error();
    PactGradients sums;
    // Before dx is written, which may be x or dy.
    sums.alpha = sumInBlocks(static_cast<std::int64_t>(x.size()), [&](std::size_t i) {
        return x[i] >= q.alpha ? static_cast<double>(dy[i]) : 0.0;
    });
    for (std::size_t i = 0; i < x.size(); ++i)
        dx[i] = x[i] >= 0 && x[i] < q.alpha ? dy[i] : 0.0F;
    return sums;
}

} // namespace qs
