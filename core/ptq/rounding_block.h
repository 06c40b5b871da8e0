// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/adaround.h"
#include "core/ptq/rounding_choice.h"

#include <functional>
#include <span>
#include <vector>

namespace qs {

/// Internal to core/ptq: a few outputs of a layer, [outputs][columns], as adaRound optimizes them.
struct RoundingBlock {
    std::int64_t outputs = 0;
    std::int64_t columns = 0;
    const float* place = nullptr;  ///< (w - low) / (high - low), 0 … 1
    const float* step = nullptr;   ///< high - low; 0 where there is no choice
    const float* offset = nullptr; ///< w - low
    const float* push = nullptr;   ///< u step: what an error's gradient becomes in h
    const float* linear = nullptr; ///< w Cᵀ / rows; null without drift
    const float* gram = nullptr;   ///< G / rows, [columns][columns]
};

/// Runs all iterations on the calling thread and writes whether each weight is rounded up. `next`
/// is called before each iteration; false stops. Returns false when it was stopped.
bool optimizeRounding(const RoundingBlock& block, const AdaRoundOptions& options,
                      std::span<std::uint8_t> up, const std::function<bool()>& next);

} // namespace qs
