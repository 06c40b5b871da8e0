// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/dorefa.h"

#include "core/base/text.h"
#include "core/gradient/estimator_support.h"

#include <cmath>
#include <vector>

namespace qs {
namespace {

Result<void> check(int bits, std::span<const float> x, const char* name, std::size_t other)
{
    if (auto ok = checkElements(x, name, other); !ok)
        return ok;
    return checkBits(bits);
}

Result<void> checkWeight(const DorefaWeight& q, std::span<const float> w, const char* name,
                         std::size_t other)
{
    if (auto ok = check(q.bits, w, name, other); !ok)
        return ok;
    if (!(q.maxTanh > 0 && q.maxTanh <= 1))
        return Error::usage("max_tanh: expected a number above 0 and not above 1, found " +
                            formatExact(q.maxTanh));
    return {};
}

double steps(int bits)
{
    return (1 << bits) - 1;
}

/// d y / d w with M constant; 0 for NaN.
double slope(const DorefaWeight& q, float w)
{
    const double t = std::tanh(static_cast<double>(w));
    return t == t ? (1 - t * t) / q.maxTanh : 0.0;
}

} // namespace

Result<void> forward(const DorefaActivation& q, std::span<const float> x, std::span<float> y)
{
    if (auto ok = check(q.bits, x, "y", y.size()); !ok)
        return ok;
    const auto n = static_cast<float>(steps(q.bits));
    for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = __builtin_nearbyintf(clampKeepingNan(x[i], 0.0F, 1.0F) * n) / n;
    return {};
}

Result<void> backward(const DorefaActivation& q, std::span<const float> x,
                      std::span<const float> dy, std::span<float> dx)
{
    if (auto ok = check(q.bits, x, "dy", dy.size()); !ok)
        return ok;
    if (auto ok = checkElements(x, "dx", dx.size()); !ok)
        return ok;
    for (std::size_t i = 0; i < x.size(); ++i)
        dx[i] = x[i] >= 0 && x[i] <= 1 ? dy[i] : 0.0F;
    return {};
}

Result<double> dorefaMaxTanh(std::span<const float> w)
{
    if (auto ok = checkElements(w, "w", w.size()); !ok)
        return ok.error();
    float largest = 0;
    for (const float value : w)
        largest = std::max(largest, std::fabs(value));
    if (!(largest > 0))
        return Error::usage("w: expected a weight other than 0, found none");
    return std::tanh(static_cast<double>(largest));
}

Result<void> forward(const DorefaWeight& q, std::span<const float> w, std::span<float> y)
{
    if (auto ok = checkWeight(q, w, "y", y.size()); !ok)
        return ok;
    const double n = steps(q.bits);
    for (std::size_t i = 0; i < w.size(); ++i) {
        const double u = std::tanh(static_cast<double>(w[i])) / (2 * q.maxTanh) + 0.5;
        const auto code = static_cast<float>(std::nearbyint(u * n));
        y[i] = 2 * (code / static_cast<float>(n)) - 1;
    }
    return {};
}

Result<void> backward(const DorefaWeight& q, std::span<const float> w, std::span<const float> dy,
                      std::span<float> dw)
{
    if (auto ok = checkWeight(q, w, "dy", dy.size()); !ok)
        return ok;
    if (auto ok = checkElements(w, "dw", dw.size()); !ok)
        return ok;
    for (std::size_t i = 0; i < w.size(); ++i)
        dw[i] = static_cast<float>(static_cast<double>(dy[i]) * slope(q, w[i]));
    return {};
}

Result<void> backwardThroughMax(const DorefaWeight& q, std::span<const float> w,
                                std::span<const float> dy, std::span<float> dw)
{
    if (auto ok = checkWeight(q, w, "dy", dy.size()); !ok)
        return ok;
    if (auto ok = checkElements(w, "dw", dw.size()); !ok)
        return ok;
    const double squared = q.maxTanh * q.maxTanh;
    std::vector<std::size_t> largest;
    for (std::size_t i = 0; i < w.size(); ++i) {
        if (std::fabs(std::tanh(static_cast<double>(w[i]))) == q.maxTanh)
            largest.push_back(i);
    }
    const double toMax = -sumInBlocks(static_cast<std::int64_t>(w.size()), [&](std::size_t i) {
        const double t = std::tanh(static_cast<double>(w[i]));
        return t == t ? static_cast<double>(dy[i]) * t / squared : 0.0;
    });
    std::vector<double> extra(w.size());
    for (const std::size_t i : largest)
        extra[i] = std::copysign(1.0, static_cast<double>(w[i])) * (1 - squared) * toMax /
                   static_cast<double>(largest.size());
    for (std::size_t i = 0; i < w.size(); ++i)
        dw[i] = static_cast<float>(static_cast<double>(dy[i]) * slope(q, w[i]) + extra[i]);
    return {};
}

Result<void> quantizeGradient(const DorefaGradient& q, std::span<const float> dr,
                              std::span<float> out)
{
    if (auto ok = check(q.bits, dr, "out", out.size()); !ok)
        return ok;
    const auto count = static_cast<std::int64_t>(dr.size());
    if (q.samples < 1 || count % q.samples != 0)
        return Error::usage("samples: expected a divisor of " + std::to_string(count) +
                            " elements, found " + std::to_string(q.samples));
    for (const float value : dr) {
        if (auto ok = checkFinite("dr", value); !ok)
            return ok;
    }
    const double n = steps(q.bits);
    const auto size = static_cast<std::size_t>(count / q.samples);
    for (std::size_t begin = 0; begin < dr.size(); begin += size) {
        double largest = 0;
        for (std::size_t i = begin; i < begin + size; ++i)
            largest = std::max(largest, std::fabs(static_cast<double>(dr[i])));
        for (std::size_t i = begin; i < begin + size; ++i) {
            if (largest == 0) {
                out[i] = 0;
                continue;
            }
            const double noise = (q.rng.uniform(q.firstCounter + i) - 0.5) / n;
            const double u = static_cast<double>(dr[i]) / (2 * largest) + 0.5 + noise;
            const double level = std::nearbyint(std::clamp(u, 0.0, 1.0) * n) / n;
            out[i] = static_cast<float>(2 * largest * (level - 0.5));
        }
    }
    return {};
}

} // namespace qs
