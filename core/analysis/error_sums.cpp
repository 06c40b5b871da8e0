// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/error_sums.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace qs {
namespace {

template <typename Vector>
double sumOf(const Vector& v)
{
    return (v[0] + v[1]) + (v[2] + v[3]);
}

double sumOf(const std::vector<ErrorSums>& blocks, double ErrorSums::*figure)
{
    double sum = 0;
    double lost = 0;
    for (const auto& block : blocks) {
        const double value = block.*figure;
        const double next = sum + value;
        lost += std::fabs(sum) >= std::fabs(value) ? (sum - next) + value : (value - next) + sum;
        sum = next;
    }
    return sum + lost;
}

} // namespace

template <bool anyClipped>
void BlockSums::addElements(const float* x, const float* y, const float* clip, std::size_t n)
{
    using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
    using Bits = std::int64_t __attribute__((vector_size(kLanes * sizeof(std::int64_t))));
    // Sums of their own first: they stay in registers, and short sums keep more digits.
    Doubles e2Inside{};
    Doubles e2Clipped{};
    Doubles e{};
    Doubles absE{};
    Doubles maxE{};
    Doubles x2{};
    Doubles y2{};
    Doubles xy{};
    // Not returned: how a vector is returned depends on the instruction set.
    const auto read = [](Doubles& to, const float* p) {
        Floats v;
        std::memcpy(&v, p, sizeof v);
        to = __builtin_convertvector(v, Doubles);
    };
    const auto addLanes = [&](const float* inX, const float* inY, const float* inClip) {
        Doubles dx;
        Doubles dy;
        read(dx, inX);
        read(dy, inY);
        const Doubles d = dy - dx;
        const Doubles a = reinterpret_cast<Doubles>(reinterpret_cast<Bits>(d) & INT64_MAX);
        const Doubles d2 = d * d;
        e += d;
        absE += a;
        maxE = a > maxE ? a : maxE;
        if constexpr (anyClipped) {
            Doubles c;
            read(c, inClip);
            const Doubles clipped = c * c; // 1 or 0
            e2Clipped += d2 * clipped;
            e2Inside += d2 * (1.0 - clipped);
        } else {
            e2Inside += d2;
        }
        x2 += dx * dx;
        y2 += dy * dy;
        xy += dx * dy;
    };
    const std::size_t whole = n - n % kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
        addLanes(x + i, y + i, clip + (anyClipped ? i : 0));
    if (whole < n) {
        // The last lanes are filled with elements that add nothing.
        float lastX[kLanes] = {};
        float lastY[kLanes] = {};
        float lastClip[kLanes] = {};
        std::copy(x + whole, x + n, lastX);
        std::copy(y + whole, y + n, lastY);
        if constexpr (anyClipped)
            std::copy(clip + whole, clip + n, lastClip);
        addLanes(lastX, lastY, lastClip);
    }
    m_e2Inside += e2Inside;
    m_e2Clipped += e2Clipped;
    m_e += e;
    m_absE += absE;
    m_maxE = maxE > m_maxE ? maxE : m_maxE;
    m_x2 += x2;
    m_y2 += y2;
    m_xy += xy;
}

void BlockSums::add(const float* x, const float* y, const float* clip, std::size_t n)
{
    if (clip != nullptr)
        addElements<true>(x, y, clip, n);
    else
        addElements<false>(x, y, nullptr, n);
}

ErrorSums BlockSums::total() const
{
    return {sumOf(m_e2Inside),
            sumOf(m_e2Clipped),
            sumOf(m_e),
            sumOf(m_absE),
            std::max(std::max(m_maxE[0], m_maxE[1]), std::max(m_maxE[2], m_maxE[3])),
            sumOf(m_x2),
            sumOf(m_y2),
            sumOf(m_xy)};
}

ErrorSums joined(const std::vector<ErrorSums>& blocks)
{
    ErrorSums sums;
    for (const auto figure : {&ErrorSums::e2Inside, &ErrorSums::e2Clipped, &ErrorSums::e,
                              &ErrorSums::absE, &ErrorSums::x2, &ErrorSums::y2, &ErrorSums::xy})
        sums.*figure = sumOf(blocks, figure);
    for (const auto& block : blocks)
        sums.maxE = std::max(sums.maxE, block.maxE);
    return sums;
}

void addErrorSums(const ErrorSums& sums, Report& report)
{
    const auto n = static_cast<double>(report.n());
    if (n == 0)
        return;
    report.mse = (sums.e2Inside + sums.e2Clipped) / n;
    report.meanError = sums.e / n;
    report.meanAbsError = sums.absE / n;
    report.maxAbsError = sums.maxE;
    report.clippingMse = sums.e2Clipped / n;
    report.roundingMse = sums.e2Inside / n;
    report.signalPower = sums.x2 / n;
    const double norms = std::sqrt(sums.x2) * std::sqrt(sums.y2);
    if (norms > 0)
        report.cosineSimilarity = std::min(sums.xy / norms, 1.0);
}

} // namespace qs
