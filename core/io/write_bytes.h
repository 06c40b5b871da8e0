// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ostream>
#include <span>

namespace qs {

/// The number's bytes, the least significant one first.
template <std::unsigned_integral T>
void writeLittle(std::ostream& out, T value)
{
    for (std::size_t i = 0; i < sizeof(T); ++i)
        out.put(static_cast<char>((value >> (8 * i)) & 0xFFU));
}

/// The bytes, in steps between which it looks whether to stop; ends early where the stream fails.
/// Errors: cancelled.
inline Result<void> writeBytes(std::ostream& out, std::span<const std::byte> bytes,
                               const JobContext& context)
{
    constexpr std::size_t kStep = std::size_t{4} << 20;
    for (std::size_t at = 0; at < bytes.size() && out; at += kStep) {
        if (context.stopRequested())
            return Error::cancelled();
        const auto part = bytes.subspan(at, std::min(kStep, bytes.size() - at));
        out.write(reinterpret_cast<const char*>(part.data()),
                  static_cast<std::streamsize>(part.size()));
    }
    return {};
}

} // namespace qs
