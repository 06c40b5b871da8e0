// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace qs {

/// Bytes that can be taken now without swapping.
std::uint64_t availableMemory();

} // namespace qs
