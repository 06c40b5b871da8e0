// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string>

namespace qs {

/// What the post-training methods ask of their arrays. Every error is of kind Usage and begins with
/// the array's name.

/// found == expected.
Result<void> checkCount(const std::string& name, std::size_t found, std::int64_t expected);
/// outputs, inputs, perInput >= 1 and found is their product.
Result<void> checkSizes(const std::string& name, std::size_t found, std::int64_t outputs,
                        std::int64_t inputs, std::int64_t perInput);
Result<void> checkAllFinite(const std::string& name, std::span<const float> values);
Result<void> checkAllFinite(const std::string& name, std::span<const double> values);

} // namespace qs
