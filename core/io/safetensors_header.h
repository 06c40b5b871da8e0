// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// The reference implementation's limit.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;
/// The name no tensor can have.
inline constexpr const char* kSafetensorsMetadata = "__metadata__";

/// One tensor as the header describes it.
struct SafetensorsEntry {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> sizes;
    std::vector<std::uint64_t> offsets; ///< begin and end, relative to the end of the header
    bool hasShape = false;
    std::uint64_t at = 0; ///< where its name begins in the file
};

/// The header of a .safetensors file. Names are unique; whether offsets make sense is not judged.
struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries; ///< in the header's order
    std::map<std::string, std::string> metadata;
    std::size_t size = 0; ///< where the data begin: with the length before the header
};

/// Reads the header at the start of a file's bytes. Fields other than the three are passed over.
/// Errors (naming path): Data with what was expected and what was found.
Result<SafetensorsHeader> parseSafetensorsHeader(const std::string& path,
                                                 std::span<const std::byte> bytes);

} // namespace qs
