// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>

namespace qs {

/// How training samples are changed each time they are seen. The default changes nothing.
struct Augmentation {
    int shift = 0;               ///< up to so many pixels down or up, right or left: 0 … 64
    bool horizontalFlip = false; ///< left and right change places with probability 1/2
    double noise = 0;            ///< standard deviation of what is added to each value: 0 … 100
    bool any() const { return shift > 0 || horizontalFlip || noise > 0; }
    bool operator==(const Augmentation&) const = default;
};

/// The size of what is changed, padding included.
struct AugmentedSize {
    int channels = 1;
    int height = 1;
    int width = 1;
};

/// Errors (Usage): a value out of its range, by name.
Result<void> checkAugmentation(const Augmentation& augmentation);

/// Flips, then shifts by (dy, dx), each uniform in -shift … shift, zeros coming in, then adds
/// N(0, noise²). sample: [height, width, channels], changed in place. What happens is a function of
/// (seed, epoch, index) alone, index being the sample's in the training set.
void augment(const Augmentation& augmentation, AugmentedSize size, std::uint64_t seed,
             std::uint64_t epoch, std::uint64_t index, float* sample);

} // namespace qs
