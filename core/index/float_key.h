// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>

namespace qs {

/// A float32 as a whole number that is ordered as the floats are: -Inf … -0 < +0 … +Inf, the next
/// float is the next number. -0 and +0 differ, because a quantizer may give them different codes.
/// Its own inverse (up to the type).
constexpr std::int32_t keyOf(float v)
{
    const auto bits = std::bit_cast<std::int32_t>(v);
    return bits ^ ((bits >> 31) & 0x7fffffff);
}

constexpr float floatOf(std::int32_t key)
{
    return std::bit_cast<float>(key ^ ((key >> 31) & 0x7fffffff));
}

} // namespace qs
