// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/line_pairs.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace qs::integer {
namespace {

/// In shorter kernel lines, what the passes cost besides their products is more than these save.
constexpr int kLeastLength = 16;

template <int sign>
void combine(const std::int16_t* __restrict a, const std::int16_t* __restrict b,
             std::ptrdiff_t count, std::int16_t* __restrict to)
{
    for (std::ptrdiff_t i = 0; i < count; ++i)
        to[i] = static_cast<std::int16_t>(a[i] + sign * b[i]);
}

/// ((a + b) / 2, (a - b) / 2). Unsigned: beside the sums of real outputs there are those of a line
/// that does not exist, which may overflow.
void halve(std::int32_t* __restrict a, std::int32_t* __restrict b, std::ptrdiff_t count)
{
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const auto x = static_cast<std::uint32_t>(a[i]);
        const auto y = static_cast<std::uint32_t>(b[i]);
        a[i] = static_cast<std::int32_t>(x + y) >> 1;
        b[i] = static_cast<std::int32_t>(x - y) >> 1;
    }
}

} // namespace

std::optional<LinePairs> LinePairs::make(const std::vector<std::int16_t>& weights,
                                         const std::vector<std::int32_t>& bias, int kernel,
                                         int length, int zeroPoint)
{
    if (kernel < 2 || length < kLeastLength)
        return std::nullopt;
    LinePairs pairs;
    // As many threes as leave no single line.
    const int twos = (3 - kernel % 3) % 3;
    const int threes = (kernel - 2 * twos) / 3;
    for (int i = 0; i < threes + twos; ++i) {
        const bool three = i < threes;
        const int line = three ? 3 * i : 3 * threes + 2 * (i - threes);
        pairs.m_a.segments.push_back({three ? Sum : Image, line + 1});
        if (three)
            pairs.m_b.segments.push_back({Difference, line + 1});
        pairs.m_upper.segments.push_back({three ? WideDifference : Difference, line});
        pairs.m_lower.segments.push_back({three ? WideDifference : Difference, line + 1});
    }
    const auto outputs = static_cast<int>(bias.size());
    for (int o = 0; o < outputs; ++o)
        for (int i = 0; i < threes + twos; ++i) {
            const bool three = i < threes;
            const int line = three ? 3 * i : 3 * threes + 2 * (i - threes);
            const std::int16_t* g0 = weights.data() + (std::ptrdiff_t{o} * kernel + line) * length;
            const std::int16_t* g1 = g0 + length;
            const std::int16_t* g2 = g1 + length;
            const auto add = [&](Part& part, auto weight) {
                for (int k = 0; k < length; ++k)
                    part.weights.push_back(static_cast<std::int16_t>(weight(k)));
            };
            // Differences are upper minus lower lines: where the formula has it the other way
            // round, the weights change their signs.
            if (three) {
                add(pairs.m_a, [&](int k) { return g0[k] + g1[k] + g2[k]; });
                add(pairs.m_b, [&](int k) { return g1[k] - g0[k] - g2[k]; });
                add(pairs.m_upper, [&](int k) { return g0[k]; });
                add(pairs.m_lower, [&](int k) { return -g2[k]; });
            } else {
                add(pairs.m_a, [&](int k) { return 2 * (g0[k] + g1[k]); });
                add(pairs.m_upper, [&](int k) { return g0[k]; });
                add(pairs.m_lower, [&](int k) { return -g1[k]; });
            }
        }
    for (int o = 0; o < outputs; ++o) {
        const std::int64_t most = 2 * std::abs(std::int64_t{bias[static_cast<std::size_t>(o)]}) +
                                  bound(pairs.m_a, o, length, zeroPoint) +
                                  bound(pairs.m_b, o, length, zeroPoint);
        if (most > std::numeric_limits<std::int32_t>::max())
            return std::nullopt;
    }
    for (Part* part : {&pairs.m_a, &pairs.m_b, &pairs.m_upper, &pairs.m_lower}) {
        part->packed =
            PackedWeights(part->weights, outputs, static_cast<int>(part->segments.size()), length);
        part->weights = {};
    }
    const auto rowLength = static_cast<std::size_t>(pairs.m_a.packed.rowLength());
    for (const std::int32_t b : bias)
        pairs.m_startA.push_back(2 * b);
    pairs.m_startA.resize(rowLength);
    pairs.m_startB.resize(rowLength);
    return pairs;
}

std::int64_t LinePairs::bound(const Part& part, int output, int length, int zeroPoint)
{
    const std::size_t count = part.segments.size() * static_cast<std::size_t>(length);
    const std::int64_t element = std::max(zeroPoint, 255 - zeroPoint);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Plane plane = part.segments[i / static_cast<std::size_t>(length)].plane;
        const std::int64_t w = part.weights[static_cast<std::size_t>(output) * count + i];
        sum += std::abs(w) * (plane == Image ? element : 2 * element);
    }
    return sum;
}

void LinePairs::setImage(std::ptrdiff_t line, std::ptrdiff_t lines)
{
    m_line = line;
    m_plane = line * (lines + 1);
    for (Part* part : {&m_a, &m_b, &m_upper, &m_lower}) {
        std::vector<std::ptrdiff_t> places;
        for (const auto& s : part->segments)
            places.push_back(s.plane * m_plane + s.line * m_line);
        part->first = places.empty() ? 0 : places[0];
        part->steps.assign(places.size(), 0);
        for (std::size_t i = 1; i < places.size(); ++i)
            part->steps[i - 1] = places[i] - places[i - 1];
    }
}

void LinePairs::derive(std::int16_t* image) const
{
    const std::ptrdiff_t last = m_plane - m_line;
    combine<1>(image, image + m_line, last, image + Sum * m_plane);
    combine<-1>(image, image + m_line, last, image + Difference * m_plane);
    combine<-1>(image, image + 2 * m_line, last - m_line, image + WideDifference * m_plane);
}

void LinePairs::multiply(const std::int16_t* image, const Position* at, int pairs, int width,
                         std::ptrdiff_t lowerLine, std::int32_t* sums) const
{
    const int rows = pairs * width;
    const auto pass = [&](const Part& part, const std::int32_t* start, std::int32_t* to) {
        part.packed.multiply(image + part.first, at, rows, part.steps.data(), start, to);
    };
    pass(m_a, m_startA.data(), sums);
    pass(m_b, m_startB.data(), sums + lowerLine);
    const std::ptrdiff_t count = std::ptrdiff_t{width} * m_a.packed.rowLength();
    for (int pair = 0; pair < pairs; ++pair) {
        std::int32_t* upper = sums + at[std::ptrdiff_t{pair} * width].to;
        halve(upper, upper + lowerLine, count);
    }
    pass(m_upper, nullptr, sums);
    pass(m_lower, nullptr, sums + lowerLine);
}

} // namespace qs::integer
