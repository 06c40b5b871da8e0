// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/augmentation.h"

#include "core/base/rng.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr int kMostShift = 64;
constexpr double kMostNoise = 100;

void flip(AugmentedSize size, float* sample)
{
    for (int y = 0; y < size.height; ++y) {
        float* line = sample + std::ptrdiff_t{y} * size.width * size.channels;
        for (int left = 0, right = size.width - 1; left < right; ++left, --right)
            std::swap_ranges(line + std::ptrdiff_t{left} * size.channels,
                             line + std::ptrdiff_t{left + 1} * size.channels,
                             line + std::ptrdiff_t{right} * size.channels);
    }
}

/// Moves what stays inside by (dy, dx) and puts zeros where nothing came from.
void move(AugmentedSize size, int dy, int dx, float* sample)
{
    const std::ptrdiff_t line = std::ptrdiff_t{size.width} * size.channels;
    const std::ptrdiff_t kept =
        std::max(std::ptrdiff_t{size.width - std::abs(dx)} * size.channels, std::ptrdiff_t{0});
    const std::ptrdiff_t from = kept > 0 ? std::ptrdiff_t{std::max(-dx, 0)} * size.channels : 0;
    const std::ptrdiff_t to = kept > 0 ? std::ptrdiff_t{std::max(dx, 0)} * size.channels : 0;
    for (int k = 0; k < size.height; ++k) {
        // A line is read before it is written: upwards when the picture moves down.
        const int y = dy > 0 ? size.height - 1 - k : k;
        float* target = sample + y * line;
        if (y - dy < 0 || y - dy >= size.height) {
            std::fill_n(target, line, 0.0F);
            continue;
        }
        const float* source = sample + (y - dy) * line + from;
        if (source < target + to)
            std::copy_backward(source, source + kept, target + to + kept);
        else
            std::copy_n(source, kept, target + to);
        std::fill(target, target + to, 0.0F);
        std::fill(target + to + kept, target + line, 0.0F);
    }
}

} // namespace

Result<void> checkAugmentation(const Augmentation& augmentation)
{
    if (augmentation.shift < 0 || augmentation.shift > kMostShift)
        return Error::usage("shift must be from 0 to " + std::to_string(kMostShift) + ", found " +
                            std::to_string(augmentation.shift));
    if (!(augmentation.noise >= 0 && augmentation.noise <= kMostNoise))
        return Error::usage("noise must be from 0 to " + formatShort(kMostNoise) + ", found " +
                            formatShort(augmentation.noise));
    return {};
}

void augment(const Augmentation& augmentation, AugmentedSize size, std::uint64_t seed,
             std::uint64_t epoch, std::uint64_t index, float* sample)
{
    if (!augmentation.any())
        return;
    // Apart from the streams of the parameters and of the order of the samples.
    constexpr std::uint64_t augmenting = 1ULL << 48;
    const CounterRng rng(CounterRng(CounterRng(seed).bits(augmenting + epoch)).bits(index));
    if (augmentation.horizontalFlip && rng.below(0, 2) == 1)
        flip(size, sample);
    if (augmentation.shift > 0) {
        const auto places = static_cast<std::uint64_t>(augmentation.shift) * 2 + 1;
        const int dy = static_cast<int>(rng.below(1, places)) - augmentation.shift;
        const int dx = static_cast<int>(rng.below(2, places)) - augmentation.shift;
        move(size, dy, dx, sample);
    }
    if (augmentation.noise > 0) {
        const auto count = static_cast<std::uint64_t>(size.height) *
                           static_cast<std::uint64_t>(size.width) *
                           static_cast<std::uint64_t>(size.channels);
        for (std::uint64_t i = 0; i < count; ++i)
            sample[i] += static_cast<float>(augmentation.noise * inverseNormal(rng.uniform(3 + i)));
    }
}

} // namespace qs
