// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/torch_sum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace qs {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kRows = 4;
constexpr std::size_t kLevels = 4;
using Rows = std::array<float, kLanes * kRows>;

void add(Rows& to, const float* from)
{
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] += from[i];
}

/// multi_row_sum: `size` times 4 vectors of 8.
Rows cascade(const float* x, std::size_t size)
{
    const auto log2 = size > 1 ? std::bit_width(size - 1) : 0;
    const auto power = static_cast<std::size_t>(std::max(4, static_cast<int>(log2) / 4));
    const std::size_t step = std::size_t{1} << power;
    std::array<Rows, kLevels> sums{};
    std::size_t i = 0;
    while (i + step <= size) {
        for (std::size_t j = 0; j < step; ++j, ++i)
            add(sums[0], x + i * kLanes * kRows);
        for (std::size_t level = 1; level < kLevels; ++level) {
            add(sums[level], sums[level - 1].data());
            sums[level - 1] = {};
            if ((i & ((step - 1) << (level * power))) != 0)
                break;
        }
    }
    for (; i < size; ++i)
        add(sums[0], x + i * kLanes * kRows);
    for (std::size_t level = 1; level < kLevels; ++level)
        add(sums[0], sums[level].data());
    return sums[0];
}

float pairwise(const float* x, std::size_t n)
{
    if (n < 8) {
        float sum = 0;
        for (std::size_t i = 0; i < n; ++i)
            sum += x[i];
        return sum;
    }
    if (n <= 128) {
        std::array<float, 8> r{};
        std::copy_n(x, 8, r.begin());
        std::size_t i = 8;
        for (; i + 8 <= n; i += 8) {
            for (std::size_t k = 0; k < 8; ++k)
                r[k] += x[i + k];
        }
        float sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        for (; i < n; ++i)
            sum += x[i];
        return sum;
    }
    const std::size_t half = n / 2 - n / 2 % 8;
    return pairwise(x, half) + pairwise(x + half, n - half);
}

} // namespace

float torchSum(std::span<const float> x)
{
    const std::size_t vectors = x.size() / kLanes;
    const std::size_t quads = vectors / kRows;
    auto rows = cascade(x.data(), quads);
    for (std::size_t v = quads * kRows; v < vectors; ++v) {
        for (std::size_t k = 0; k < kLanes; ++k)
            rows[k] += x[v * kLanes + k];
    }
    for (std::size_t row = 1; row < kRows; ++row) {
        for (std::size_t k = 0; k < kLanes; ++k)
            rows[k] += rows[row * kLanes + k];
    }
    float sum = 0;
    for (std::size_t i = vectors * kLanes; i < x.size(); ++i)
        sum += x[i];
    for (std::size_t k = 0; k < kLanes; ++k)
        sum += rows[k];
    return sum;
}

float numpySum(std::span<const float> x)
{
    return pairwise(x.data(), x.size());
}

} // namespace qs
