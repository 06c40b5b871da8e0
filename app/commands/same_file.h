// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace qs {

/// Whether two paths, of files that need not exist, are one file.
inline bool sameFile(const std::string& a, const std::string& b)
{
    std::error_code failed; // a loop of links, a path that is too long: reading will say so
    const auto first = std::filesystem::weakly_canonical(a, failed);
    if (failed)
        return a == b;
    const auto second = std::filesystem::weakly_canonical(b, failed);
    if (failed)
        return a == b;
    return first == second || std::filesystem::equivalent(first, second, failed);
}

} // namespace qs
