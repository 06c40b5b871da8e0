// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/parallel.h"
#include "core/base/result.h"
#include "core/tensor/param_layout.h"

#include <algorithm>
#include <span>

namespace qs {

/// What the gradient estimators share: the checks of their fields, the walk over channels and the
/// sum of a parameter's gradient. Every error is of kind Usage and names the field.

/// x is not empty and other, called name, has as many elements as x.
Result<void> checkElements(std::span<const float> x, const char* name, std::size_t other);
/// value > 0 and finite.
Result<void> checkPositive(const char* name, float value);
Result<void> checkFinite(const char* name, float value);
/// -32768 <= quantMin < quantMax <= 65535: what 16 bits can hold, with and without a sign.
Result<void> checkQuantRange(int quantMin, int quantMax);
/// 2 <= bits <= 16.
Result<void> checkBits(int bits);
/// found parameters, called name, are one per channel, and count elements fill whole rows of them.
Result<void> checkChannels(const char* name, std::size_t found, const ParamLayout& layout,
                           std::int64_t count);

/// x clamped to [lo, hi]; NaN stays NaN.
inline float clampKeepingNan(float x, float lo, float hi)
{
    const float above = x < lo ? lo : x;
    return above > hi ? hi : above;
}

/// Calls body(set, from, to) for the pieces of [begin, end) that share a set of parameters, in
/// order. With one set there is one piece.
template <typename Body>
void forEachChannelRun(const ParamLayout& layout, std::int64_t begin, std::int64_t end, Body body)
{
    layout.forEachRun(begin, end - begin, [&](std::int64_t set, std::int64_t at, std::int64_t n) {
        const std::int64_t piece = layout.stride() == 0 ? n : 1;
        for (std::int64_t i = 0; i < n; i += piece)
            body(static_cast<std::size_t>(set + i), begin + at + i, begin + at + i + piece);
    });
}

/// The sum of term(i) for i in [0, count) in double: blocks of kBlockSize, joined in order. The
/// shape is fixed, so the bits would be the same if the blocks were computed in parallel.
template <typename Term>
double sumInBlocks(std::int64_t count, Term term)
{
    double total = 0;
    for (std::int64_t begin = 0; begin < count; begin += kBlockSize) {
        const std::int64_t end = std::min(begin + kBlockSize, count);
        double block = 0;
        for (std::int64_t i = begin; i < end; ++i)
            block += term(static_cast<std::size_t>(i));
        total += block;
    }
    return total;
}

} // namespace qs
